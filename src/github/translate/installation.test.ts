import { describe, expect, test } from '@jest/globals';
import { installationPayload, installationRepositoriesPayload, senderObject, type Payload } from '../../../test/support/payloads.ts';
import { translateInstallationRepositories } from './installation-repositories.ts';
import { translateInstallation } from './installation.ts';

describe('installations', () => {
  test('created: facts, stubs, requester', () => {
    const translation = translateInstallation({
      ...installationPayload({ repositories: [{ id: 1 }, { id: 2, name: 'web', private: true }] }),
      requester: senderObject('hubot', 3),
    });
    expect(translation).toEqual({
      result: 'installation',
      action: 'created',
      installation: {
        github_id: '77',
        account: { github_id: '501', login: 'acme', type: 'Organization', avatar_url: 'https://avatars.example/501' },
        repository_selection: 'all',
        permissions: { metadata: 'read', contents: 'read' },
        events: ['push', 'repository', 'create', 'delete'],
        app_slug: 'repowatch',
        html_url: 'https://github.com/organizations/acme/settings/installations/77',
        suspended_at: null,
        created_at: new Date('2026-11-21T10:00:00Z'),
        updated_at: new Date('2026-11-21T10:00:00Z'),
      },
      actor: { id: '9001', login: 'mona', type: 'User' },
      requester: { id: '3', login: 'hubot', type: 'User' },
      repositories: [
        { github_id: '1', node_id: 'R_1', name: 'app', full_name: 'acme/app', private: false },
        { github_id: '2', node_id: 'R_2', name: 'web', full_name: 'acme/web', private: true },
      ],
      added: [],
      removed: [],
    });
  });

  test.each(['deleted', 'suspend', 'unsuspend', 'new_permissions_accepted'])('%s is carried as it is', (action) => {
    expect(translateInstallation(installationPayload({ action }))).toMatchObject({ result: 'installation', action });
  });

  test('suspension has its time, and an enterprise its slug', () => {
    const payload = installationPayload({ action: 'suspend', suspendedAt: '2026-11-20T08:00:00Z' });
    const account = { id: 5, slug: 'megacorp', name: 'Megacorp' };
    const installation = { ...(payload['installation'] as Payload), account, target_type: 'Enterprise' };
    expect(translateInstallation({ ...payload, installation })).toMatchObject({
      installation: { suspended_at: new Date('2026-11-20T08:00:00Z'), account: { github_id: '5', login: 'megacorp', type: 'Enterprise' } },
      repositories: [],
    });
  });

  test('repositories join and leave; a flip of the selection comes with empty lists', () => {
    expect(translateInstallationRepositories(installationRepositoriesPayload({ added: [{ id: 9 }] }))).toMatchObject({
      action: 'repositories_added',
      installation: { repository_selection: 'selected' },
      added: [{ github_id: '9' }],
      removed: [],
    });
    const flip = { ...installationRepositoriesPayload({ action: 'removed', selection: 'all' }), repository_selection: 'selected' };
    expect(translateInstallationRepositories(flip)).toMatchObject({
      action: 'repositories_removed',
      installation: { repository_selection: 'selected' },
      removed: [],
    });
  });
});

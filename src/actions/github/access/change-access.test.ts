import { expect, test } from '@jest/globals';
import type { GitHubRepository } from '../../github-access.ts';
import { changeAccess, permissionsFor } from './change-access.ts';

test.each(['add_team', 'remove_team'] as const)('%s for a person’s account is refused before GitHub is asked', async (action) => {
  const asked = () => Promise.reject(new Error('GitHub was asked'));
  const repository = { owner: 'ada', name: 'app', read: asked, list: asked, write: asked } as unknown as GitHubRepository;
  const done = await changeAccess(repository, { action, identifier: 'core', permission: 'push' }, 'User');
  expect(done).toMatchObject({ ok: false, code: 'team_needs_organization', message: expect.stringContaining('ada/app') });
});

test('teams need to be read, people do not', () => {
  expect(permissionsFor({ action: 'add_team' })).toEqual({ administration: 'write', members: 'read' });
  expect(permissionsFor({ action: 'remove_collaborator' })).toEqual({ administration: 'write' });
});

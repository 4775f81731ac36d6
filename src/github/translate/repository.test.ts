import { describe, expect, test } from '@jest/globals';
import { repositoryPayload, type Payload } from '../../../test/support/payloads.ts';
import { translateRepository } from './repository.ts';

describe('repository', () => {
  const user = { login: 'octocat', id: 1, type: 'User' };
  test.each([
    ['renamed', { repository: { name: { from: 'old' } } }, { name: 'old' }],
    ['edited', { default_branch: { from: 'master' }, description: { from: null } }, { default_branch: 'master', description: null }],
    ['edited', { topics: { from: ['a'] } }, {}],
    ['transferred', { owner: { from: { user } } }, { owner: { github_id: '1', login: 'octocat', type: 'User' } }],
    [
      'transferred',
      { owner: { from: { organization: { login: 'o', id: 2 } } } },
      { owner: { github_id: '2', login: 'o', type: 'Organization' } },
    ],
    ['archived', undefined, {}],
    ['unarchived', undefined, {}],
    ['deleted', undefined, {}],
    ['created', 'nonsense' as unknown as Payload, {}],
  ])('%s with %j', (action, changes, from) => {
    expect(translateRepository(repositoryPayload({ action, ...(changes && { changes }) }))).toMatchObject({
      result: 'repository',
      action,
      installation: { github_id: '77' },
      from,
    });
  });
});

import { describe, expect, test } from '@jest/globals';
import { judgeSighting } from './judge-sighting.ts';
import type { Repository, RepositoryUpdate } from './repository.ts';

const at = (hour: number) => new Date(Date.UTC(2026, 10, 21, hour));

const known = {
  installationGithubId: '77',
  ownerGithubId: '501',
  fullName: 'acme/app',
  private: true,
  archived: false,
  disabled: false,
  defaultBranch: 'main',
  removedAt: null,
  uninstalledAt: null,
  githubUpdatedAt: at(10),
} as Repository;

const facts: RepositoryUpdate = {
  github_id: '1',
  name: 'app',
  full_name: 'acme/app',
  owner: { github_id: '501', login: 'acme' },
  private: true,
  default_branch: 'main',
  archived: false,
  disabled: false,
  pushed_at: at(9),
  updated_at: at(10),
  html_url: null,
};

describe('a repository that a delivery shows', () => {
  test.each<[string, Partial<Repository>, Partial<RepositoryUpdate> & { through?: string }]>([
    ['same', {}, {}],
    ['same', {}, { updated_at: at(11), default_branch: null }],
    ['write', {}, { full_name: 'acme/tool', updated_at: at(11) }],
    ['write', {}, { archived: true, updated_at: at(11) }],
    ['write', {}, { default_branch: 'next', updated_at: at(11) }],
    ['stale', {}, { full_name: 'acme/tool', updated_at: at(9) }],
    ['ask', {}, { full_name: 'acme/tool' }],
    ['ask', {}, { full_name: 'acme/tool', updated_at: null }],
    ['ask', { githubUpdatedAt: null }, { private: false, updated_at: at(11) }],
    // Another installation claims it.
    ['write', {}, { through: '88', owner: { github_id: '9', login: 'other' }, updated_at: at(11) }],
    ['stale', {}, { through: '88', updated_at: at(9) }],
    ['ask', {}, { through: '88' }],
    ['write', { uninstalledAt: at(10) }, { through: '88', updated_at: null }],
    ['stale', { uninstalledAt: at(10) }, { through: '88', updated_at: at(9) }],
    // It was removed at noon.
    ['removed', { removedAt: at(12) }, {}],
    ['removed', { removedAt: at(12) }, { full_name: 'acme/tool', updated_at: at(11) }],
    ['ask', { removedAt: at(12) }, { pushed_at: at(13) }],
    ['ask', { removedAt: at(12) }, { through: '88' }],
  ])('is %s when the row has %j and it shows %j', (verdict, row, { through = '77', ...shown }) => {
    expect(judgeSighting({ ...known, ...row }, { facts: { ...facts, ...shown }, installationGithubId: through })).toBe(verdict);
  });

  test('is new when there is no row', () => {
    expect(judgeSighting(undefined, { facts, installationGithubId: '77' })).toBe('new');
  });
});

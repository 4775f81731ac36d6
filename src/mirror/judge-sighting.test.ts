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
  test.each<[string, Partial<Repository>, Partial<RepositoryUpdate>, string]>([
    ['same', {}, {}, '77'],
    ['same', {}, { updated_at: at(11), default_branch: null }, '77'],
    ['write', {}, { full_name: 'acme/tool', updated_at: at(11) }, '77'],
    ['write', {}, { archived: true, updated_at: at(11) }, '77'],
    ['write', {}, { default_branch: 'next', updated_at: at(11) }, '77'],
    ['stale', {}, { full_name: 'acme/tool', updated_at: at(9) }, '77'],
    ['ask', {}, { full_name: 'acme/tool' }, '77'],
    ['ask', {}, { full_name: 'acme/tool', updated_at: null }, '77'],
    ['ask', { githubUpdatedAt: null }, { private: false, updated_at: at(11) }, '77'],
    // Another installation claims it.
    ['write', {}, { owner: { github_id: '9', login: 'other' }, updated_at: at(11) }, '88'],
    ['stale', {}, { updated_at: at(9) }, '88'],
    ['ask', {}, {}, '88'],
    ['write', { uninstalledAt: at(10) }, { updated_at: null }, '88'],
    ['stale', { uninstalledAt: at(10) }, { updated_at: at(9) }, '88'],
    // It was removed at noon.
    ['removed', { removedAt: at(12) }, {}, '77'],
    ['removed', { removedAt: at(12) }, { full_name: 'acme/tool', updated_at: at(11) }, '77'],
    ['ask', { removedAt: at(12) }, { pushed_at: at(13) }, '77'],
    ['ask', { removedAt: at(12) }, {}, '88'],
  ])('is %s when the row has %j and it shows %j through %s', (verdict, row, shown, installationGithubId) => {
    expect(judgeSighting({ ...known, ...row }, { facts: { ...facts, ...shown }, installationGithubId })).toBe(verdict);
  });

  test('is new when there is no row', () => {
    expect(judgeSighting(undefined, { facts, installationGithubId: '77' })).toBe('new');
  });
});

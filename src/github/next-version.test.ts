import { expect, test } from '@jest/globals';
import { mockedClients, mockGet, mockToken, useMockedGitHub } from '../../test/support/github-mock.ts';
import { repositoryObject, shaOf } from '../../test/support/payloads.ts';
import { createReader } from './reader.ts';

/** What REST API version 2026-03-10 no longer sends of the objects that are read here (handbook J7). */
const gone = new Set([
  'has_downloads',
  'master_branch',
  'use_squash_pr_title_as_default',
  'assignee',
  'merge_commit_sha',
  'rate',
  'permission',
]);

useMockedGitHub();

/** An object as the next version sends it. */
function asNext(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asNext);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !gone.has(name))
      .map(([name, each]) => [name, asNext(each)]),
  );
}

const old = { has_downloads: true, master_branch: 'old', use_squash_pr_title_as_default: false };
const place = { installation: '77', owner: 'acme', name: 'app', github_id: '1001' };

test('fields that go away with the next version of the API are not read', async () => {
  const repository = { ...repositoryObject(), ...old };
  mockToken();
  const reader = createReader(mockedClients());
  const read = async (body: object) => {
    mockGet('/repositories/1001', [200, body]);
    return await reader.getRepository('77', '1001');
  };
  const now = await read(repository);
  expect(now).toMatchObject({ ok: true, value: { github_id: '1001' } });
  expect(await read(asNext(repository) as object)).toEqual(now);
});

test('a list of repositories reads the same in both versions', async () => {
  const page = { total_count: 1, repositories: [{ ...repositoryObject(), ...old }] };
  mockToken();
  const reader = createReader(mockedClients());
  const read = async (body: object) => {
    mockGet('/installation/repositories?per_page=100', [200, body]);
    return await reader.listInstallationRepositories('77');
  };
  const now = await read(page);
  expect(now.ok).toBe(true);
  expect(await read(asNext(page) as object)).toEqual(now);
});

test('a submodule is one by its own type, and by the address that gave it away before', async () => {
  mockToken();
  const reader = createReader(mockedClients());
  const submodule = { path: 'lib', sha: shaOf('sub'), size: 0, submodule_git_url: 'https://github.com/acme/lib.git' };
  for (const type of ['file', 'submodule']) {
    mockGet('/repos/acme/app/contents/lib', [200, { ...submodule, type }]);
    expect(await reader.readTextFile(place, 'lib')).toEqual({ ok: true, value: { kind: 'not_a_file', type: 'submodule' } });
  }
  mockGet('/repos/acme/app/contents/lib', [200, { path: 'lib', sha: shaOf('sub'), size: 0, type: 'submodule' }]);
  expect(await reader.readTextFile(place, 'lib')).toEqual({ ok: true, value: { kind: 'not_a_file', type: 'submodule' } });
});

test('what is left is read from headers and from the part of /rate_limit that stays', async () => {
  mockToken();
  const clients = mockedClients();
  const reader = createReader(clients);
  const reset = Math.floor(Date.now() / 1000) + 600;
  const spent = { limit: 100, used: 100, remaining: 0, reset };
  const headers = { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) };
  mockGet('/repositories/1001', [403, { message: 'API rate limit exceeded' }, headers]);
  mockGet('/rate_limit', [200, asNext({ resources: { core: spent }, rate: spent }) as object]);
  expect(await reader.getRepository('77', '1001')).toMatchObject({ code: 'github_rate_limited' });
  // Nothing more is asked for: GitHub's own numbers say that it would be refused.
  expect(await reader.getRepository('77', '1001')).toMatchObject({ code: 'github_budget_spent', retryAt: new Date((reset + 1) * 1000) });
});

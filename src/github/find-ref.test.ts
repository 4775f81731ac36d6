import { describe, expect, test } from '@jest/globals';
import nock from 'nock';
import { mockedApi, mockedClients, mockGet, mockToken, useMockedGitHub, type Answer } from '../../test/support/github-mock.ts';
import { repositoryObject, shaOf } from '../../test/support/payloads.ts';
import { createReader } from './reader.ts';

const place = { installation: '77', owner: 'acme', name: 'app', github_id: '1001' };
const repo = '/repos/acme/app';
const emptyRepository = { message: 'Git Repository is empty.', documentation_url: 'https://docs.github.com/rest' };
const tagRef = (name: string, type = 'commit') => ({ ref: `refs/tags/${name}`, node_id: 'x', object: { sha: shaOf(name), type } });

useMockedGitHub();
const reader = () => createReader(mockedClients());

describe('findRef', () => {
  test('finds a branch and a tag', async () => {
    mockToken();
    const one = reader();
    mockGet(`${repo}/git/ref/heads/a/b`, [200, { ref: 'refs/heads/a/b', object: { sha: shaOf('x'), type: 'commit' } }]);
    mockGet(`${repo}/git/ref/tags/v1`, [200, tagRef('v1', 'tag')]);
    expect(await one.findRef(place, 'branch', 'a/b')).toEqual({ ok: true, value: { sha: shaOf('x'), type: 'commit' } });
    expect(await one.findRef(place, 'tag', 'v1')).toEqual({ ok: true, value: { sha: shaOf('v1'), type: 'tag' } });
  });

  test.each<[string, Answer]>([
    ['404', [404, { message: 'Not Found' }]],
    ['409 of an empty repository', [409, emptyRepository]],
    ['a ref that only begins like it', [200, { ref: 'refs/heads/main-2', object: { sha: shaOf('x'), type: 'commit' } }]],
    ['a list of refs that begin like it', [200, [{ ref: 'refs/heads/main-2' }]]],
  ])('%s means absent, once the repository is seen', async (_, answer) => {
    mockToken();
    mockGet(`${repo}/git/ref/heads/main`, answer);
    mockGet(repo, [200, repositoryObject()]);
    expect(await reader().findRef(place, 'branch', 'main')).toEqual({ ok: true, value: undefined });
  });

  test.each<[string, Answer, string]>([
    ['lost', [404, { message: 'Not Found' }], 'github_not_found'],
    ['another one under the same name', [200, repositoryObject({ id: 2002 })], 'github_not_found'],
    ['not reachable now', [503, { message: 'Unavailable' }], 'github_unavailable'],
  ])('nothing is absent from a repository that is %s', async (_, answer, code) => {
    mockToken();
    mockGet(`${repo}/git/ref/heads/main`, [404, { message: 'Not Found' }]);
    mockGet(repo, answer);
    expect(await reader().findRef(place, 'branch', 'main')).toMatchObject({ ok: false, code });
  });

  test('names are encoded by segment', async () => {
    mockToken();
    const name = `ü/$(id);'?#&:x{y}%2e ${'n'.repeat(200)}`;
    const path = `${repo}/git/ref/heads/${name.split('/').map(encodeURIComponent).join('/')}`;
    nock(mockedApi)
      .get(
        (uri) => decodeURIComponent(uri).endsWith(`/git/ref/heads/${name}`) && uri.split('/').length === `/api/v3${path}`.split('/').length,
      )
      .reply(200, { ref: `refs/heads/${name}`, object: { sha: shaOf('x'), type: 'commit' } });
    expect(await reader().findRef(place, 'branch', name)).toMatchObject({ ok: true, value: { sha: shaOf('x') } });
  });

  test.each(['../../../user', 'a/../b', './x', 'a//b', '', 'half \ud800'])(
    'the name %j is no ref of git, and is not asked for',
    async (name) => {
      expect(await reader().findRef(place, 'branch', name)).toEqual({ ok: true, value: undefined });
    },
  );
});

describe('peelTag', () => {
  test('follows a tag of a tag to its commit', async () => {
    mockToken();
    mockGet(`${repo}/git/tags/${shaOf('t1')}`, [200, { sha: shaOf('t1'), object: { sha: shaOf('t2'), type: 'tag' } }]);
    mockGet(`${repo}/git/tags/${shaOf('t2')}`, [200, { sha: shaOf('t2'), object: { sha: shaOf('c'), type: 'commit' } }]);
    expect(await reader().peelTag(place, shaOf('t1'))).toEqual({ ok: true, value: { sha: shaOf('c'), type: 'commit' } });
  });

  test('a ring ends', async () => {
    mockToken();
    nock(mockedApi)
      .get(`${repo}/git/tags/${shaOf('t')}`)
      .times(10)
      .reply(200, { object: { sha: shaOf('t'), type: 'tag' } });
    expect(await reader().peelTag(place, shaOf('t'))).toMatchObject({ ok: false, code: 'github_not_found' });
  });

  test('what is no tag object is not found; what is no object id is not asked for', async () => {
    mockToken();
    mockGet(`${repo}/git/tags/${shaOf('c')}`, [404, { message: 'Not Found' }]);
    expect(await reader().peelTag(place, shaOf('c'))).toMatchObject({ ok: false, code: 'github_not_found' });
    expect(await reader().peelTag(place, '../../x')).toMatchObject({ ok: false, code: 'github_not_found' });
  });
});

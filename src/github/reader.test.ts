import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import nock from 'nock';
import { mockedApi, mockedClients, mockGet, mockToken, nextPage, useMockedGitHub, type Answer } from '../../test/support/github-mock.ts';
import { installationObject, repositoryObject, shaOf } from '../../test/support/payloads.ts';
import { createReader, type Reader } from './reader.ts';

const place = { installation: '77', owner: 'acme', name: 'app', github_id: '1001' };
const repo = '/repos/acme/app';
const begun = new Date('2026-11-21T10:00:00Z');
const emptyRepository = { message: 'Git Repository is empty.', documentation_url: 'https://docs.github.com/rest' };

useMockedGitHub();
const reader = () => createReader(mockedClients(), { now: () => begun });

const branch = (name: string) => ({ name, commit: { sha: shaOf(name), url: 'x' }, protected: name === 'main' });
const tagRef = (name: string, type = 'commit') => ({ ref: `refs/tags/${name}`, node_id: 'x', object: { sha: shaOf(name), type } });

describe('listBranches', () => {
  const page = (number: number) => `${repo}/branches?per_page=100&page=${number}`;
  const firstPage = `${repo}/branches?per_page=100`;

  test('reads every page, in order, and says when it began', async () => {
    mockToken();
    mockGet(firstPage, [200, [branch('main')], nextPage(page(2))]);
    mockGet(page(2), [200, [branch('a/b')], nextPage(page(3))]);
    mockGet(page(3), [200, [branch('z')], { link: `<${mockedApi}${page(2)}>; rel="prev"` }]);
    expect(await reader().listBranches(place)).toEqual({
      ok: true,
      value: {
        observedAt: begun,
        refs: [
          { name: 'main', sha: shaOf('main'), protected: true },
          { name: 'a/b', sha: shaOf('a/b'), protected: false },
          { name: 'z', sha: shaOf('z'), protected: false },
        ],
      },
    });
  });

  test('a next page elsewhere is asked for here: the token goes nowhere else', async () => {
    mockToken();
    mockGet(firstPage, [200, [branch('main')], { link: `<https://evil.example${repo}/branches?page=2&owner=x&url=y>; rel="next"` }]);
    mockGet(page(2), [200, [branch('b')]]);
    expect(await reader().listBranches(place)).toMatchObject({ ok: true, value: { refs: [{ name: 'main' }, { name: 'b' }] } });
  });

  test('a repository without commits has no branches', async () => {
    mockToken();
    mockGet(firstPage, [409, emptyRepository]);
    expect(await reader().listBranches(place)).toEqual({ ok: true, value: { observedAt: begun, refs: [] } });
  });

  test('another 409 is not an empty repository', async () => {
    mockToken();
    mockGet(firstPage, [409, { message: 'Repository is being moved' }]);
    expect(await reader().listBranches(place)).toMatchObject({ ok: false, code: 'conflict' });
  });

  test('a 409 on page 2 is not the end', async () => {
    mockToken();
    mockGet(firstPage, [200, [branch('main')], nextPage(page(2))]);
    mockGet(page(2), [409, emptyRepository]);
    expect(await reader().listBranches(place)).toMatchObject({ ok: false, code: 'listing_incomplete' });
  });

  test.each<[string, Answer, string]>([
    ['a server error', [502, { message: 'Bad gateway' }], 'github_unavailable'],
    ['a lost repository', [404, { message: 'Not Found' }], 'github_not_found'],
    ['a body that is no list', [200, { hello: 'proxy' }], 'listing_incomplete'],
    ['a head that is no object id', [200, [{ name: 'x', commit: { sha: '../..' } }]], 'listing_incomplete'],
  ])('%s on page 2 makes no shorter list', async (_, answer, code) => {
    mockToken();
    mockGet(firstPage, [200, [branch('main')], nextPage(page(2))]);
    mockGet(page(2), answer);
    expect(await reader().listBranches(place)).toMatchObject({ ok: false, code });
  });

  test.each([page(1).replace('&page=1', ''), '/?unknown=1'])('a next page that leads nowhere (%s) is no end', async (path) => {
    mockToken();
    mockGet(firstPage, [200, [branch('main')], nextPage(path)]);
    expect(await reader().listBranches(place)).toMatchObject({ ok: false, code: 'listing_incomplete' });
  });

  test('a rate limit says until when', async () => {
    mockToken();
    const reset = Math.floor(Date.now() / 1000) + 1800;
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) };
    mockGet(firstPage, [200, [branch('main')], nextPage(page(2))]);
    mockGet(page(2), [403, { message: 'API rate limit exceeded' }, headers]);
    const read = await reader().listBranches(place);
    expect(read).toMatchObject({ ok: false, code: 'github_rate_limited' });
    expect(!read.ok && Math.abs(Number(read.retryAt) / 1000 - reset)).toBeLessThanOrEqual(2);
  });

  test('no token for a suspended or deleted installation', async () => {
    const mint = () => nock(mockedApi).post('/app/installations/77/access_tokens');
    mint().reply(403, { message: 'This installation has been suspended' });
    expect(await reader().listBranches(place)).toMatchObject({ ok: false, code: 'installation_suspended' });
    mint().reply(404, { message: 'Not Found' });
    expect(await reader().listBranches(place)).toMatchObject({ ok: false, code: 'installation_deleted' });
  });
});

describe('listTags', () => {
  const path = `${repo}/git/matching-refs/tags`;

  test('answers what each tag names, and follows Link', async () => {
    mockToken();
    mockGet(path, [200, [tagRef('v1', 'tag'), { ...tagRef('v0'), ref: 'refs/tagsquatter/v0' }], nextPage(`${path}?page=2`)]);
    mockGet(`${path}?page=2`, [200, [tagRef('rel/2')]]);
    expect(await reader().listTags(place)).toEqual({
      ok: true,
      value: {
        observedAt: begun,
        refs: [
          { name: 'v1', sha: shaOf('v1'), type: 'tag' },
          { name: 'rel/2', sha: shaOf('rel/2'), type: 'commit' },
        ],
      },
    });
  });

  test('an empty repository has none', async () => {
    mockToken();
    mockGet(path, [409, emptyRepository]);
    expect(await reader().listTags(place)).toMatchObject({ ok: true, value: { refs: [] } });
  });
});

describe('listInstallations and their repositories', () => {
  test('all installations, also those of enterprises, with ids beyond 2^53', async () => {
    const enterprise = { ...installationObject({ id: 5 }), target_type: 'Enterprise', account: { id: 8, slug: 'megacorp' } };
    const text = JSON.stringify([installationObject({ suspendedAt: '2026-11-20T00:00:00Z' }), enterprise]).replace(
      '"id":77',
      '"id":3804004623172239366',
    );
    mockGet('/app/installations?per_page=100', [200, text, { 'content-type': 'application/json; charset=utf-8' }]);
    expect(await reader().listInstallations()).toMatchObject({
      ok: true,
      value: [
        { github_id: '3804004623172239366', account: { login: 'acme' }, suspended_at: new Date('2026-11-20T00:00:00Z') },
        { github_id: '5', account: { login: 'megacorp', type: 'Enterprise' } },
      ],
    });
  });

  const list = '/installation/repositories?per_page=100';

  test('all repositories, with what they are', async () => {
    mockToken();
    mockGet(list, [200, { total_count: 2, repositories: [repositoryObject()] }, nextPage(`${list}&page=2`)]);
    mockGet(`${list}&page=2`, [200, { total_count: 2, repositories: [repositoryObject({ id: 2, name: 'web', archived: true })] }]);
    expect(await reader().listInstallationRepositories('77')).toMatchObject({
      ok: true,
      value: [
        { github_id: '1001', full_name: 'acme/app', default_branch: 'main', archived: false },
        { github_id: '2', full_name: 'acme/web', archived: true, owner: { github_id: '501' } },
      ],
    });
  });

  test('fewer than GitHub counts is incomplete', async () => {
    mockToken();
    mockGet(list, [200, { total_count: 3, repositories: [repositoryObject()] }]);
    expect(await reader().listInstallationRepositories('77')).toMatchObject({
      ok: false,
      code: 'listing_incomplete',
      message: expect.stringContaining('1 of 3 came'),
    });
  });

  test('one repository by its id', async () => {
    mockToken();
    mockGet('/repositories/1001', [200, repositoryObject({ name: 'renamed' })]);
    expect(await reader().getRepository('77', '1001')).toMatchObject({ ok: true, value: { github_id: '1001', full_name: 'acme/renamed' } });
  });

  test('a repository that is out of reach', async () => {
    mockToken();
    mockGet('/repositories/1002', [404, { message: 'Not Found' }]);
    expect(await reader().getRepository('77', '1002')).toMatchObject({ ok: false, code: 'github_not_found' });
  });
});

describe('broken answers', () => {
  async function withServer(listener: RequestListener, work: (reader: Reader) => Promise<void>): Promise<void> {
    const server = createServer(listener);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      await work(createReader(mockedClients({ apiUrl })));
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  test('a list cut off half-way with status 200 is incomplete, not empty', async () => {
    const cutOff: RequestListener = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
      response.write('[', () => response.destroy());
    };
    await withServer(cutOff, async (broken) => {
      expect(await broken.listInstallations()).toMatchObject({ ok: false, code: 'listing_incomplete' });
    });
  });

  test('a server that hangs up is unavailable', async () => {
    await withServer(
      (request) => void request.socket.destroy(),
      async (broken) => {
        expect(await broken.listInstallations()).toMatchObject({ ok: false, code: 'github_unavailable' });
      },
    );
  });

  test('a key that is no key is told as such', async () => {
    const keyless = createReader(mockedClients({ privateKey: 'not a key' }));
    expect(await keyless.listInstallations()).toMatchObject({
      ok: false,
      code: 'github_unauthorized',
      message: expect.stringContaining('PRIVATE_KEY'),
    });
  });
});

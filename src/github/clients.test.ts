import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import nock from 'nock';
import { mockedApi, mockedClients, mockToken, useMockedGitHub, type Answer } from '../../test/support/github-mock.ts';

useMockedGitHub();

const tokenOne = `ghs_4242_${'a.b-c_'.repeat(80)}`;

/** Asks one thing and answers the headers that were sent with it. */
async function headersOf(client: { request: (route: string) => Promise<unknown> }, path: string): Promise<Record<string, string>> {
  const headers: Record<string, string> = {};
  const scope = nock(mockedApi).get(path);
  for (const name of ['authorization', 'x-github-api-version', 'user-agent']) {
    scope.matchHeader(name, (value) => {
      headers[name] = String(value);
      return true;
    });
  }
  scope.reply(200, {});
  await client.request(`GET ${path}`);
  return headers;
}

describe('createClients', () => {
  test('the App speaks with a JWT of its own and names the API version', async () => {
    const headers = await headersOf(await mockedClients().app(), '/app');
    const token = String(headers['authorization']).replace(/^bearer /i, '');
    const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { iss: number; iat: number; exp: number };
    expect(claims.iss).toBe(4242);
    expect(claims.exp - claims.iat).toBeLessThanOrEqual(660);
    expect(headers['x-github-api-version']).toBe('2022-11-28');
    expect(headers['user-agent']).toMatch(/^repowatch /);
  });

  test('an installation speaks with its own token, made once and against the same server', async () => {
    const clients = mockedClients();
    mockToken(77, tokenOne);
    const first = await headersOf(await clients.installation('77'), '/installation/repositories');
    const second = await headersOf(await clients.installation('77'), '/repos/a/b');
    expect([first['authorization'], second['authorization']]).toEqual([`token ${tokenOne}`, `token ${tokenOne}`]);
    mockToken(78, 'ghs_other');
    expect(await headersOf(await clients.installation('78'), '/repos/a/b')).toMatchObject({ authorization: 'token ghs_other' });
  });

  test('renewToken replaces a cached token', async () => {
    const clients = mockedClients();
    mockToken(77, 'ghs_old');
    expect(await headersOf(await clients.installation('77'), '/x')).toMatchObject({ authorization: 'token ghs_old' });
    mockToken(77, 'ghs_new');
    await clients.renewToken('77');
    expect(await headersOf(await clients.installation('77'), '/x')).toMatchObject({ authorization: 'token ghs_new' });
  });

  const reset = String(Math.floor(Date.now() / 1000) + 3600);
  test.each<[string, Answer]>([
    ['a rate limit', [403, { message: 'API rate limit exceeded' }, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }]],
    ['a secondary rate limit', [403, { message: 'You have exceeded a secondary rate limit' }, { 'retry-after': '60' }]],
    ['a bare 429', [429, { message: 'slow down' }]],
    ['a server error', [502, { message: 'Bad gateway' }]],
  ])('%s is thrown at once, not slept over and not repeated', async (_, answer) => {
    mockToken();
    let calls = 0;
    const count = () => {
      calls += 1;
      return answer;
    };
    nock(mockedApi).get('/repos/a/b').times(4).reply(count);
    const client = await mockedClients().installation('77');
    await expect(client.request('GET /repos/a/b')).rejects.toMatchObject({ status: answer[0] });
    expect(calls).toBe(1);
    nock.cleanAll();
  });

  test('ids beyond 2^53 come through whole', async () => {
    nock(mockedApi).get('/app/hook/deliveries').reply(200, '[{"id":3804004623172239366}]', { 'content-type': 'application/json' });
    const { data } = (await (await mockedClients().app()).request('GET /app/hook/deliveries')) as { data: { id: number | bigint }[] };
    expect(data.map((item) => String(item.id))).toEqual(['3804004623172239366']);
  });
});

/** A server on this machine that takes requests and never answers. */
async function silentServer(): Promise<{ url: string; requests: string[]; close: () => void }> {
  const requests: string[] = [];
  const server = createServer((request) => void requests.push(request.url ?? ''));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, close };
}

describe('time limits', () => {
  test.each([
    ['a request', '/app', { request: 50, listing: 60_000 }],
    ['a listing', '/app/installations?per_page=100', { request: 60_000, listing: 50 }],
  ])('%s without an answer ends after its limit and is not repeated', async (_, path, timeouts) => {
    const { url, requests, close } = await silentServer();
    const client = await mockedClients({ apiUrl: url, timeouts }).app();
    await expect(client.request(`GET ${path}`)).rejects.toMatchObject({ status: 500, cause: { name: 'TimeoutError' } });
    expect(requests).toEqual([path]);
    close();
  });

  test('a caller can end its own request before that', async () => {
    const { url, requests, close } = await silentServer();
    const client = await mockedClients({ apiUrl: url }).app();
    const request = { signal: AbortSignal.abort() };
    await expect(client.request('GET /app', { request })).rejects.toMatchObject({ status: 500 });
    expect(requests).toEqual([]);
    close();
  });
});

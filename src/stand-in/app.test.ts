import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestBench, type ApiReply, type TestBench } from './test-bench.ts';

let bench: TestBench;
let installation: number;

beforeAll(async () => {
  bench = await createTestBench();
  await bench.standIn.createRepository({ owner: 'acme', name: 'app', files: { a: 'a' } });
  installation = (await bench.standIn.installApp('acme', 'all')).id;
});
afterAll(async () => bench[Symbol.asyncDispose]());

function askAsApp(path: string, method = 'GET', body?: unknown): Promise<ApiReply> {
  return bench.call(path, { token: bench.appToken(), method, ...(body === undefined ? {} : { body }) });
}

function mint(): Promise<ApiReply> {
  return askAsApp(`/app/installations/${installation}/access_tokens`, 'POST', {});
}

describe("the App's own token", () => {
  const now = Math.floor(Date.now() / 1000);
  test.each([
    ['another issuer', { iss: 1 }, 'RS256'],
    ['too long a life', { exp: now + 3600 }, 'RS256'],
    ['an end in the past', { exp: now - 1 }, 'RS256'],
    ['an issue date in the future', { iat: now + 300 }, 'RS256'],
    ['another algorithm', {}, 'none'],
  ])('is refused with %s', async (_title, claims, algorithm) => {
    expect((await bench.call('/app', { token: bench.appToken(claims, algorithm) })).status).toBe(401);
  });

  test('is refused with a signature that does not fit', async () => {
    const token = bench.appToken();
    const [header, , signature] = token.split('.');
    const payload = bench.appToken({ admin: true }).split('.')[1];
    const reply = await bench.call('/app', { token: `${header}.${payload}.${signature}` });
    expect(reply).toMatchObject({ status: 401, json: { message: 'A JSON web token could not be decoded' } });
    expect((await bench.call('/app')).status).toBe(401);
    expect((await bench.call('/app', { token: 'ghs_made-up' })).status).toBe(401);
  });

  test('opens the App, its hook and its installations', async () => {
    expect((await askAsApp('/app')).json).toMatchObject({ id: bench.standIn.appId, slug: 'repowatch', permissions: { checks: 'write' } });
    expect((await askAsApp('/app/hook/config')).json).toMatchObject({ content_type: 'json', insecure_ssl: '0', url: bench.receiver.url });
    expect((await askAsApp('/app/installation-requests')).json).toEqual([]);
    expect((await askAsApp('/repos/acme/app/installation')).json).toMatchObject({ id: installation });
    expect((await askAsApp('/app/installations')).json).toMatchObject([
      { id: installation, account: { login: 'acme', type: 'Organization' }, repository_selection: 'all', suspended_at: null },
    ]);
    expect((await askAsApp('/repos/acme/app')).status).toBe(403);
  });
});

describe('the life of an installation', () => {
  test('a token works for an hour; suspended gives 403, deleted 404 (handbook B13)', async () => {
    const minted = await mint();
    expect(minted).toMatchObject({ status: 201, json: { token: expect.stringMatching(/^ghs_/), repository_selection: 'all' } });
    const { token } = minted.json;
    expect(Date.parse(minted.json.expires_at)).toBeGreaterThan(Date.now() + 3_500_000);
    await bench.standIn.suspend('acme');
    expect(await mint()).toMatchObject({ status: 403, json: { message: 'This installation has been suspended' } });
    expect((await bench.call('/installation/repositories', { token })).status).toBe(403);
    expect((await askAsApp('/app/installations')).json).toHaveLength(1);
    // Nothing is announced meanwhile.
    await bench.standIn.commitFile({ repo: 'acme/app', branch: 'main', path: 'while', content: 'suspended' });
    await bench.standIn.unsuspend('acme');
    expect((await bench.call('/installation/repositories', { token })).status).toBe(200);
    await bench.standIn.expireTokens();
    expect((await bench.call('/installation/repositories', { token })).status).toBe(401);

    await bench.standIn.settled();
    const events = bench.receiver.received.map(({ event, payload }) => [event, payload['action']]);
    expect(events).toEqual([
      ['installation', 'created'],
      ['installation', 'suspend'],
      ['installation', 'unsuspend'],
    ]);
    expect(bench.receiver.received[0]?.payload).toMatchObject({
      installation: { id: installation, app_id: bench.standIn.appId },
      repositories: [{ full_name: 'acme/app' }],
      requester: null,
      sender: { login: 'octocat' },
    });
  });

  test('selection, transfer and removal are announced as GitHub does', async () => {
    const { standIn, receiver } = bench;
    await standIn.createAccount('globex', 'Organization');
    await standIn.createRepository({ owner: 'globex', name: 'one', files: { a: 'a' } });
    const other = await standIn.installApp('globex', ['one']);
    await standIn.transferRepository('acme/app', 'globex');
    await standIn.addRepositories('globex', ['app']);
    await standIn.addRepositories('globex', 'all');
    await standIn.removeRepositories('globex', ['one']);
    await standIn.editRepository('globex/app', { private: false });
    await standIn.deleteRepository('globex/app');
    await standIn.uninstall('globex');
    await standIn.settled();
    const events = receiver.received
      .filter(({ payload }) => (payload['installation'] as { id: number }).id === other.id)
      .map(({ event, payload }) => {
        const names = (field: string): string[] => ((payload[field] ?? []) as { name: string }[]).map(({ name }) => name);
        return [event, payload['action'], ...names('repositories_added'), ...names('repositories_removed').map((name) => `-${name}`)].join(
          ' ',
        );
      });
    expect(events.filter((line) => line.startsWith('installation'))).toEqual([
      'installation created',
      'installation_repositories added app',
      'installation_repositories added',
      // From all to selected nothing is named (handbook B4).
      'installation_repositories removed',
      'installation deleted',
    ]);
    expect(events.filter((line) => line.startsWith('repository'))).toEqual(['repository publicized', 'repository deleted']);
    const gone = await askAsApp(`/app/installations/${other.id}/access_tokens`, 'POST', {});
    expect(gone.status).toBe(404);
    await expect(standIn.suspend('globex')).rejects.toThrow(/install it first/);
  });
});

describe("GitHub's record of deliveries", () => {
  test('newest first, in pages by cursor, with ids above 2^53 (handbook A14, A18)', async () => {
    await bench.standIn.createRepository({ owner: 'acme', name: 'hooked', files: { a: 'a' } });
    for (const path of ['x', 'y', 'z']) await bench.standIn.commitFile({ repo: 'acme/hooked', branch: 'main', path, content: path });
    await bench.standIn.settled();
    const page = await askAsApp('/app/hook/deliveries?per_page=2');
    const ids = [...page.text.matchAll(/"id":(\d+)/g)].map(([, id]) => BigInt(id ?? '0'));
    expect(ids.every((id) => id > BigInt(Number.MAX_SAFE_INTEGER))).toBe(true);
    expect((ids[0] ?? 0n) > (ids[1] ?? 0n)).toBe(true);
    expect(page.json).toMatchObject([
      { event: 'push', status: 'OK', status_code: 200, redelivery: false, installation_id: installation },
      { event: 'push', status: 'OK' },
    ]);
    const next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1] ?? '';
    const older = await askAsApp(next.slice(bench.standIn.apiUrl.length));
    expect(older.list.length).toBeGreaterThan(0);
    expect(page.list.map(({ guid }) => guid)).not.toContain(older.list[0]?.guid);
    const one = await askAsApp(`/app/hook/deliveries/${ids[0]}`);
    expect(one.json).toMatchObject({
      guid: page.list[0]?.guid,
      request: { headers: { 'X-GitHub-Event': 'push' }, payload: { head_commit: { added: ['z'] } } },
      response: { payload: 'noted' },
    });
  });

  test('a failed delivery is shown and can be repeated under its guid', async () => {
    bench.receiver.answerWith(503);
    await bench.standIn.commitFile({ repo: 'acme/hooked', branch: 'main', path: 'f', content: 'f' });
    await bench.standIn.settled();
    bench.receiver.answerWith(200);
    const failed = await askAsApp('/app/hook/deliveries?status=failure');
    expect(failed.json).toMatchObject([{ event: 'push', status: 'Invalid HTTP Response: 503', status_code: 503 }]);
    const [, id] = /"id":(\d+)/.exec(failed.text) ?? [];
    expect((await askAsApp(`/app/hook/deliveries/${id}/attempts`, 'POST')).status).toBe(202);
    await bench.standIn.settled();
    const again = bench.receiver.received.filter(({ guid }) => guid === failed.list[0]?.guid);
    expect(again).toHaveLength(2);
    expect((await askAsApp('/app/hook/deliveries?per_page=1')).json).toMatchObject([
      { guid: failed.list[0]?.guid, redelivery: true, status: 'OK' },
    ]);
  });

  test('a receiver that is not there makes a failure, switched off webhooks make nothing', async () => {
    const { standIn } = bench;
    const push = (path: string): Promise<string> => standIn.commitFile({ repo: 'acme/hooked', branch: 'main', path, content: path });
    await standIn.setWebhookUrl('http://127.0.0.1:9/hook');
    await push('unreachable');
    await standIn.settled();
    const [refused] = (await askAsApp('/app/hook/deliveries?per_page=1')).list;
    expect(refused).toMatchObject({ status: 'failed to connect to host' });
    await standIn.setWebhookUrl(bench.receiver.url);
    await standIn.setWebhooks('off');
    await push('lost');
    await standIn.settled();
    expect((await askAsApp('/app/hook/deliveries?per_page=1')).list[0]?.guid).toBe(refused?.guid);
    const [lost] = await standIn.deliveries({ state: 'lost' });
    expect(lost).toMatchObject({ event: 'push', repository: 'acme/hooked', request: { payload: { head_commit: { added: ['lost'] } } } });
    await standIn.setWebhooks('on');
    await standIn.redeliver(lost?.guid ?? '');
    expect(await bench.receiver.waitFor(({ guid }) => guid === lost?.guid)).toMatchObject({ verified: true });
  });
});

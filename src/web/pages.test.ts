import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { startHttp, testToken, type TestHttpServer } from '../../test/support/http.ts';
import { seedChange, seedDelivery, seedRepository, seedRun, seedStep, seedThread, type SeededRepository } from '../../test/support/seed.ts';
import { createLog } from '../core/log.ts';
import { createStateSigner } from '../core/signed-state.ts';
import { createPages } from './pages.ts';

let base: TestDatabase;
let server: TestHttpServer;
let repository: SeededRepository;
let cookie: string;
const log = createLog({ level: 'silent' });

async function start(db: TestDatabase['db']): Promise<TestHttpServer> {
  const health = async () => ({ database: true, queue: true, details: {} });
  const setupReturn = {
    finish: async () => ({ result: 'nothing_named' as const, returnTo: null, state: undefined }),
    beginSignIn: undefined,
    cookies: createStateSigner(testToken, 'test'),
  };
  const people = { isAdminUser: () => false, refreshAccess: async () => undefined, signIn: undefined };
  const pages = createPages({ db, people, setupReturn, adminToken: testToken, version: '1.2.3', log });
  return startHttp(db, { health, pages });
}

const logIn = (at: TestHttpServer, token: string, headers: Record<string, string> = {}) =>
  fetch(`${at.base}/login`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ token }), headers });

async function signIn(at: TestHttpServer): Promise<string> {
  return (await logIn(at, testToken)).headers.get('set-cookie')!.split(';', 1)[0]!;
}

beforeAll(async () => {
  base = await createTestDatabase();
  server = await start(base.db);
  cookie = await signIn(server);
});

beforeEach(async () => {
  await base.db.raw('truncate deliveries, changes, runs, steps, attempts, lanes, repositories, installations, accounts cascade');
  repository = await seedRepository(base.db, 'acme/app', { watches: ['deploy', 'notify'] });
});

afterAll(async () => {
  await server.close(1_000);
  await base[Symbol.asyncDispose]();
});

const get = (path: string, headers: Record<string, string> = { cookie }) => fetch(`${server.base}${path}`, { headers, redirect: 'manual' });
const page = async (query = '') => (await get(`/${query}`)).text();

describe('the door', () => {
  test('without a session there is only the form', async () => {
    const response = await get('/', {});
    expect([response.status, response.headers.get('location')]).toEqual([303, '/login']);
    expect((await get('/live', {})).status).toBe(401);
    expect((await get('/deliveries/1/payload', {})).status).toBe(303);
    expect((await get('/deliveries/1/payload/part', {})).status).toBe(401);
    expect((await get('/overview/rates/part', {})).status).toBe(401);
  });

  test('the token opens it; a wrong one does not', async () => {
    const response = await logIn(server, testToken);
    expect([response.status, response.headers.get('location')]).toEqual([303, '/']);
    expect(response.headers.get('set-cookie')).toMatch(/^repowatch_session=\S+; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax$/);
    const wrong = await logIn(server, 'nope');
    expect([wrong.status, wrong.headers.get('set-cookie'), wrong.headers.get('www-authenticate')]).toEqual([401, null, null]);
    expect(await wrong.text()).toContain('That is not the admin token');
  });

  test('a session opens the page and the REST side, which takes writes from our own page only', async () => {
    expect((await get('/')).status).toBe(200);
    expect((await get('/api/runs')).status).toBe(200);
    const replay = (headers: Record<string, string>) => fetch(`${server.base}/api/runs/999/replay`, { method: 'POST', headers });
    expect((await replay({ cookie, origin: 'https://evil.example' })).status).toBe(403);
    expect((await replay({ cookie, origin: server.base })).status).not.toBe(403);
  });

  test('other sites can neither sign in nor write', async () => {
    const evil = { origin: 'https://evil.example', cookie };
    expect((await logIn(server, testToken, { origin: 'https://evil.example' })).status).toBe(403);
    const paths = ['/runs/1/replay', '/deliveries/1/retry', '/logout'];
    const post = (path: string, headers: Record<string, string>) =>
      fetch(`${server.base}${path}`, { method: 'POST', headers, redirect: 'manual' });
    for (const path of paths) {
      expect([path, (await post(path, evil)).status]).toEqual([path, 403]);
      expect([path, (await post(path, { cookie })).status]).toEqual([path, 403]);
      expect([path, (await post(path, { origin: server.base })).status]).toEqual([path, 401]);
    }
  });

  test('an address that does not exist is a page for people, and a problem for programs', async () => {
    const html = { cookie, accept: 'text/html' };
    const seen = await get('/nothing', html);
    expect([seen.status, await seen.text()]).toEqual([404, expect.stringContaining('aria-label="Site"')]);
    const stranger = await get('/nothing', { accept: 'text/html' });
    expect([stranger.status, await stranger.text()]).toEqual([404, expect.not.stringContaining('aria-label="Site"')]);
    expect((await get('/nothing')).headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  test('signing out ends the session', async () => {
    const own = await signIn(server);
    const headers = { cookie: own, origin: server.base };
    expect((await fetch(`${server.base}/logout`, { method: 'POST', headers, redirect: 'manual' })).status).toBe(303);
    expect((await get('/', { cookie: own })).status).toBe(303);
  });
});

describe('the page', () => {
  test('has no inline script or style, and a policy that forbids them', async () => {
    const response = await get('/');
    const policy = response.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    const text = await response.text();
    const scriptOf = (name: string) => expect.stringMatching(new RegExp(`^<script src="/assets/${name}-[0-9a-f]{12}\\.js" defer>$`));
    expect(text.match(/<script[^>]*>/g)).toEqual([scriptOf('page'), scriptOf('charts')]);
    expect(text).not.toMatch(/<style|\sstyle=|\son\w+=/i);
    for (const [, path] of text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) {
      const asset = await get(path!, {});
      expect([asset.status, asset.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
    }
    expect((await get('/assets/page.css', {})).status).toBe(404);
  });

  test('says what to do first, and what is done already', async () => {
    const text = await page();
    expect(text).toContain('First steps');
    expect(text).toContain(`${server.base}/api/github/webhooks`);
    expect([...text.matchAll(/<li id="step-(\w+)" class="done/g)].map(([, step]) => step)).toEqual(['install', 'file']);
    expect(text).toMatch(/<li id="step-webhook"[^>]*>[^]*WEBHOOK_SECRET/);
  });

  test('shows the thread from delivery to attempt', async () => {
    const { deliveryId, runId } = await seedThread(base.db, repository, { message: 'Make it faster\n\nMore words' });
    const text = await page();
    expect(text).toContain(`id="thread-delivery-${deliveryId}"`);
    expect(text).toMatch(/mona pushed 1 commit to main/);
    expect(text).toContain('Make it faster');
    expect(text).not.toContain('More words');
    expect(text).toContain(`action="/runs/${runId}/replay"`);
    expect(text).toMatch(/HTTP 503[^]*webhook_failed[^]*HTTP 200/);
    expect(text).not.toContain('busy');
  });

  test('says why a watch did not run, and why a delivery was ignored', async () => {
    const deliveryId = await seedDelivery(base.db, repository);
    const considered = [
      { watch: 'notify', key: 'notify', matched: false, clause: 'on.push.branches', reason: 'main is not in release/**' },
    ];
    await seedChange(base.db, repository, { deliveryId, considered });
    await seedDelivery(base.db, repository, {
      event: 'star',
      status: 'ignored',
      more: { code: 'unhandled_event', reason: 'Stars are not acted on.' },
    });
    const text = await page();
    expect(text).toMatch(/did not run because <code>on\.push\.branches<\/code>:\s*<bdi\s*>main is not in release\/\*\*/);
    expect(text).toMatch(/unhandled_event<\/code>\s*<bdi>Stars are not acted on\.<\/bdi>/);
  });

  test('links to the difference on GitHub, but to nothing that could run', async () => {
    await seedChange(base.db, repository, { origin: 'reconcile', data: { compare_url: 'https://github.com/acme/app/compare/a...b' } });
    await seedChange(base.db, repository, { origin: 'reconcile', data: { compare_url: 'javascript:alert(1)' } });
    const text = await page();
    expect(text.match(/class="compare"\s+href="[^"]+"/g)).toEqual([expect.stringContaining('https://github.com/acme/app/compare/a...b')]);
    expect(text).not.toContain('javascript:');
  });

  test('shows what only reconcile found, without a delivery', async () => {
    const changeId = await seedChange(base.db, repository, { origin: 'reconcile', ref: { kind: 'tag', name: 'v1', move: 'created' } });
    const text = await page();
    expect(text).toContain(`id="thread-change-${changeId}"`);
    expect(text).toContain('no delivery announced it');
  });

  test('replay is offered when a run is over, retry when a delivery was not processed', async () => {
    const changeId = await seedChange(base.db, repository, { deliveryId: await seedDelivery(base.db, repository) });
    await seedRun(base.db, repository, { changeId, status: 'waiting' });
    expect(await page()).not.toMatch(/action="[^"]+(?:replay|retry)"/);
    await seedDelivery(base.db, repository, { status: 'errored' });
    expect((await page()).match(/action="[^"]+retry"/g)).toHaveLength(1);
  });

  test('is filtered by repository and status', async () => {
    const other = await seedRepository(base.db, 'acme/other');
    const good = await seedThread(base.db, repository);
    const bad = await seedDelivery(base.db, other);
    await seedRun(base.db, other, { changeId: await seedChange(base.db, other, { deliveryId: bad }), status: 'dead' });
    const ignored = await seedDelivery(base.db, other, { status: 'ignored' });
    const open = await seedDelivery(base.db, other, { status: 'unprocessed' });
    const shown = async (query: string) => [...(await page(query)).matchAll(/id="thread-delivery-(\d+)"/g)].map(([, id]) => id);
    expect(await shown('')).toEqual([open, ignored, bad, good.deliveryId]);
    expect(await shown('?repository=ACME/app')).toEqual([good.deliveryId]);
    expect(await shown('?status=failed')).toEqual([bad]);
    expect(await shown('?status=succeeded')).toEqual([good.deliveryId]);
    expect(await shown('?status=ignored')).toEqual([ignored]);
    expect(await shown('?status=waiting&repository=acme/other')).toEqual([open]);
    expect(await page('?repository=acme/nothing')).toContain('Nothing matches');
    expect((await get('/?repository=%00&status=%27')).status).toBe(200);
  });
});

describe('hostile text', () => {
  const evil = `</pre></code><script>alert(1)</script><img src=x onerror=alert(1)>"' onmouseover="x"<hx-partial hx-target="#feed">`;

  test('is inert wherever it is shown', async () => {
    const body = JSON.stringify({ evil });
    const deliveryId = await seedDelivery(base.db, repository, {
      body,
      more: { reason: evil, code: evil, action: evil, repository_full_name: evil },
    });
    const considered = [
      { watch: evil, key: 'deploy', matched: true },
      { watch: evil, key: evil, matched: false, clause: evil, reason: evil },
    ];
    const changeId = await seedChange(base.db, repository, { deliveryId, login: evil, message: evil, ref: { name: evil }, considered });
    const runId = await seedRun(base.db, repository, { changeId, status: 'failed', more: { message: evil, code: evil } });
    const request = { method: evil, url: evil, headers: { [evil]: evil }, body: evil };
    const response = { status: 500, headers: { [evil]: evil }, body: evil, truncated: false };
    const attempts = [{ status: 'failed', code: evil, message: evil, request, response, log: [evil] }];
    const more = { name: evil, key: evil, message: evil };
    await seedStep(base.db, runId, {
      installationId: repository.installationId,
      position: 0,
      kind: evil,
      status: 'failed',
      attempts,
      more,
    });
    const texts = [
      await page(`?repository=acme/app`),
      await page(`?repository=${encodeURIComponent(evil)}`),
      await (await get(`/runs/${runId}/attempts/0/1`)).text(),
      await (await get(`/deliveries/${deliveryId}/payload`)).text(),
    ];
    for (const text of texts) {
      expect(text).toContain('&lt;script&gt;alert(1)');
      expect(text).not.toContain('<script>');
      expect(text).not.toContain('<img src=x');
      expect(text).not.toContain(`<hx-partial hx-target="#feed">&lt;`);
      expect(text).not.toContain('onmouseover="');
    }
  });
});

describe('parts', () => {
  test('what was sent and answered is loaded when it is opened', async () => {
    const { runId, deliveryId } = await seedThread(base.db, repository);
    expect(await (await get(`/runs/${runId}/attempts/0/1`)).text()).toMatch(/POST https:\/\/hooks\.example\.com\/deploy[^]*busy/);
    expect(await (await get(`/deliveries/${deliveryId}/payload`)).text()).toContain('refs/heads/main');
    expect((await get(`/runs/${runId}/attempts/0/9`)).status).toBe(404);
    expect((await get(`/runs/x/attempts/0/1`)).status).toBe(404);
    expect((await get(`/runs/1/attempts/9999999999/1`)).status).toBe(404);
  });
});

describe('live', () => {
  test('a new delivery arrives by itself, and the stream ends when the server closes', async () => {
    const own = await start(base.db);
    const response = await fetch(`${own.base}/live?of=/`, { headers: { cookie: await signIn(own) } });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(response.headers.get('cache-control')).toBe('no-store');
    let text = '';
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    const readUntil = async (wanted: string) => {
      while (!text.includes(wanted)) {
        const { done, value } = await reader.read();
        if (done) throw new Error(`The stream ended without ${wanted}: ${text}`);
        text += value;
      }
    };
    await readUntil('of 5 done');
    const id = await seedDelivery(base.db, repository);
    await readUntil(`id="thread-delivery-${id}"`);
    expect(text.split('\n').every((line) => line === '' || /^(?:data|id): /.test(line) || line.startsWith(':'))).toBe(true);
    const closed = own.close(30_000);
    expect(
      await (async () => {
        for (;;) if ((await reader.read()).done) return 'ended';
      })(),
    ).toBe('ended');
    await closed;
  });
});

test('a page of many threads is read in a few statements', async () => {
  for (let index = 0; index < 5; index += 1) await seedThread(base.db, repository);
  let statements = 0;
  base.db.on('query', () => (statements += 1));
  await page();
  const few = statements;
  for (let index = 0; index < 10; index += 1) await seedThread(base.db, repository);
  statements = 0;
  await page();
  base.db.removeAllListeners('query');
  expect(statements).toBeLessThanOrEqual(few);
});

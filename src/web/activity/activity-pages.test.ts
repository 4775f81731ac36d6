import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { startHttp, testActions, testToken, type TestHttpServer } from '../../../test/support/http.ts';
import {
  seedChange,
  seedDelivery,
  seedRepository,
  seedRun,
  seedThread,
  type SeededRepository,
  type SeededThread,
} from '../../../test/support/seed.ts';
import { createLog } from '../../core/log.ts';
import { failed, ok } from '../../core/outcome.ts';
import { createStateSigner } from '../../core/signed-state.ts';
import type { HttpActions } from '../../http/http-options.ts';
import { createPages } from '../pages.ts';

let base: TestDatabase;
let server: TestHttpServer;
let repository: SeededRepository;
let thread: SeededThread;
let cookie: string;

/** A watch that counts, as far as its list needs it. */
const deployWatch = {
  id: '1',
  key: 'deploy',
  revision: '1',
  name: 'Deploy it',
  layer: 'file',
  managed_by: 'file',
  mode: 'on',
  mandatory: false,
  origin: '.github/repowatch.yml:3',
  repository: 'acme/app',
  path: '.github/repowatch.yml',
  line: 3,
  switched_off_at: null,
  triggers: ['push'],
  inputs: {},
  steps: ['webhook'],
};
const asked: unknown[] = [];
const actions: HttpActions = {
  ...testActions,
  retryDelivery: async () => failed('conflict', 'Delivery 1 is being processed.'),
  explainLayers: async () => ({ layers: [], notes: [], watches: [deployWatch] }) as never,
  runs: {
    ...testActions.runs,
    requestBulk: async (wish) => {
      asked.push(wish);
      return ok({ jobId: null, matched: 3, cooling: 1, runs: wish.dryRun ? ['7', '8'] : [] });
    },
    unblock: async (wish) => {
      asked.push(wish);
      return ok({ lane: wish.lane, run: '1', action: 'skipped' });
    },
  },
};

beforeAll(async () => {
  base = await createTestDatabase();
  const { db } = base;
  const log = createLog({ level: 'silent' });
  const health = async () => ({ database: true, queue: true, details: {} });
  const cookies = createStateSigner(testToken, 'test');
  const finish = async () => ({ result: 'nothing_named' as const, returnTo: null, state: undefined });
  const people = { isAdminUser: () => false, refreshAccess: async () => undefined, signIn: undefined };
  const setupReturn = { finish, beginSignIn: undefined, cookies };
  const pages = createPages({ db, people, setupReturn, adminToken: testToken, version: '1.2.3', log });
  server = await startHttp(db, { health, pages, actions });
  const signedIn = await fetch(`${server.base}/login`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ token: testToken }),
  });
  cookie = signedIn.headers.get('set-cookie')!.split(';', 1)[0]!;
  repository = await seedRepository(db, 'acme/app', { watches: ['deploy', 'notify'] });
  thread = await seedThread(db, repository);
});

afterAll(async () => {
  await server.close(1_000);
  await base[Symbol.asyncDispose]();
});

const get = (path: string) => fetch(`${server.base}${path}`, { headers: { cookie }, redirect: 'manual' });
/** What is inside the frame. */
const mainOf = async (response: Response) =>
  /<main[^]*<\/main>/.exec(await response.text())?.[0].replaceAll(/<svg class="octicon"[^]*?<\/svg>/g, '') ?? '';
const page = async (path: string) => await mainOf(await get(path));
const post = (path: string, fields: Record<string, string> = {}) =>
  fetch(`${server.base}${path}`, {
    method: 'POST',
    headers: { cookie, origin: server.base },
    redirect: 'manual',
    body: new URLSearchParams(fields),
  });

/** A list's filter: whether it can be used, and its words. */
function filterOf(text: string, name: string): { usable: boolean; words: string[] } {
  const [, attributes = '', options = ''] = new RegExp(`<select[^>]*?name="${name}"([^>]*)>([^]*?)</select>`).exec(text)!;
  return { usable: !/\bdisabled\b/.test(attributes), words: [...options.matchAll(/<option value="([^"]+)"/g)].map(([, word]) => word!) };
}

test('the action of a delivery depends on its event, and goes when another event is chosen', async () => {
  expect(filterOf(await page('/deliveries'), 'action')).toEqual({ usable: false, words: [] });
  expect(filterOf(await page('/deliveries?event=release'), 'action').words).toContain('published');
  expect(filterOf(await page('/deliveries?event=release'), 'action').words).not.toContain('synchronize');
  // An action of issues is none of pushes: the pushes are shown, not nothing.
  const pushes = await page('/deliveries?event=push&action=opened');
  expect(filterOf(pushes, 'action').usable).toBe(false);
  expect(pushes).toContain(`id="delivery-${thread.deliveryId}"`);
});

test('the watch of a run depends on its repository; types stand under their nouns', async () => {
  const bare = await page('/runs');
  expect(filterOf(bare, 'watch')).toEqual({ usable: false, words: [] });
  expect(filterOf(await page('/runs?repository=acme/app'), 'watch')).toEqual({ usable: true, words: ['deploy'] });
  const types = await page('/changes');
  expect(types).toMatch(/<optgroup label="Pull requests">\s*<option value="pull_request\.\*"/);
  expect(await page('/changes?type=branch.*')).toContain(`id="change-${thread.changeId}"`);
  expect(await page('/changes?type=issue.*')).toContain('Nothing matches');
});

test('rows have the class of their status, and a retry only where it makes sense', async () => {
  const errored = await seedDelivery(base.db, repository, {
    status: 'errored',
    more: { code: 'processing_failed', reason: 'GitHub was away' },
  });
  const list = await page('/deliveries?status=errored');
  expect(list).toMatch(new RegExp(`class="err"\\s+id="delivery-${errored}"`));
  expect(list).not.toContain(`id="delivery-${thread.deliveryId}"`);
  expect(list).toContain('1 in all');
  expect(await page('/deliveries')).toMatch(new RegExp(`class="ok"\\s+id="delivery-${thread.deliveryId}"`));
  const detail = await page(`/deliveries/${errored}`);
  expect(detail).toContain(`action="/deliveries/${errored}/retry"`);
  expect(detail).toMatch(/It could not be processed[^]*processing_failed[^]*GitHub was away/);
  expect(await page(`/deliveries/${thread.deliveryId}`)).not.toMatch(/\/retry"/);
  // What the REST side refuses is said on the page.
  const refused = await post(`/deliveries/${errored}/retry`);
  expect([refused.status, (await mainOf(refused)).includes('Delivery 1 is being processed.')]).toEqual([409, true]);
});

test('a filter that nobody understands is said in its place, and what it asked for stays', async () => {
  const response = await get('/runs?status=bogus&repository=acme/app');
  const text = await mainOf(response);
  expect(response.status).toBe(422);
  expect(text).toMatch(/role="alert"[^]*status/);
  expect(filterOf(text, 'status').words).toContain('bogus');
});

test('days of a filter include themselves, and what no field shows can be dropped', async () => {
  const today = new Date().toISOString().slice(0, 10);
  expect(await page(`/runs?since=${today}&until=${today}`)).toContain(`id="run-${thread.runId}"`);
  expect(await page('/runs?until=2020-01-01')).toContain('Nothing matches');
  const text = await page(`/runs?change=${thread.changeId}&status=succeeded`);
  expect(text).toContain(`<bdi>of change ${thread.changeId}</bdi>`);
  expect(text).toContain('href="/runs?status=succeeded"');
});

test('a change of a delivery is shown first, with its refusals in words, and the others below', async () => {
  const deliveryId = await seedDelivery(base.db, repository);
  const considered = [
    {
      watch: 'notify',
      key: 'notify',
      matched: false,
      clause: 'on.push.branches',
      reason: 'main is not in release/**',
      config: repository.configId,
    },
  ];
  const first = await seedChange(base.db, repository, { deliveryId, ref: { name: 'other' } });
  const second = await seedChange(base.db, repository, { deliveryId, considered, message: 'Two things' });
  const text = await page(`/changes/${second}`);
  expect(text).toMatch(/did not run because <code>on\.push\.branches<\/code>: <bdi\s*>main is not in release\/\*\*<\/bdi\s*>/);
  expect(text).toMatch(/href="\/repos\/acme\/app\/config#L\d+"[^>]*><code>\.github\/repowatch\.yml:\d+:\d+/);
  expect(text.indexOf(`id="change-${second}"`)).toBeLessThan(text.indexOf(`id="change-${first}"`));
  expect(text).toContain('Another change of the same delivery');
  expect(text).toContain('<bdi class="commit-message">Two things</bdi>');
});

test('a run shows what was sent and answered, what repeats it, and what can be done', async () => {
  const { runId, changeId } = thread;
  const replay = await seedRun(base.db, repository, { changeId, status: 'dead', more: { replay_of: runId, replay_config: 'now' } });
  const text = await page(`/runs/${runId}`);
  expect(text).toMatch(/Request<\/h4>[^]*POST https:\/\/hooks\.example\.com\/deploy[^]*Answer<\/h4>[^]*HTTP 200[^]*ok/);
  expect(text).toMatch(new RegExp(`Replays of it[^]*href="/runs/${replay}"[^]*configuration of now`));
  expect(text).toContain(`action="/runs/${runId}/replay"`);
  expect(text).not.toContain(`action="/runs/${runId}/redrive"`);
  expect(await page(`/runs/${replay}`)).toContain(`action="/runs/${replay}/redrive"`);
  const done = await post(`/runs/${runId}/replay`, { config: 'now' });
  expect([done.status, done.headers.get('location')]).toEqual([303, '/runs/4711?notice=replayed']);
  expect([(await get('/runs/x')).status, (await get('/runs/999999')).status]).toEqual([404, 404]);
});

test('a payload that is too large for a page is shown in parts, with a way to the whole', async () => {
  const body = JSON.stringify({ ref: 'refs/heads/main', text: `${'é'.repeat(100_000)}the end` });
  const id = await seedDelivery(base.db, repository, { body });
  const first = await page(`/deliveries/${id}/payload`);
  const next = /href="(\/deliveries\/\d+\/payload\?from=\d+)"/.exec(first)![1]!;
  expect(first).toContain('refs/heads/main');
  expect(first).not.toContain('the end');
  expect(await page(next)).toContain('the end');
  expect(first).not.toContain('\uFFFD');
  const whole = await get(`/api/deliveries/${id}/body`);
  expect(whole.headers.get('content-disposition')).toMatch(/^attachment; filename="push-/);
  expect(await whole.text()).toBe(body);
});

test('what a filter finds is counted before it is done again, and nothing to do is said', async () => {
  expect(await page('/runs?repository=acme/app&status=dead')).toContain(
    '/runs/bulk?kind=redrive&amp;repository=acme%2Fapp&amp;status=dead',
  );
  const text = await page('/runs/bulk?kind=replay&repository=acme/app&status=failed,dead');
  expect(text).toMatch(/Replay 2 runs/);
  expect(asked.at(-1)).toMatchObject({
    kind: 'replay',
    dryRun: true,
    filter: { status: ['failed', 'dead'], repositoryIds: [repository.id] },
  });
  const none = await post('/runs/bulk', { kind: 'replay', repository: 'acme/app', config: 'now', limit: '2' });
  expect(asked).toContainEqual(expect.objectContaining({ dryRun: false, config: 'now', limit: 2 }));
  expect([none.status, (await mainOf(none)).includes('nothing that can be done again')]).toEqual([422, true]);
  expect((await post('/runs/bulk', { kind: 'replay', repository: 'acme/app', limit: 'many' })).status).toBe(422);
});

test('a lane that stands still says why, and is let go on', async () => {
  const lane = `i${repository.installationId}:mirror`;
  await base.db('lanes').insert({ key: lane, installation_id: repository.installationId });
  const dead = await seedRun(base.db, repository, {
    changeId: thread.changeId,
    watch: 'notify',
    status: 'dead',
    more: { lane, blocks: true, strict: true },
  });
  const text = await page('/lanes?blocked=true');
  expect(text).toMatch(new RegExp(`href="/runs/${dead}">Run ${dead}</a>[^]*<bdi>notify</bdi>[^]*Redrive[^]*Skip`));
  const done = await post('/lanes/unblock', { lane, skip: '1' });
  expect([done.headers.get('location'), asked.at(-1)]).toEqual(['/lanes?notice=skipped', { lane, skip: true }]);
});

test('a ticket that is refused is shown again with what was filled in', async () => {
  const refused = await post('/tickets', { repository: 'nothing', title: 'Mend it', status: 'Open' });
  const text = await mainOf(refused);
  expect(refused.status).toBe(422);
  expect(text).toMatch(/id="new-ticket"[^>]*data-open[^]*value="Mend it"/);
  expect((await post('/tickets/from-issue', { repository: 'acme/app', number: 'x' })).status).toBe(422);
});

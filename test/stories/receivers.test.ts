import { describe, expect, test } from '@jest/globals';
import type { SinkAnswer } from '../support/sink.ts';
import { configOf, dataOf, track, webhookWatch } from '../support/story.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

interface Run {
  id: string;
  status: string;
  code: string | null;
  change: { id: string };
  steps: { status: string; idempotency_key: string; attempts: Attempt[] }[];
}
interface Attempt {
  number: number;
  status: string;
  code: string | null;
  response: { status: number } | null;
  retry_at: string | null;
  started_at: string;
}

const push = (world: TestApp, file: string) =>
  world.github!.commitFile({ repo: 'acme/app', branch: 'main', path: file, content: String(Math.random()) });

/** The runs of a watch with their attempts, oldest first. */
async function runsOf(world: TestApp, watch: string): Promise<Run[]> {
  const rows = await world.list(`/api/runs?watch=${watch}&limit=100`);
  return Promise.all(rows.toReversed().map((row) => world.api<Run>(`/api/runs/${String(row['id'])}`)));
}

/** The runs of a watch once so many, by default one, have this status and no others are there. */
const ended = (world: TestApp, watch: string, { status, count = 1 }: { status: string; count?: number }) =>
  world.eventually(`${count} runs of ${watch} are ${status}`, async () => {
    const runs = await runsOf(world, watch);
    return runs.length === count && runs.every((run) => run.status === status) && runs;
  });

/** A step shows when its attempt is over or takes long. */
const attemptsOf = (run: Run | undefined) => run?.steps[0]?.attempts ?? [];

/** One world: one watch for each behaviour of a receiver, told apart by path. */
async function startWorld(): Promise<TestApp> {
  const world = await startTestApp({ github: true });
  const to = (path: string, retry: unknown, watch: Record<string, unknown> = {}) =>
    webhookWatch(`${world.sink.url}/${path}`, { retry, ...watch });
  const config = configOf({
    flaky: to('flaky', ['100ms', '100ms', '100ms', '100ms', '1s']),
    later: to('later', ['100ms']),
    broken: to('broken', ['50ms', '50ms']),
    refused: to('refused', ['50ms']),
    gone: to('gone', ['50ms']),
    moved: to('moved', ['50ms']),
  });
  await track(world, 'app', { '.github/repowatch.yml': config });
  return world;
}

describe('receivers that do not just take it', () => {
  test('503 for a while, Retry-After, always 500, 400, 410 and redirects each get what they deserve', async () => {
    await using world = await startWorld();
    const answers: Record<string, (count: number) => SinkAnswer> = {
      '/flaky': (count) => (count < 4 ? 503 : 200),
      '/later': (count) => (count < 1 ? { status: 503, headers: { 'retry-after': '2' } } : 200),
      '/broken': () => 500,
      '/refused': () => 400,
      '/gone': () => 410,
      '/moved': () => ({ status: 302, headers: { location: `${world.sink.url}/trap` } }),
    };
    world.sink.answer(({ path, count }) => answers[path]?.(count) ?? 200);
    await push(world, 'a.txt');

    const [flaky] = await ended(world, 'flaky', { status: 'succeeded' });
    expect(attemptsOf(flaky).map(({ number, status, response }) => [number, status, response?.status])).toEqual([
      [1, 'failed', 503],
      [2, 'failed', 503],
      [3, 'failed', 503],
      [4, 'failed', 503],
      [5, 'succeeded', 200],
    ]);
    const sent = world.sink.requests.filter(({ path }) => path === '/flaky');
    expect(new Set(sent.map(({ id }) => id))).toEqual(new Set([flaky!.steps[0]!.idempotency_key]));

    const [later] = await ended(world, 'later', { status: 'succeeded' });
    const [first, second] = attemptsOf(later);
    expect(Date.parse(second!.started_at) - Date.parse(first!.started_at)).toBeGreaterThanOrEqual(2_000);

    const [broken] = await ended(world, 'broken', { status: 'dead' });
    expect(attemptsOf(broken)).toHaveLength(3);
    expect(broken!.code).toBe('webhook_failed');
    for (const [watch, code] of [
      ['refused', 'webhook_rejected'],
      ['gone', 'webhook_gone'],
      ['moved', 'webhook_redirected'],
    ] as const) {
      const [run] = await ended(world, watch, { status: 'failed' });
      expect(run!.code).toBe(code);
      expect(attemptsOf(run)).toHaveLength(1);
    }
    expect(world.sink.requests.some(({ path }) => path === '/trap')).toBe(false);
  });

  test('everything that came while a receiver was down arrives, in order per branch where the watch is strict', async () => {
    await using world = await startTestApp({ github: true });
    const retry = Array.from({ length: 20 }, () => '200ms');
    const config = configOf({
      strict: webhookWatch(`${world.sink.url}/strict`, { retry, order: 'strict' }),
      fifo: webhookWatch(`${world.sink.url}/fifo`, { retry, order: 'fifo' }),
    });
    await track(world, 'app', { '.github/repowatch.yml': config });
    let stuck = true;
    let firstHead: unknown;
    // Only the first change is refused: a later one shows whether it may pass.
    world.sink.answer(({ path }) => {
      const heads = world.sink.requests.filter((request) => request.path === path);
      if (heads.length === 0) return 503;
      return stuck && path === '/strict' ? 503 : 200;
    });
    firstHead = await push(world, '1');
    await world.sink.waitUntil(
      (requests) => requests.some(({ path }) => path === '/strict') && requests.some(({ path }) => path === '/fifo'),
    );
    const others = [await push(world, '2'), await push(world, '3')];
    await ended(world, 'fifo', { status: 'succeeded', count: 3 });
    expect(new Set(heads(world, '/strict'))).toEqual(new Set([firstHead]));
    expect((await runsOf(world, 'strict')).map(({ status }) => status)).toEqual([
      expect.stringMatching(/waiting|running/),
      'queued',
      'queued',
    ]);
    stuck = false;
    await ended(world, 'strict', { status: 'succeeded', count: 3 });
    const good = world.sink.requests.filter(({ path, status }) => path === '/strict' && status === 200);
    expect(good.map((request) => dataOf(request)['after'])).toEqual([firstHead, ...others]);
  });

  test('under fifo a run that waits lets the later ones pass', async () => {
    await using world = await startTestApp({ github: true });
    await track(world, 'app', {
      '.github/repowatch.yml': configOf({ w: webhookWatch(`${world.sink.url}/w`, { retry: ['2s'] }) }),
    });
    world.sink.answer(({ count }) => (count === 0 ? 503 : 200));
    const first = await push(world, '1');
    await world.sink.waitUntil((requests) => requests.length === 1);
    const second = await push(world, '2');
    await ended(world, 'w', { status: 'succeeded', count: 2 });
    expect(heads(world, '/w')).toEqual([first, second, first]);
  });

  test('a receiver that hangs delays nobody else, and its run is tried again after its time is up', async () => {
    await using world = await startTestApp({ github: true });
    let release = () => {};
    const hanging = new Promise<void>((resolve) => (release = resolve));
    world.sink.answer(async ({ path, count }) => {
      if (path === '/hang' && count < 1) await hanging;
      return 200;
    });
    await track(world, 'app', {
      '.github/repowatch.yml': configOf({
        hang: webhookWatch(`${world.sink.url}/hang`, { retry: ['50ms', '50ms'], timeout: '3s' }),
        quick: webhookWatch(`${world.sink.url}/quick`),
      }),
    });
    const started = Date.now();
    await push(world, '1');
    await push(world, '2');
    await ended(world, 'quick', { status: 'succeeded', count: 2 });
    expect(Date.now() - started).toBeLessThan(3_000);
    const hung = await world.eventually('the first try given up', async () => {
      const [run] = await runsOf(world, 'hang');
      return attemptsOf(run)[0]?.status === 'failed' && run;
    });
    expect(attemptsOf(hung)[0]).toMatchObject({ code: 'webhook_timeout' });
    release();
    await ended(world, 'hang', { status: 'succeeded', count: 2 });
  });

  test('a replay is a run of its own with the same webhook-id and a fresh timestamp', async () => {
    await using world = await startTestApp({ github: true });
    await track(world, 'app', {
      '.github/repowatch.yml': configOf({ w: webhookWatch(`${world.sink.url}/w`, {}, { secret: 'a signing key of some length' }) }),
    });
    await push(world, '1');
    const [run] = await ended(world, 'w', { status: 'succeeded' });
    const [original] = world.sink.requests;
    const second = Number(original!.headers['webhook-timestamp']);
    await world.eventually('the next second', async () => Date.now() / 1000 >= second + 1);
    const { id } = await world.api<{ id: string }>(`/api/runs/${run!.id}/replay`, { method: 'POST', status: 202 });
    const [, replayed] = await world.sink.waitUntil((requests) => requests.length === 2);
    expect(id).not.toBe(run!.id);
    expect(replayed!.id).toBe(original!.id);
    expect(Number(replayed!.headers['webhook-timestamp'])).toBeGreaterThan(second);
    expect(replayed!.headers['webhook-signature']).not.toBe(original!.headers['webhook-signature']);
    expect(await world.api(`/api/runs/${id}`)).toMatchObject({
      replay_of: run!.id,
      change: { id: run!.change.id },
    });
  });
});

const heads = (world: TestApp, at: string) =>
  world.sink.requests.filter(({ path }) => path === at).map((request) => dataOf(request)['after']);

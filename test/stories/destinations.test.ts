import type { ServerResponse } from 'node:http';
import { expect, test } from '@jest/globals';
import { standardRetry } from '../../src/watches/retry.ts';
import { configOf, track, webhookWatch } from '../support/story.ts';
import { startReplica } from '../support/chaos-world.ts';
import { adminToken, startTestApp, type TestApp } from '../support/test-app.ts';
import { passTime } from '../support/time-travel.ts';
import { manners, openReceivers, type Receiver } from '../support/unruly-receivers.ts';

interface Attempt {
  number: number;
  status: string;
  code: string | null;
  response: { status: number; body: string; truncated: boolean } | null;
  retry_at: string | null;
  finished_at: string;
}
interface Run {
  id: string;
  status: string;
  code: string | null;
  message: string | null;
  steps: { attempts: Attempt[] }[];
}
interface Destination {
  id: string;
  address: string;
  origin: string;
  endpoint: string | null;
  state: string;
  consecutive_failures: number;
  waiting_runs: number;
  last_failure: { code: string } | null;
  recent: { attempts: number; failures: number; success_rate: number | null; p50_ms: number | null; p95_ms: number | null };
}

async function runsOf(world: TestApp, watch: string): Promise<Run[]> {
  const rows = await world.list(`/api/runs?watch=${watch}&limit=100`);
  return await Promise.all(rows.toReversed().map((row) => world.api<Run>(`/api/runs/${String(row['id'])}`)));
}

const attemptsOf = (run: Run | undefined) => run?.steps[0]?.attempts ?? [];
const isOver = ({ status }: Run) => ['succeeded', 'failed', 'dead'].includes(status);
const push = (world: TestApp, branch: string) =>
  world.github!.commitFile({ repo: 'acme/app', branch, path: `${branch}.txt`, content: String(Math.random()) });
const noticesOf = (world: TestApp, type: string) => world.list(`/api/changes?type=${type}`);

/** Everybody who waits gets their turn at once, as often as there is somebody. */
async function passSchedule(world: TestApp, watches: string[]): Promise<void> {
  await world.eventually('everything is delivered or given up', async () => {
    const runs = (await Promise.all(watches.map((watch) => runsOf(world, watch)))).flat();
    if (runs.length >= watches.length && runs.every(isOver)) return true;
    if (runs.every((run) => isOver(run) || run.status === 'waiting')) await passTime(world.database.db, 2 * 86_400_000);
    return false;
  });
}

test('receivers that misbehave in every way harm nobody else, and everything ends delivered or dead with a reason', async () => {
  await using receivers = await openReceivers();
  const { by } = receivers;
  await using world = await startTestApp({ github: true, settings: { OUTBOUND_ALLOW: '127.0.0.1', DESTINATION_REST: '1s' } });
  const to = (name: string, watch: Record<string, unknown> = {}) => webhookWatch(`${by[name]!.url}/in/geheim`, watch);
  const main = { on: { push: { branches: ['main'] } } };
  const short = { retry: ['5s', '300s'], timeout: '1s' };
  const types = ['destination.resting', 'destination.recovered', 'destination.disabled'];
  const config = configOf({
    fine: to('fine'),
    broken: to('broken', { retry: 'standard' }),
    throttled: to('throttled', { ...main, retry: 'standard' }),
    gone: to('gone', short),
    hanging: to('hanging', { ...main, ...short }),
    cutting: to('cutting', { ...main, retry: ['5s', '300s'] }),
    dripping: to('dripping', { ...main, ...short }),
    huge: to('huge', main),
    notices: to('notices', { on: { repowatch: { types } } }),
  });
  let throttle = true;
  by['throttled']!.answer = (response) => {
    if (throttle) response.writeHead(429, { 'retry-after': '7200' });
    throttle = false;
    response.end();
  };
  await track(world, 'app', { '.github/repowatch.yml': config });
  await push(world, 'main');
  const watches = ['fine', 'broken', 'throttled', 'gone', 'hanging', 'cutting', 'dripping', 'huge'];
  await passSchedule(world, watches);

  const ends = await Promise.all(
    watches.map(async (watch) => [watch, (await runsOf(world, watch)).map(({ status, code }) => [status, code])]),
  );
  expect(Object.fromEntries(ends)).toEqual({
    fine: [['succeeded', null]],
    broken: [['dead', 'webhook_failed']],
    throttled: [['succeeded', null]],
    gone: [['failed', 'webhook_gone']],
    hanging: [['dead', 'webhook_timeout']],
    cutting: [['dead', 'webhook_unreachable']],
    dripping: [['dead', 'webhook_timeout']],
    huge: [['succeeded', null]],
  });
  const [broken] = await runsOf(world, 'broken');
  expect(attemptsOf(broken)).toHaveLength(standardRetry.length + 1);
  // The schedule with its jitter; the database's clock and ours are the same machine's.
  const waits = attemptsOf(broken)
    .slice(0, -1)
    .map(({ retry_at: at, finished_at: end }) => (Date.parse(at!) - Date.parse(end)) / 1000);
  expect(
    waits.filter((wait, index) => Math.abs(wait / standardRetry[index]! - 1) > 0.21 && Math.abs(wait - standardRetry[index]!) > 2),
  ).toEqual([]);
  const [first] = attemptsOf((await runsOf(world, 'throttled'))[0]);
  expect((Date.parse(first!.retry_at!) - Date.parse(first!.finished_at)) / 1000).toBeGreaterThan(7_190);
  const [large] = attemptsOf((await runsOf(world, 'huge'))[0]);
  expect(large!.response).toMatchObject({ status: 200, truncated: true, body: 'x'.repeat(4096) });
  expect([by['hanging']!.requests, by['dripping']!.requests, by['cutting']!.requests, by['broken']!.requests]).toEqual([3, 3, 3, 10]);

  // Health, and one notice each.
  const destinations = async () => (await world.api<{ data: Destination[] }>('/api/destinations?limit=100')).data;
  const find = async (name: string) => (await destinations()).filter(({ origin }) => origin === by[name]!.url);
  expect(await find('broken')).toMatchObject([
    {
      state: 'resting',
      endpoint: null,
      consecutive_failures: 10,
      last_failure: { code: 'webhook_failed' },
      recent: { attempts: 10, success_rate: 0 },
    },
  ]);
  await world.eventually('successes are written down', async () => (await find('fine'))[0]?.recent.attempts === 1);
  expect(await find('fine')).toMatchObject([
    { state: 'ok', recent: { attempts: 1, failures: 0, success_rate: 1, p50_ms: expect.any(Number) } },
  ]);
  expect((await find('gone')).map(({ state, address }) => `${state} ${address}`).toSorted()).toEqual([
    `disabled ${by['gone']!.url}/…`,
    `ok ${by['gone']!.url}`,
  ]);
  expect(JSON.stringify(await destinations())).not.toContain('geheim');
  expect(await noticesOf(world, 'destination.resting')).toHaveLength(1);
  expect(await noticesOf(world, 'destination.disabled')).toHaveLength(1);
  await world.eventually('both notices sent', async () => by['notices']!.requests === 2);

  // While it rests nothing reaches it, what is gone gets nothing either, and everybody else gets everything.
  await passTime(world.database.db, -3_600_000);
  await world.database.db.raw(`update destinations set opens_at = now() + interval '1 hour' where state = 'resting'`);
  await world.eventually('the rest is known', async () => {
    await world.app.context.destinations.refresh();
    const { rows } = await world.database.db.raw<{ rows: { installation_id: string }[] }>(
      'select installation_id from destinations limit 1',
    );
    return (world.app.context.destinations.find(rows[0]!.installation_id, by['broken']!.url)?.opensInMs ?? 0) > 60_000;
  });
  const branches = ['b1', 'b2', 'b3', 'b4', 'b5'];
  for (const branch of branches) await push(world, branch);
  const held = await world.eventually('five or more runs are held', async () => {
    const runs = (await runsOf(world, 'broken')).slice(1);
    const isHeld = runs.every((run) => run.status === 'waiting' && run.code === 'destination_resting');
    return (
      runs.length >= 5 &&
      isHeld &&
      (await runsOf(world, 'gone')).slice(1).every(isOver) &&
      (await runsOf(world, 'fine')).every(isOver) &&
      runs
    );
  });
  expect(by['broken']!.requests).toBe(10);
  expect(by['gone']!.requests).toBe(1);
  expect(by['fine']!.requests).toBe(held.length + 1);
  expect(new Set((await runsOf(world, 'gone')).slice(1).map(({ status, code }) => `${status} ${code}`))).toEqual(
    new Set(['failed destination_disabled']),
  );
  expect((await find('broken'))[0]!.waiting_runs).toBe(held.length);

  // Half open: over two processes exactly one attempt goes, and when it succeeds the others follow at once.
  {
    const replica = await startReplica(world, { OUTBOUND_ALLOW: '127.0.0.1' });
    await using _stopping = { [Symbol.asyncDispose]: () => replica.stop() };
    const probe = Promise.withResolvers<ServerResponse>();
    by['broken']!.answer = (response) => probe.resolve(response);
    const refusals = async () =>
      (await world.database.db.raw<{ rows: { n: number }[] }>(`select count(*)::int as n from attempts where code = 'destination_resting'`))
        .rows[0]!.n;
    const before = await refusals();
    await passTime(world.database.db, 2 * 3_600_000);
    const response = await probe.promise;
    await world.eventually('the others have asked meanwhile', async () => (await refusals()) >= before + held.length - 1);
    expect(by['broken']!.requests).toBe(11);
    expect((await find('broken'))[0]!.state).toBe('probing');
    by['broken']!.answer = manners['fine']!;
    response.end();
    const delivered = await world.eventually('all of them are delivered', async () => {
      const runs = (await runsOf(world, 'broken')).slice(1);
      return runs.every(({ status }) => status === 'succeeded') && runs;
    });
    // Tries that were none do not count: each was sent once.
    expect(delivered.map((run) => attemptsOf(run).filter(({ code }) => code !== 'destination_resting').length)).toEqual(held.map(() => 1));
    expect((await find('broken'))[0]).toMatchObject({ state: 'ok', consecutive_failures: 0, waiting_runs: 0 });
    expect(await noticesOf(world, 'destination.recovered')).toHaveLength(1);
    expect(await noticesOf(world, 'destination.resting')).toHaveLength(1);
  }

  await enabling(world, by);
  await givingUp(world, by);
});

/** What said that it is gone can be switched on again, by API and on the page. */
async function enabling(world: TestApp, by: Record<string, Receiver>): Promise<void> {
  const gone = (await world.api<{ data: Destination[] }>('/api/destinations?state=disabled')).data;
  expect(gone).toHaveLength(1);
  by['gone']!.answer = manners['fine']!;
  const login = await fetch(`${world.url}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: world.url },
    body: new URLSearchParams({ token: adminToken }),
  });
  const cookie = login.headers
    .getSetCookie()
    .map((text) => text.split(';')[0])
    .join('; ');
  const page = await (await fetch(`${world.url}/destinations`, { headers: { cookie } })).text();
  expect(page).toContain(`${by['gone']!.url}/…`);
  expect(page).toContain('Let everything go there again');
  expect(await world.api(`/api/destinations/${gone[0]!.id}/enable`, { method: 'POST' })).toMatchObject({ state: 'ok' });
  await world.api(`/api/destinations/999999/enable`, { method: 'POST', status: 404 });
  const [, refused] = await runsOf(world, 'gone');
  await world.eventually('what is allowed again is known', async () => {
    await world.app.context.destinations.refresh();
    return !world.app.context.destinations.hasDisabled();
  });
  const { id } = await world.api<{ id: string }>(`/api/runs/${refused!.id}/replay`, { method: 'POST', status: 202 });
  await world.eventually('the replay is delivered', async () => (await world.api<Run>(`/api/runs/${id}`)).status === 'succeeded');
  expect(by['gone']!.requests).toBe(2);
}

/** A run is held for three days at most. */
async function givingUp(world: TestApp, by: Record<string, Receiver>): Promise<void> {
  const { db } = world.database;
  await db.raw(`update destinations set state = 'resting', opens_at = now() + interval '1 hour' where origin = ?`, [by['cutting']!.url]);
  await db.raw(`delete from held_runs`);
  const requests = by['cutting']!.requests;
  await world.eventually('it is known to rest', async () => {
    await world.app.context.destinations.refresh();
    const { rows } = await db.raw<{ rows: { id: string }[] }>('select installation_id as id from destinations limit 1');
    return world.app.context.destinations.find(rows[0]!.id, by['cutting']!.url) !== undefined;
  });
  await push(world, 'main');
  const waiting = await world.eventually('its run is held', async () => {
    const run = (await runsOf(world, 'cutting')).at(-1)!;
    return run.status === 'waiting' && run.code === 'destination_resting' && run;
  });
  await db.raw(`update held_runs set since = since - interval '3 days' where run_id = ?`, [waiting.id]);
  await db.raw('update runs set due_at = now() where id = ?', [waiting.id]);
  const dead = await world.eventually('it is given up', async () => {
    const run = await world.api<Run>(`/api/runs/${waiting.id}`);
    return run.status === 'dead' && run;
  });
  expect(dead).toMatchObject({ code: 'destination_resting', message: expect.stringContaining('three days') });
  expect(by['cutting']!.requests).toBe(requests);
}

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { configOf, quiet, track, webhookWatch } from '../support/story.ts';
import { listRuns, waitForStatuses, type Run } from '../support/run-story.ts';
import { adminToken, startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

let world: TestApp;
/** What the receiver answers, by path; 200 without a word. */
const answers = new Map<string, number>();

const url = (path: string) => `${world.sink.url}/${path}`;
const fail = (path: string, status: number | undefined) =>
  status === undefined ? answers.delete(`/${path}`) : answers.set(`/${path}`, status);
const step = (path: string, more: ApiObject = {}) => ({ uses: 'webhook', with: { url: url(path), ...more } });

beforeAll(async () => {
  world = await startTestApp({ github: true, settings: { LOOP_RUNS: '3' } });
  world.sink.answer(({ path }) => answers.get(path) ?? 200);
  const watches = {
    again: webhookWatch(url('again'), { on: { push: { branches: ['again'] } } }, { body: { version: 'one' }, secret: 'a signing key' }),
    dead: {
      on: { push: { branches: ['dead'] } },
      retry: ['1s'],
      steps: [
        { id: 'first', uses: 'script', with: { run: 'export default ({ run }) => ({ from: run.id })' } },
        step('dead', { body: { from: '${{ steps.first.outputs.from }}' } }),
        step('after'),
        { if: '${{ failure() }}', ...step('handler') },
      ],
    },
    strict: webhookWatch(
      url('strict'),
      { on: { push: { branches: ['strict'] } }, order: 'strict', retry: 'none' },
      { body: { sha: '${{ after }}' } },
    ),
    many: webhookWatch(url('many'), { on: { push: { branches: ['many'] } }, order: 'none' }),
    looping: webhookWatch(url('looping'), { on: { push: { branches: ['looping'] } }, include_self: true }),
    shy: webhookWatch(url('shy'), { on: { push: { branches: ['looping'] } } }),
    params: {
      on: { push: { branches: ['main', 'release/**'] }, manual: null },
      parameters: { '**': { host: 'any', tries: 1 }, main: { host: 'prod', only: 'main' }, 'release/**': { HOST: 'stage' } },
      if: "params.host != 'any'",
      steps: [
        step('params', { body: { host: '${{ params.host }}', tries: '${{ params.tries }}', only: '${{ params.only }}' } }),
        { id: 'script', uses: 'script', with: { run: 'export default ({ params }) => ({ params })' } },
      ],
    },
  };
  // The branches are there before the watches, which hear of pushes only.
  const { head } = await track(world, 'app');
  for (const branch of ['again', 'dead', 'strict', 'many', 'looping', 'release/1'])
    await world.github!.updateRef({ repo: 'acme/app', ref: `refs/heads/${branch}`, sha: head });
  await quiet(world);
  await world.github!.commitFile({ repo: 'acme/app', branch: 'main', path: '.github/repowatch.yml', content: configOf(watches) });
  await quiet(world);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** Pushes to a branch; answers the commit. */
async function push(branch: string): Promise<string> {
  return await world.github!.commitFile({ repo: 'acme/app', branch, path: 'file', content: String(Math.random()) });
}

const read = (id: string) => world.api<Run>(`/api/runs/${id}`);
const post = <T = ApiObject>(path: string, body: unknown = {}, status = 202) => world.api<T>(path, { method: 'POST', body, status });

const runs = (query: string) => listRuns(world, query);
const statuses = (query: string, wanted: string[]) => waitForStatuses(world, query, wanted);
const sent = (path: string) => world.sink.requests.filter((request) => request.path === `/${path}`);

test('dead: it goes on at its failed step with the outputs of then and all of its schedule, and nothing else is done twice', async () => {
  fail('dead', 500);
  await push('dead');
  const [run] = await statuses('watch=dead', ['dead']);
  const before = await read(run!.id);
  expect(before.steps.map(({ status }) => status)).toEqual(['succeeded', 'dead', 'skipped', 'succeeded']);
  await post(`/api/runs/${run!.id}/redrive`);
  const again = await world.eventually('dead once more', async () => {
    const now = await read(run!.id);
    return now.status === 'dead' && now.steps[1]!.attempts.length === 4 && now;
  });
  expect(again).toMatchObject({ redrives: 1, code: 'webhook_failed' });
  // Each death is news.
  expect(await world.list('/api/changes?type=run.dead')).toHaveLength(2);
  fail('dead', undefined);
  await post(`/api/runs/${run!.id}/redrive`);
  await statuses('watch=dead', ['succeeded']);
  const after = await read(run!.id);
  expect(after.steps.map(({ status, attempts }) => [status, attempts.length])).toEqual([
    ['succeeded', 1],
    ['succeeded', 5],
    ['succeeded', 1],
    ['succeeded', 1],
  ]);
  expect(after.steps[1]!.idempotency_key).toBe(before.steps[1]!.idempotency_key);
  expect(sent('dead').map(({ json }) => json)).toEqual(Array.from({ length: 5 }, () => ({ from: run!.id })));
  expect([sent('after'), sent('handler')].map((all) => all.length)).toEqual([1, 1]);
  await post(`/api/runs/${run!.id}/redrive`, {}, 409);
  await post('/api/runs/99999/redrive', {}, 404);
});

test('a dead run of a strict order holds up its key until it is redriven or skipped, and whoever waits says for what', async () => {
  fail('strict', 503);
  await push('strict');
  const [first] = await statuses('watch=strict', ['dead']);
  await push('strict');
  await push('strict');
  const [, second, third] = await statuses('watch=strict', ['dead', 'queued', 'queued']);
  expect([second, third].map((run) => run!.blocked_by)).toEqual([
    { run: first!.id, status: 'dead', reason: 'dead' },
    { run: first!.id, status: 'dead', reason: 'dead' },
  ]);
  expect((await runs('blocked=true')).map(({ id }) => id)).toEqual([second!.id, third!.id]);
  const lanes = await world.list('/api/lanes?blocked=true&repository=acme/app');
  expect(lanes).toMatchObject([{ lane: first!.lane, open: 2, blocked_by: { run: first!.id, watch: 'strict', code: 'webhook_failed' } }]);
  const lane = encodeURIComponent(first!.lane);
  expect(await post(`/api/lanes/${lane}/unblock`, { skip: true })).toEqual({ lane: first!.lane, run: first!.id, action: 'skipped' });
  // The next one dies as well and holds up the last, until it goes on itself.
  await statuses('watch=strict', ['dead', 'dead', 'queued']);
  fail('strict', undefined);
  expect(await post(`/api/lanes/${lane}/unblock`)).toEqual({ lane: first!.lane, run: second!.id, action: 'redriven' });
  await statuses('watch=strict', ['dead', 'succeeded', 'succeeded']);
  expect(await world.list('/api/lanes?blocked=true')).toEqual([]);
  await post(`/api/lanes/${lane}/unblock`, {}, 409);
  await post('/api/lanes/nowhere/unblock', {}, 404);
});

describe('many runs again', () => {
  test('by a filter: counted first, capped, as a job, each once until it has cooled', async () => {
    fail('many', 400);
    for (let count = 0; count < 4; count += 1) await push('many');
    const failed = await statuses('watch=many', ['failed', 'failed', 'failed', 'failed']);
    const filter = { watch: 'many', status: 'failed', repository: 'acme/app', type: 'branch.updated', code: 'webhook_rejected' };
    const counted = await post('/api/runs/replay', { filter, dry_run: true }, 200);
    expect(counted).toEqual({ matched: 4, cooling: 0, selected: 4, runs: failed.map(({ id }) => id), job: null });
    await post('/api/runs/replay', { filter: {} }, 422);
    await post('/api/runs/replay', { filter, limit: 1001 }, 422);
    fail('many', undefined);
    const { job } = await post<{ job: { id: string } }>('/api/runs/replay', { filter, limit: 3 });
    const done = await world.eventually('the job is over', async () => {
      const now = await world.api(`/api/jobs/${job.id}`);
      return now['status'] === 'done' && now;
    });
    expect(done).toMatchObject({ kind: 'replay', total: 3, done: 3, progress: 3, target: 'acme/app', replay_config: 'then', errors: [] });
    const replays = await statuses(`job=${job.id}`, ['succeeded', 'succeeded', 'succeeded']);
    expect(replays.map((run) => run.replay_of)).toEqual(failed.slice(0, 3).map(({ id }) => id));
    // What was replayed is judged by its replay: only the fourth is left. Without a status the replays are found, and cool.
    expect(await post('/api/runs/replay', { filter, dry_run: true }, 200)).toMatchObject({ matched: 1, runs: [failed[3]!.id] });
    expect(await post('/api/runs/replay', { filter: { watch: 'many' }, dry_run: true }, 200)).toMatchObject({ matched: 4, cooling: 3 });
    expect(await post('/api/runs/redrive', { filter: { watch: 'many' } }, 200)).toMatchObject({ matched: 0, job: null });
    const { installation_id: installation } = await world.api('/api/repos/acme/app');
    const [past, future] = [new Date(0), new Date(Date.now() + 60_000)].map((at) => at.toISOString());
    const counts: [string, number][] = [
      [`since=${past}&until=${future}`, 7],
      [`since=${future}`, 0],
      [`until=${past}`, 0],
      ['status=failed&status=succeeded', 7],
      ['status=failed', 4],
      ['type=branch.updated&ref=many', 7],
      ['type=tag.created', 0],
      ['code=webhook_rejected', 4],
      [`installation=${String(installation)}`, 7],
      ['installation=4711', 0],
      [`replay_of=${failed[0]!.id}`, 1],
      [`lane=${encodeURIComponent(failed[1]!.lane)}`, 2],
      ['blocked=true', 0],
      ['blocked=false', 7],
    ];
    for (const [query, count] of counts) expect([query, (await runs(`watch=many&${query}`)).length]).toEqual([query, count]);
  });

  test('one job at a time for an installation; taken back it begins nothing more', async () => {
    const filter = { watch: 'strict', status: ['dead', 'succeeded'] };
    // A job that somebody else has locked stands still.
    const { rows } = await world.database.db.raw<{ rows: { id: string }[] }>(
      `insert into jobs (kind, status, target, requested_by, total, replay_config) values ('replay', 'queued', 'all', 'ada', 1, 'then') returning id`,
    );
    const response = await fetch(`${world.url}/api/runs/replay`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ filter }),
    });
    expect([response.status, response.headers.get('retry-after')]).toEqual([409, '5']);
    expect(await response.json()).toMatchObject({ code: 'bulk_busy', detail: expect.stringContaining(`Job ${rows[0]!.id}`) });
    expect(await post(`/api/jobs/${rows[0]!.id}/cancel`, {}, 200)).toMatchObject({ status: 'cancelled' });
    const before = (await runs('watch=strict')).length;
    fail('strict', 503);
    const { job } = await post<{ job: { id: string } }>('/api/runs/redrive', { filter: { watch: 'strict' } });
    await world.eventually('the job is over', async () => (await world.api(`/api/jobs/${job.id}`))['status'] === 'done');
    expect(await runs('watch=strict')).toHaveLength(before);
    await world.eventually('it is dead again', async () => (await runs(`job=${job.id}&status=dead`)).length === 1);
    const lane = encodeURIComponent((await runs('watch=strict'))[0]!.lane);
    await post(`/api/lanes/${lane}/unblock`, { skip: true });
    fail('strict', undefined);
  });
});

test('a watch that answers its own effects is stopped, said once, and goes on after a reset; a person is never a loop', async () => {
  await push('looping');
  await quiet(world);
  const pushAsBot = () =>
    world.github!.commitFile({
      repo: 'acme/app',
      branch: 'looping',
      path: 'loop',
      content: String(Math.random()),
      sender: 'repowatch[bot]',
    });
  for (let count = 0; count < 5; count += 1) await pushAsBot();
  await quiet(world);
  const all = await runs('watch=looping');
  expect(all.map(({ status, code }) => code ?? status)).toEqual([
    'succeeded',
    'succeeded',
    'succeeded',
    'succeeded',
    'loop_suspected',
    'loop_suspected',
  ]);
  expect(await runs('watch=shy')).toHaveLength(1);
  const [breaker] = await world.list('/api/breakers?repository=acme/app');
  expect(breaker).toMatchObject({ watch: 'looping', about: 'refs/heads/looping', made_by: 'repowatch', stopped: 2, open: true });
  expect(world.logs.filter((line) => line.includes('runs on and on'))).toHaveLength(1);
  await push('looping');
  await post(`/api/breakers/${String(breaker!['id'])}/reset`, {}, 200);
  await post('/api/breakers/4711/reset', {}, 404);
  await pushAsBot();
  await quiet(world);
  expect((await runs('watch=looping')).slice(6).map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
});

test('parameters are those of the branch, in bodies, scripts and conditions, and the answer to a start by hand waits for its steps', async () => {
  await push('release/1');
  await quiet(world);
  const [run] = await runs('watch=params&ref=release/1&type=branch.updated');
  expect((await read(run!.id)).parameters).toEqual({ HOST: 'stage', tries: 1 });
  expect(sent('params').at(-1)!.json).toEqual({ host: 'stage', tries: 1, only: null });
  const asked = await post<{ over: boolean; runs: Run[] }>('/api/repos/acme/app/watches/params/run?wait=20', { ref: 'main' }, 200);
  expect(asked).toMatchObject({
    over: true,
    change: { type: 'manual.requested', origin: 'manual' },
    runs: [
      {
        status: 'succeeded',
        steps: [
          { kind: 'webhook', status: 'succeeded', outputs: { status: 200 } },
          { key: 'script', status: 'succeeded', outputs: { params: { host: 'prod', tries: 1, only: 'main' } } },
        ],
      },
    ],
  });
  expect(await post('/api/repos/acme/app/watches/params/run?wait=61', {}, 422)).toMatchObject({ errors: [{ path: 'wait' }] });
});

test('replay: the configuration of then, or of now; the same id, signed anew; none of now for a watch that is gone', async () => {
  await push('again');
  const [run] = await statuses('watch=again', ['succeeded']);
  const text = JSON.stringify({ version: 1, watches: { again: webhookWatch(url('again'), { on: 'push' }, { body: { version: 'two' } }) } });
  await world.github!.commitFile({ repo: 'acme/app', branch: 'main', path: '.github/repowatch.yml', content: text });
  await world.eventually('the new file is in force', async () => {
    const { watches } = await world.api<{ watches: unknown[] }>('/api/repos/acme/app/config');
    return watches.length === 1;
  });
  await quiet(world);
  const begin = sent('again').length;
  expect(await post(`/api/runs/${run!.id}/replay`)).toMatchObject({ config: 'then', replay_of: run!.id });
  const now = await post<{ id: string }>(`/api/runs/${run!.id}/replay`, { config: 'now' });
  expect(now).toMatchObject({ config: 'now', replay_of: run!.id });
  const requests = await world.sink.waitUntil((all) => all.filter(({ path }) => path === '/again').length === begin + 2);
  const [then, later] = requests.filter(({ path }) => path === '/again').slice(begin);
  expect([then!.json, later!.json]).toEqual([{ version: 'one' }, { version: 'two' }]);
  const ids = [sent('again')[0]!, then!, later!].map(({ headers }) => headers['webhook-id']);
  expect(new Set(ids).size).toBe(1);
  expect(Number(then!.headers['webhook-timestamp'])).toBeGreaterThan(Date.now() / 1000 - 60);
  expect(await read(now.id)).toMatchObject({ replay_config: 'now', replay_of: run!.id });
  const [dead] = await runs('watch=dead');
  expect(await post(`/api/runs/${dead!.id}/replay`, { config: 'now' }, 409)).toMatchObject({ code: 'watch_gone' });
  await post(`/api/runs/${run!.id}/replay`, { config: 'later' }, 422);
});

test('what ran for a former owner is repeated for nobody: not with the new owner’s watches, and not by a filter of theirs', async () => {
  const [run] = await runs('watch=again&status=succeeded');
  const before = sent('again').length;
  await world.github!.createAccount('rival', 'Organization');
  await world.github!.createRepository({ owner: 'rival', name: 'first', files: { a: 'a' } });
  await world.github!.installApp('rival', 'all');
  await world.github!.transferRepository('acme/app', 'rival');
  await world.eventually('it is the new owner’s', () => world.api('/api/repos/rival/app').catch(() => undefined));
  await quiet(world);
  for (const config of ['then', 'now'])
    expect(await post(`/api/runs/${run!.id}/replay`, { config }, 409)).toMatchObject({ code: 'conflict' });
  const own = { filter: { repository: 'rival/app', watch: 'again' }, dry_run: true };
  expect(await post('/api/runs/replay', own, 200)).toMatchObject({ matched: 0, runs: [] });
  expect(sent('again')).toHaveLength(before);
});

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createApp, type App } from '../../src/app.ts';
import { createLog } from '../../src/core/log.ts';
import { sweepInstallation } from '../../src/flow/sweep-installation.ts';
import { listDueSweeps } from '../../src/mirror/sweeps.ts';
import type { StandIn } from '../../src/stand-in/stand-in.ts';
import { installationPayload } from '../support/payloads.ts';
import { startTestApp, testSettings, type TestApp } from '../support/test-app.ts';

/** As many repositories as the requirement names; they cost the stand-in nothing. */
const count = 1_000;

let world: TestApp;
let github: StandIn;
/** The process that takes over from the first one. */
let second: App | undefined;

/** The time of a push, a day before anything happens here. */
const yesterday = new Date(Date.now() - 86_400_000).toISOString();

const sql = async <Row>(text: string, bindings: string[] = []): Promise<Row[]> =>
  (await world.database.db.raw<{ rows: Row[] }>(text, bindings)).rows;

/** Waits until nothing is due and no listing is under way. */
const swept = () =>
  world.eventually(
    'the sweep over',
    async () => {
      const [row] = await sql<{ open: number }>(
        `select (select count(*) from repositories where least(reconcile_due_at, refs_due_at) <= now() and removed_at is null)::int
           + (select count(*) from sweeps where listing_started_at is not null or listing_due_at is not null)::int as open`,
      );
      return row!.open === 0;
    },
    60_000,
  );

/** What was asked of GitHub meanwhile, as `METHOD path`. */
async function callsOf(work: () => Promise<void>): Promise<string[]> {
  const before = (await github.apiCalls()).length;
  await work();
  return (await github.apiCalls()).slice(before).map(({ method, path }) => `${method} ${path}`);
}

/** As when the time of every repository has come and the listing may be repeated. */
async function makeAllDue(): Promise<void> {
  await sql(`update sweeps set listing_ended_at = now() - interval '1 hour', listing_retry_at = null`);
  await sql('update repositories set reconcile_due_at = now()');
}

const makeRefsDue = (from: number, to: number) =>
  sql(
    `update repositories set refs_due_at = now(), reconcile_due_at = now() where name in (select 'r' || n from generate_series(?::int, ?::int) n)`,
    [String(from), String(to)],
  );

const changes = async () =>
  (await world.list('/api/changes?limit=100'))
    .filter(({ origin }) => origin === 'reconcile')
    .map((change) => `${String(change['type'])} ${String((change['ref'] as { name: string } | null)?.name)}`);

const listErrors = () => sql<{ list_error: string | null }>('select list_error from installations');
const removed = async () => (await sql<{ n: number }>('select count(*)::int as n from repositories where removed_at is not null'))[0]!.n;

beforeAll(async () => {
  world = await startTestApp({ github: true });
  github = world.github!;
  // Their configuration is another story.
  await sql(`alter table repositories alter config_status set default 'absent'`);
  await github.createAccount('acme', 'Organization');
  await github.createRepositories({ owner: 'acme', prefix: 'r', count, branches: ['old'], tags: ['v1'], pushedAt: yesterday });
}, 60_000);

afterAll(async () => {
  await second?.stop();
  await world[Symbol.asyncDispose]();
}, 60_000);

describe('a thousand repositories', () => {
  test('are seen for the first time in batches', async () => {
    const calls = await callsOf(async () => {
      await github.setWebhooks('off');
      const { id } = await github.installApp('acme', 'all');
      await world.deliver('installation', installationPayload({ action: 'created', id, repositories: [] }));
      await world.eventually(
        'all compared',
        async () => {
          const [row] = await sql<{ n: number }>('select count(*)::int as n from repositories where baseline_at is not null');
          return row!.n === count;
        },
        60_000,
      );
      await swept();
    });
    expect(calls.filter((call) => call.includes('/branches')).length).toBeLessThanOrEqual(6);
    expect(calls.filter((call) => call === 'POST /graphql').length).toBeLessThanOrEqual(count / 25 + 5);
    const [refs] = await sql<{ n: number }>('select count(*)::int as n from refs where sha is not null');
    expect(refs!.n).toBe(3 * count);
    expect(await changes()).toEqual([]);
  }, 90_000);

  test('that did not change cost ten requests', async () => {
    const calls = await callsOf(async () => {
      await makeAllDue();
      await swept();
    });
    expect(calls.length).toBeLessThanOrEqual(20);
    expect(calls.filter((call) => call.startsWith('GET /installation/repositories'))).toHaveLength(10);
    const [row] = await sql<{ stale: number }>(
      `select count(*)::int as stale from repositories where reconciled_at < now() - interval '1 minute'`,
    );
    expect(row!.stale).toBe(0);
  }, 60_000);

  test('one push that nobody told of is found by the next sweep', async () => {
    await github.commitFile({ repo: 'acme/r500', branch: 'main', path: 'a.txt', content: 'a' });
    const calls = await callsOf(async () => {
      await makeAllDue();
      await swept();
    });
    expect(calls.length).toBeLessThanOrEqual(20);
    expect(await changes()).toEqual(['branch.updated main']);
  }, 60_000);

  test('a deletion that leaves no trace in the listing is found by the daily reading', async () => {
    const [row] = await sql<{ github_id: string }>(`select github_id from repositories where name = 'r500'`);
    const directory = join(world.directory, 'github', 'repositories', `${row!.github_id}.git`);
    await promisify(execFile)('git', [`--git-dir=${directory}`, 'update-ref', '-d', 'refs/heads/old']);
    // Once more, because its last push was a moment ago: only then the listing clears it.
    await sql(`update repositories set compared_pushed_at = pushed_at where name = 'r500'`);
    await makeAllDue();
    await swept();
    expect(await changes()).toEqual(['branch.updated main']);
    const calls = await callsOf(async () => {
      await makeRefsDue(480, 520);
      await swept();
    });
    expect((await changes()).sort()).toEqual(['branch.deleted old', 'branch.updated main']);
    expect(calls.filter((call) => call === 'POST /graphql').length).toBeLessThanOrEqual(2);
    expect(calls.length).toBeLessThanOrEqual(8);
  }, 60_000);

  test('a batch that GitHub cannot answer is halved until it can, and nobody is to blame', async () => {
    await github.setFailure({ path: '/graphql', moreIdsThan: 6, status: 502, body: { message: 'Something went wrong' }, times: 1000 });
    const calls = await callsOf(async () => {
      await makeRefsDue(1, 40);
      await swept();
    });
    await github.clearFailures();
    expect(calls.filter((call) => call === 'POST /graphql').length).toBeLessThanOrEqual(20);
    const [row] = await sql<{ failures: number; size: number }>(
      `select (select count(*)::int from repositories where reconcile_failures > 0 or reconcile_error is not null) as failures,
         (select batch_size from sweeps) as size`,
    );
    expect(row!.failures).toBe(0);
    expect(row!.size).toBeLessThanOrEqual(8);
    expect((await changes()).length).toBe(2);
  }, 60_000);
});

describe('a listing that cannot be believed', () => {
  const page2 = '/installation/repositories?per_page=100&page=2';
  const lists = async (failure: Parameters<StandIn['setFailure']>[0]) => {
    await github.setFailure(failure);
    await sql(`update sweeps set listing_due_at = now(), listing_retry_at = null, listing_failures = 0`);
    return await world.eventually('the listing refused', async () => (await listErrors())[0]!.list_error ?? undefined);
  };

  test.each<[string, Omit<Parameters<StandIn['setFailure']>[0], 'path'>, RegExp]>([
    ['page two says that the repository is empty', { status: 409, body: { message: 'Git Repository is empty.' } }, /conflict/],
    ['page two is the last one', { status: 200, body: { total_count: count, repositories: [] } }, /listing_incomplete.*100 of the 1000/],
    ['page two is cut off', { status: 200, body: { total_count: count } }, /github_unavailable/],
  ])(
    '%s: nothing is removed',
    async (_, failure, error) => {
      expect(await lists({ path: page2, ...failure })).toMatch(error);
      expect(await removed()).toBe(0);
      await sql(`update sweeps set listing_retry_at = null, listing_due_at = now()`);
      await swept();
      expect(await listErrors()).toEqual([{ list_error: null }]);
      expect(await removed()).toBe(0);
    },
    60_000,
  );

  test('it goes on at the page where it stopped, also in another process', async () => {
    const before = (await github.apiCalls({ path: '/installation/repositories' })).length;
    await lists({ path: '/installation/repositories?per_page=100&page=5', status: 500 });
    await world.app.stop();
    await sql(`update sweeps set listing_retry_at = null`);
    const settings = testSettings({
      APP_ID: String(github.appId),
      PRIVATE_KEY: github.privateKey,
      GITHUB_API_URL: github.apiUrl,
      GITHUB_URL: github.url,
      DATABASE_URL: world.database.url,
    });
    second = await createApp({ settings, databaseUrl: world.database.url, log: createLog({ level: 'silent' }), version: '0.0.0-test' });
    // Without its clock nobody asks for anything else.
    await sql(`update sweeps set listing_due_at = null`);
    await second.startWork();
    await world.eventually(
      'listed to the end',
      async () => (await sql('select 1 from sweeps where listing_started_at is null')).length > 0,
    );
    const pages = (await github.apiCalls({ path: '/installation/repositories' }))
      .slice(before)
      .map(({ path }) => Number(/[?&]page=(\d+)/.exec(path)?.[1]));
    expect(pages.slice(0, 11)).toEqual([1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10]);
    await swept();
  }, 60_000);
});

describe('a complete listing', () => {
  test('removes what is gone, and asks for one that only slipped between two pages', async () => {
    await github.removeRepositories('acme', ['r900', 'r901']);
    const rows = await sql<{ github_id: string }>(`select github_id from repositories where name in ('r900', 'r901') order by name`);
    expect(rows).toHaveLength(2);
    await sql(`update sweeps set listing_due_at = now()`);
    await world.eventually('both removed', async () => (await removed()) === 2);
    await swept();

    // A page that shows somebody else instead of r1, as when an earlier one goes meanwhile.
    const call = (await github.apiCalls({ path: '/installation/repositories?per_page=100&page=1' })).at(-1)!;
    const response = await fetch(`${github.apiUrl}${call.path}`, { headers: { authorization: call.headers['authorization']! } });
    const body = (await response.json()) as { total_count: number; repositories: { id: number; name: string; full_name: string }[] };
    const [first, ...others] = body.repositories;
    const stranger = { ...first!, id: 4_000_000_000, node_id: 'R_unknown', name: 'stranger', full_name: 'acme/stranger' };
    await github.setFailure({
      path: call.path,
      status: 200,
      body: { ...body, repositories: [stranger, ...others] },
      headers: { link: response.headers.get('link')! },
    });
    await sql(`update sweeps set listing_due_at = now()`);
    await world.eventually('the stranger gone again', async () => (await removed()) === 3);
    await swept();
    const left = await sql<{ name: string }>('select name from repositories where removed_at is not null order by name');
    expect(left.map(({ name }) => name)).toEqual(['r900', 'r901', 'stranger']);
    expect(await sql('select 1 from repositories where unlisted_at is not null and removed_at is null')).toEqual([]);
  }, 60_000);
});

describe('a limit', () => {
  test('lets the sweep rest until the time that GitHub named, and nothing is asked meanwhile', async () => {
    const reset = Math.floor(Date.now() / 1000) + 1800;
    await github.setFailure({
      path: '/installation/repositories',
      status: 403,
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) },
      body: { message: 'API rate limit exceeded' },
      times: 1000,
    });
    await makeAllDue();
    await sql(`update sweeps set listing_due_at = now()`);
    const resumeAt = await world.eventually('the sweep at rest', async () => {
      const [row] = await sql<{ at: Date }>('select resume_at as at from sweeps where resume_at > now()');
      return row?.at;
    });
    expect(resumeAt.getTime() / 1000).toBeGreaterThanOrEqual(reset);
    const calls = await callsOf(async () => {
      await sql(`update sweeps set listing_retry_at = null`);
      await github.updateRef({ repo: 'acme/r700', ref: 'refs/heads/other', sha: (await github.refs('acme/r700'))['refs/heads/main']! });
      expect(await listDueSweeps(world.database.db, new Date(), 10)).toEqual([]);
      const [installation] = await sql<{ github_id: string }>('select github_id from installations');
      await sweepInstallation(second!.context, installation!.github_id, { closing: new AbortController().signal });
    });
    expect(calls).toEqual([]);
  }, 60_000);
});

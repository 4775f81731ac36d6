import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { StandIn } from '../../src/stand-in/stand-in.ts';
import { startChaosWorld, type ChaosWorld } from '../support/chaos-world.ts';
import { createLot } from '../support/lot.ts';
import { configOf, dataOf, webhookWatch } from '../support/story.ts';

jest.setTimeout(120_000);

/** What GitHub does not answer within this is not answered; the limits of 10 and 30 s are the same code. Milliseconds. */
let patienceMs = 5_000;
const timeout = AbortSignal.timeout.bind(AbortSignal);
jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => timeout(ms >= 10_000 ? patienceMs : ms));

type Failure = Parameters<StandIn['setFailure']>[0];
const minuteMs = 60_000;
const minutes = 32;
const inAnHour = String(Math.ceil(Date.now() / 1000) + 3_600);

let world: ChaosWorld;
let github: StandIn;

beforeAll(async () => {
  world = await startChaosWorld(createLot(1), { RECONCILE_INTERVAL: '5m' });
  github = world.github;
}, 60_000);

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** As if nothing had ever gone wrong, with every repository due now, and the configurations of acme too. */
async function beginAnew(): Promise<void> {
  await github.clearFailures();
  await github.expireTokens();
  await world.rows('update github_pauses set until = now(), strikes = 0, noted_at = clock_timestamp()');
  await world.rows('update github_limits set resets_at = now(), noted_at = clock_timestamp()');
  await world.rows(`update sweeps set resume_at = now(), listing_retry_at = null, listing_failures = 0, listing_due_at = now(),
    listing_started_at = null, batch_size = 25, batch_failures = 0`);
  await world.rows(`update repositories r set reconcile_failures = 0, reconcile_error = null, reconcile_due_at = now(), refs_due_at = now(),
    config_status = case when config_id is null then 'absent' else 'ok' end,
    config_due_at = case when config_id is null or owner = 'beta' then null else now() end`);
}

/** How many requests were made that are not about beta's repositories, minute by minute; those for acme come to nothing. */
async function countAsked(): Promise<number[]> {
  const counts: number[] = [];
  let seen = (await github.apiCalls()).length;
  for (let minute = 0; minute < minutes; minute += 1) {
    await world.pass(minuteMs, 250);
    const calls = (await github.apiCalls()).slice(seen);
    seen += calls.length;
    counts.push(calls.filter(({ path }) => !path.includes('/beta/')).length);
  }
  return counts;
}

/** A push, and how long it took until its watch had acted. Milliseconds. */
async function pushTo(repo: string, files: Record<string, string>): Promise<number> {
  const begun = Date.now();
  const head = await github.commitFile({ repo, branch: 'main', files });
  await world.app.sink.waitUntil((requests) => requests.some((request) => dataOf(request)['after'] === head), 20_000);
  return Date.now() - begun;
}

const file = () => ({ 'file.txt': String(Math.random()) });
const config = (name: string) => ({
  '.github/repowatch.yml': configOf({ all: webhookWatch(`${world.app.sink.url}/${name}`, { on: ['branch', 'tag'] }) }),
});

describe('GitHub answers every question about one installation with', () => {
  test.each<[string, Omit<Failure, 'account' | 'times'>, number]>([
    ['502', { status: 502 }, 20],
    ['nothing', { hang: true }, 20],
    ['bad credentials', { status: 401, body: { message: 'Bad credentials' } }, 4],
    ['a secondary limit that names no time', { status: 403, body: { message: 'You have exceeded a secondary rate limit.' } }, 4],
    [
      'a used-up hour',
      {
        status: 403,
        headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inAnHour },
        body: { message: 'API rate limit exceeded' },
      },
      4,
    ],
  ])('%s: it is asked less and less, and nobody else waits', async (name, failure, later) => {
    await beginAnew();
    patienceMs = failure.hang ? 100 : 5_000;
    await github.setFailure({ ...failure, account: 'acme', times: 100_000 });
    const asked = countAsked();
    // Meanwhile: of acme what needs no question, of beta also what does.
    const waited = [await pushTo('acme/a1', file()), await pushTo('beta/b1', config(`b1-${name.length}`)), await pushTo('beta/b2', file())];
    const counts = await asked;
    // Ten things try again by themselves: four configurations, four comparisons, one batch, the listing; a batch is halved seven times.
    // Each waits twice as long as the last time, so that it comes at most twice in the second half; a pause stops all of them.
    const facts = {
      counts,
      atOnce: Math.max(...counts),
      later: counts.slice(minutes / 2).reduce((total, count) => total + count, 0),
      waited,
    };
    expect({ ...facts, fine: facts.atOnce <= 20 && facts.later <= later }).toEqual({ ...facts, fine: true });
    expect(counts[0]! + counts[1]!).toBeGreaterThan(0);
    expect(Math.max(...waited)).toBeLessThan(10_000);
  });
});

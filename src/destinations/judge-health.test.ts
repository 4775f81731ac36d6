import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { judgeHealth, longestRestMs, type Health, type Observation } from './judge-health.ts';

const now = new Date('2026-01-01T00:00:00Z');
const policy = { failures: 3, restMs: 5_000 };
const fresh: Health = { state: 'ok', consecutiveFailures: 0, rests: 0, opensAt: null };

/** `.` is a success, `x` a failure, `P` a probe that succeeds, `F` one that fails. */
const observations = (signs: string, retryAfterSeconds?: number): Observation[] =>
  Array.from(signs, (sign) => ({
    at: now,
    sign: sign === '.' || sign === 'P' ? 'fine' : 'failing',
    ms: 5,
    code: null,
    message: null,
    retryAfterSeconds,
    probe: sign === 'P' || sign === 'F',
    sender: { runId: '1', repositoryId: '1', changeType: 'branch.updated' },
  }));
const judge = (signs: string, before: Health = fresh, retryAfterSeconds?: number) =>
  judgeHealth(before, observations(signs, retryAfterSeconds), { policy, now });
const restOf = ({ health }: ReturnType<typeof judge>) => health.opensAt && (health.opensAt.getTime() - now.getTime()) / 1000;

describe('the breaker of a destination', () => {
  test.each([
    ['', 'ok', 0, undefined],
    ['....', 'ok', 0, undefined],
    ['xx', 'ok', 2, undefined],
    ['xx.xx.xx', 'ok', 2, undefined],
    ['xxx', 'resting', 3, 'resting'],
    ['.xx.xxxxx', 'resting', 5, 'resting'],
    // What was under way when it began to rest changes nothing.
    ['xxx.', 'resting', 3, 'resting'],
    ['xxx...xx', 'resting', 5, 'resting'],
    ['xxxP', 'ok', 0, undefined],
    ['xxxPxx', 'ok', 2, undefined],
    ['xxxFF', 'resting', 5, 'resting'],
  ])('%s leaves it %s with %i failures in a row, news: %s', (...row) => {
    const [signs, state, consecutiveFailures, news] = row;
    expect(judge(signs)).toMatchObject({ health: { state, consecutiveFailures }, news });
  });

  test('the first rest is short, each probe that fails doubles it up to an hour, one that succeeds forgets all of it', () => {
    const rests = ['', 'F', 'FF', 'FFF', 'F'.repeat(9), 'F'.repeat(10), 'F'.repeat(2000)].map((probes) => restOf(judge(`xxx${probes}`)));
    expect(rests).toEqual([5, 10, 20, 40, 2560, 3600, 3600]);
    expect(restOf(judge('xxx', judge('xxxFFFP').health))).toBe(5);
  });

  test('what the destination asks for can make a rest longer, up to an hour, never shorter', () => {
    const asked = [1, 60, 86_400, Number.POSITIVE_INFINITY, Number.NaN, -5].map((seconds) => restOf(judge('xxx', fresh, seconds)));
    expect(asked).toEqual([5, 60, 3600, 5, 5, 5]);
  });

  test('it is told once that it rests and once that it works again', () => {
    const resting: Health = { state: 'resting', consecutiveFailures: 9, rests: 2, opensAt: now };
    expect(judge('F', resting).news).toBeUndefined();
    expect(judge('xx', resting).news).toBeUndefined();
    expect(judge('P', { ...resting, state: 'probing' })).toMatchObject({ news: 'recovered', health: fresh });
  });

  test('whatever happens, it is open again within an hour, and only a probe opens it', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('.', 'x', 'P', 'F'), maxLength: 60 }), (signs) => {
        const { health } = judge(signs);
        if (health.state === 'ok') expect(health.opensAt).toBeNull();
        else expect(health.opensAt!.getTime() - now.getTime()).toBeLessThanOrEqual(longestRestMs);
        const split = Math.floor(signs.length / 2);
        expect(judge(signs.slice(split), judge(signs.slice(0, split)).health).health).toEqual(health);
      }),
    );
  });
});

import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { nextRetryAt, postponeTo, standardRetry } from './retry.ts';

const now = new Date('2026-01-01T00:00:00Z');
const secondsUntil = (at: Date | undefined): number | undefined => at && (at.getTime() - now.getTime()) / 1000;
const middle = () => 0.5;

describe('nextRetryAt', () => {
  test('follows the schedule, then gives up', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((attempt) =>
      secondsUntil(nextRetryAt({ schedule: standardRetry, attempt, now, random: middle })),
    );
    expect(waits).toEqual([5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400, undefined]);
    expect(nextRetryAt({ schedule: [], attempt: 1, now, random: middle })).toBeUndefined();
  });

  test.each([
    [0, undefined, 80],
    [1, undefined, 120],
    [0.5, 10, 100],
    [0.5, 500, 500],
    [0.5, 1_000_000, 86_400],
    [0.5, Number.POSITIVE_INFINITY, 86_400],
    [0.5, Number.NaN, 100],
    [0.5, -5, 100],
  ])('random %d and Retry-After %p wait %d s of 100', (random, retryAfterSeconds, expected) => {
    expect(secondsUntil(nextRetryAt({ schedule: [100], attempt: 1, now, retryAfterSeconds, random: () => random }))).toBe(expected);
  });

  test('stays within ±20 % whatever chance says', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 9 }), (random, attempt) => {
        const wait = secondsUntil(nextRetryAt({ schedule: standardRetry, attempt, now, random: () => random }))!;
        const base = standardRetry[attempt - 1]!;
        expect(wait).toBeGreaterThanOrEqual(base * 0.8 - 0.001);
        expect(wait).toBeLessThanOrEqual(base * 1.2 + 0.001);
      }),
    );
  });
});

test.each([
  { when: 'when it was told to', postponed: 0, retryAfterSeconds: 10, random: 0, expected: 10 },
  { when: 'in a minute when nobody said', postponed: 0, retryAfterSeconds: undefined, random: 0, expected: 60 },
  { when: 'a little later each time, to spread out', postponed: 9, retryAfterSeconds: 10, random: 0.5, expected: 15 },
  { when: 'by half a minute at most', postponed: 200, retryAfterSeconds: 10, random: 1, expected: 40 },
  { when: 'not later than in a day', postponed: 0, retryAfterSeconds: 1e9, random: 0, expected: 86_400 },
  { when: 'and not for ever', postponed: 300, retryAfterSeconds: 10, random: 0, expected: undefined },
])('what was postponed is tried again $when', ({ expected, random, ...given }) => {
  expect(secondsUntil(postponeTo({ ...given, now, random: () => random }))).toBe(expected);
});

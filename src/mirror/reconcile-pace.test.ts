import { describe, expect, test } from '@jest/globals';
import { coveredPush, failureDelayMs, nextCompareAt, nextRefsAt, stalenessMs, type Pace } from './reconcile-pace.ts';

const now = new Date('2026-11-21T12:00:00Z');
const ago = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
const minutes = (pace: Partial<Pace>) => stalenessMs({ targetSeconds: 300, ownSeconds: null, pushedAt: ago(1), ...pace }, now) / 60_000;

describe('how stale a repository may get', () => {
  test.each([
    ['pushed to an hour ago', { pushedAt: ago(1) }, 5],
    ['pushed to in the future, by a clock that differs', { pushedAt: ago(-2) }, 5],
    ['nobody knows when', { pushedAt: null }, 5],
    ['silent for a day', { pushedAt: ago(24) }, 5],
    ['silent for three days', { pushedAt: ago(72) }, 15],
    ['silent for eleven days', { pushedAt: ago(11 * 24) }, 55],
    ['silent for a year', { pushedAt: ago(365 * 24) }, 60],
    ['a target of a day is never shortened', { targetSeconds: 86_400, pushedAt: ago(365 * 24) }, 1440],
    ['its own wish counts, however idle it is', { ownSeconds: 60, pushedAt: ago(365 * 24) }, 1],
    ['its own wish of a day', { ownSeconds: 86_400 }, 1440],
    ['no wish goes below a minute', { ownSeconds: 5 }, 1],
  ])('%s', (_, pace, expected) => {
    expect(minutes(pace)).toBe(expected);
  });

  test('the next look comes before the time is up, and up to a tenth earlier by lot', () => {
    const pace = { targetSeconds: 300, ownSeconds: null, pushedAt: ago(1) };
    expect(nextCompareAt(pace, now, 0).getTime() - now.getTime()).toBe(300_000);
    expect(nextCompareAt(pace, now, 1).getTime() - now.getTime()).toBe(270_000);
  });

  test('refs are read within a day: the first time chooses the time of day, later ones keep to it', () => {
    const hours = (first: boolean, random: number) => (nextRefsAt(now, first, random).getTime() - now.getTime()) / 3_600_000;
    expect([hours(true, 0), hours(true, 1)]).toEqual([2.4, 22.8]);
    expect(hours(false, 0)).toBeCloseTo(22.08);
    expect(hours(false, 1)).toBeCloseTo(23.52);
  });
});

describe('after failures', () => {
  test('the wait doubles up to a day', () => {
    expect([0, 1, 2, 10, 11, 500].map((failures) => failureDelayMs(failures, 0) / 60_000)).toEqual([1, 2, 4, 1024, 1440, 1440]);
    expect(failureDelayMs(0, 1)).toBe(54_000);
  });
});

describe('which push a listing covers', () => {
  test('the last one, unless another may hide in the same second', () => {
    expect(coveredPush(ago(1), now)).toEqual(ago(1));
    expect(coveredPush(new Date(now.getTime() - 2_000), now)).toEqual(new Date(now.getTime() - 2_000));
    expect(coveredPush(new Date(now.getTime() - 1_999), now)).toBeNull();
    expect(coveredPush(new Date(now.getTime() + 60_000), now)).toBeNull();
    expect(coveredPush(null, now)).toBeNull();
  });
});

import { describe, expect, test } from '@jest/globals';
import { retryScanAt } from './recovery-windows.ts';

const now = new Date('2026-11-21T10:00:00Z');
const after = (failures: number, wait: { intervalMs: number; askedFor?: Date }) =>
  (retryScanAt(now, failures, { askedFor: undefined, ...wait }).getTime() - now.getTime()) / 1000;

describe('a scan of the record that failed goes on', () => {
  test('when GitHub said, however far apart scans are and however often it failed', () => {
    const askedFor = new Date(now.getTime() + 7_000);
    expect(after(0, { intervalMs: 24 * 3_600_000, askedFor })).toBe(7);
    expect(after(9, { intervalMs: 60_000, askedFor })).toBe(7);
  });

  test('else after the interval, a minute at most, doubling up to a quarter of an hour; a time that is over tells nothing', () => {
    expect([0, 1, 2, 9].map((failures) => after(failures, { intervalMs: 5_000 }))).toEqual([5, 10, 20, 900]);
    expect([0, 1, 9].map((failures) => after(failures, { intervalMs: 3_600_000 }))).toEqual([60, 120, 900]);
    expect(after(0, { intervalMs: 60_000, askedFor: new Date(now.getTime() - 1) })).toBe(60);
  });
});

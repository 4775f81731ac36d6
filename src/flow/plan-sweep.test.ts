import { describe, expect, test } from '@jest/globals';
import { listingSpacingMs, planSweep } from './plan-sweep.ts';

const now = new Date('2026-11-21T12:00:00Z');
const later = new Date(now.getTime() + 60_000);

describe('how often an installation may be listed', () => {
  test.each([
    [1, 10],
    [5, 10],
    [10, 14.4],
    [100, 144],
    [1000, 1440],
  ])('%d pages: every %d seconds at most', (pages, seconds) => {
    expect(listingSpacingMs(pages) / 1000).toBeCloseTo(seconds);
  });

  test('listings never cost more than a fifth of what GitHub allows', () => {
    for (const pages of [1, 2, 7, 30, 200, 2000]) {
      const limit = Math.min(12_500, 5_000 + 50 * (pages * 100 - 20));
      expect((pages * 3_600_000) / listingSpacingMs(pages)).toBeLessThanOrEqual(limit / 5);
    }
  });
});

describe('how to look at repositories that are due', () => {
  test.each([
    ['a thousand that are all due: ten pages instead of forty batches', { soon: 1000, pages: 10 }, 'list'],
    ['a few of a hundred thousand: one batch instead of a thousand pages', { soon: 10, pages: 1000 }, 'read'],
    ['thirty of a small installation', { soon: 30, pages: 1 }, 'list'],
    ['refs tell more for the same price', { soon: 25, pages: 1 }, 'read'],
    ['half of a hundred thousand', { soon: 25_001, pages: 1000 }, 'list'],
  ])('%s', (_, due, plan) => {
    expect(planSweep({ ...due, listingAt: now, now })).toBe(plan);
  });

  test('a listing that would be cheaper but comes too soon is waited for', () => {
    expect(planSweep({ soon: 1000, pages: 10, listingAt: later, now })).toBe('wait');
    expect(planSweep({ soon: 10, pages: 1000, listingAt: later, now })).toBe('read');
  });
});

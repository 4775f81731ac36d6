import { expect, test } from '@jest/globals';
import { whenContentFits } from './write-pace.ts';

test.each([
  ['nothing was made', [], 0],
  ['there is room in both', [1_000, 2_000], 0],
  ['the minute is full: until its first is a minute old', [1_000, 2_000, 15_000], 45_000],
  ['the hour is full: until its first is an hour old', [70_000, 80_000, 90_000, 100_000, 600_000], 3_000_000],
  ['what is older counts no more', [61_000, 62_000, 63_000, 64_000, 3_600_001], 0],
])('room for new content: %s', (_name, ages, expected) => {
  expect(whenContentFits(ages, { perMinute: 3, perHour: 5 })).toBe(expected);
});

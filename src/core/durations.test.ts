import { describe, expect, test } from '@jest/globals';
import { parseDuration } from './durations.ts';

describe('parseDuration', () => {
  test.each([
    ['500ms', 500],
    ['15s', 15_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['0s', 0],
  ])('reads %s as %d ms', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  test.each(['', '15', 's', '1.5s', '-1s', '15 s', '15S', '1d', '15s ', '١s', '9999999999s'])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

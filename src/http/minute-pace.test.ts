import { expect, test } from '@jest/globals';
import { createMinutePace } from './minute-pace.ts';

test('so many in a minute, and as many in the next', () => {
  let now = new Date('2026-11-22T10:00:59Z');
  const hasRoom = createMinutePace(2, { now: () => now });
  expect([hasRoom(), hasRoom(), hasRoom()]).toEqual([true, true, false]);
  now = new Date('2026-11-22T10:01:00Z');
  expect([hasRoom(), hasRoom(), hasRoom()]).toEqual([true, true, false]);
});

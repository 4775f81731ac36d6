import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { describeAge, timeAgo } from './relative-time.ts';

const now = new Date('2026-11-22T12:00:00.000Z');

/** What the page's script says of a moment, by its own function. */
function scriptSays(at: Date): string {
  const script = readFileSync(new URL('../assets/js/10-relative-time.js', import.meta.url), 'utf8');
  const [head] = script.split(/^class /m);
  class Clock extends Date {
    static override now() {
      return now.getTime();
    }
  }
  return String(runInNewContext(`${head}; describeTime(new Date(${at.getTime()}))`, { Intl, Date: Clock, Math }));
}

test('the server and the script say the same of every age, so that nothing jumps', () => {
  const seconds = [0, 4, 5, 59, 60, 119, 3_599, 3_600, 86_399, 86_400, 2_591_999, 2_592_000, 31_535_999, 31_536_000, 90_000_000];
  for (const away of seconds.flatMap((size) => [size, -size])) {
    const at = new Date(now.getTime() + away * 1000);
    expect([away, describeAge(at, now)]).toEqual([away, scriptSays(at)]);
  }
});

test('the exact moment is there without a script, and what never was is said', () => {
  expect(timeAgo('2026-11-22T11:00:00.000Z').text).toContain('title="2026-11-22 11:00:00 UTC"');
  expect(timeAgo(null).text).toContain('never');
});

import { describe, expect, test } from '@jest/globals';
import { checkManualInputs } from './manual-inputs.ts';
import { checkCron, checkTimezone, lastDue, nextDue } from './schedule-times.ts';
import { compileOne } from '../../test/support/config-world.ts';

describe('times', () => {
  test.each(['* * * * *', '*/5 8-18 * * MON-FRI', '0 0 1,15 JAN,JUL *', '0 0 29 2 *', '  0   6 * * 7 ', '15 3 * 3 THU'])(
    '%s is one',
    (cron) => {
      expect(checkCron(cron)).toBeUndefined();
    },
  );

  test.each<[string, RegExp]>([
    ['', /five fields/],
    ['* * * *', /five fields.*not 4/],
    ['0 * * * * *', /five fields.*not 6/],
    ['@daily', /five fields.*not 1/],
    ['0 0 L * *', /has `L`/],
    ['0 0 * * 5L', /has `5L`/],
    ['H 0 * * *', /has `H`/],
    ['0 0 ? * *', /has `\?`/],
    ['60 * * * *', /expected range 0-59/],
    ['*/0 * * * *', /no cron expression/],
    ['0 0 30 2 *', /never comes/],
    ['a b c d e', /no cron expression/],
  ])('%j is none', (cron, reason) => {
    expect(checkCron(cron)).toMatch(reason);
  });

  test('time zones by their names only', () => {
    expect(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires'].map(checkTimezone)).toEqual([undefined, undefined, undefined]);
    for (const zone of ['Europe/Berln', '+02:00', '', 'x'.repeat(90)]) expect(checkTimezone(zone)).toMatch(/no time zone/);
  });

  test('the next time follows the clock of its zone, across the change to summer time', () => {
    const due = (cron: string, timezone: string, after: string) => nextDue({ cron, timezone }, new Date(after)).toISOString();
    expect(due('0 6 * * *', 'UTC', '2026-03-28T06:00:00Z')).toBe('2026-03-29T06:00:00.000Z');
    expect(due('0 6 * * *', 'Europe/Berlin', '2026-03-28T06:00:00Z')).toBe('2026-03-29T04:00:00.000Z');
    expect(due('0 6 * * 1-5', 'America/New_York', '2026-11-21T12:00:00Z')).toBe('2026-11-23T11:00:00.000Z');
  });

  test('a watch carries its times and inputs', () => {
    const watch = compileOne('    on: { schedule: [{ cron: 0 6 * * * }], manual: { inputs: { a: { type: boolean } } } }');
    expect(watch.triggers.map(({ name, schedules, inputs }) => ({ name, schedules, inputs }))).toEqual([
      { name: 'schedule', schedules: [{ cron: '0 6 * * *', timezone: 'UTC' }], inputs: undefined },
      { name: 'manual', schedules: [], inputs: { a: { type: 'boolean', required: false } } },
    ]);
  });
});

describe('inputs by hand', () => {
  const declared = {
    target: { type: 'choice' as const, required: false, options: ['staging', 'production'], default: 'staging' },
    dry: { type: 'boolean' as const, required: false },
    count: { type: 'number' as const, required: true },
    note: { type: 'string' as const, required: false },
  };

  test.each<[Record<string, unknown>, unknown]>([
    [{ count: 3 }, { target: 'staging', count: 3 }],
    [
      { count: 0, dry: false, note: '', target: 'production' },
      { target: 'production', dry: false, count: 0, note: '' },
    ],
    [{}, /`count` is missing; give a number/],
    [{ count: '3' }, /`count` must be a number/],
    [{ count: 3, dry: 'yes' }, /`dry` must be true or false/],
    [{ count: 3, target: 'prod' }, /`target` must be one of staging, production/],
    [{ count: 3, note: 'x'.repeat(20_000) }, /`note` may have at most/],
    [{ count: 3, notes: 'x' }, /no input `notes`\. Did you mean `note`\? Known here: target, dry, count, note/],
    [{ count: 3, constructor: 'x' }, /no input `constructor`/],
  ])('%j', (given, expected) => {
    const outcome = checkManualInputs(declared, given);
    if (expected instanceof RegExp)
      expect(outcome).toMatchObject({ ok: false, code: 'request_invalid', message: expect.stringMatching(expected) });
    else expect(outcome).toEqual({ ok: true, value: expected });
  });
});

describe('the last time', () => {
  const last = (cron: string, timezone: string, until: string) => lastDue({ cron, timezone }, new Date(until)).toISOString();
  const next = (cron: string, timezone: string, after: string) => nextDue({ cron, timezone }, new Date(after)).toISOString();

  test('is the moment itself or lies before it', () => {
    expect(last('0 3 * * *', 'UTC', '2026-11-21T03:00:00.000Z')).toBe('2026-11-21T03:00:00.000Z');
    expect(last('0 3 * * *', 'UTC', '2026-11-21T02:59:59.999Z')).toBe('2026-11-20T03:00:00.000Z');
    expect(last('*/5 * * * *', 'UTC', '2026-11-21T03:07:30.000Z')).toBe('2026-11-21T03:05:00.000Z');
    expect(last('0 3 * * *', 'Europe/Berlin', '2026-07-01T12:00:00Z')).toBe('2026-07-01T01:00:00.000Z');
  });

  test('an hour that summer time leaves out comes an hour later, and one that comes twice counts once', () => {
    expect(next('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z')).toBe('2026-03-29T01:30:00.000Z');
    expect(next('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z')).toBe('2026-10-25T00:30:00.000Z');
    expect(next('30 2 * * *', 'Europe/Berlin', '2026-10-25T00:30:00Z')).toBe('2026-10-26T01:30:00.000Z');
  });
});

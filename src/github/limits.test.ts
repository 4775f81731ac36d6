import { describe, expect, test } from '@jest/globals';
import { judgePause, judgeSpending, readLimit, reserveOf, resourceOf, type Limit, type Pause, type Standing } from './limits.ts';

const now = new Date('2026-11-21T10:00:00Z');
const inSeconds = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const limit = (remaining: number, resetsIn = 600): Limit => ({ quota: 5000, remaining, resetsAt: inSeconds(resetsIn), notedAt: now });
const pause = (seconds: number, strikes = 1): Pause => ({
  until: inSeconds(seconds),
  reason: 'secondary_limit',
  message: 'slow down',
  strikes,
  notedAt: now,
});

const spendings: [string, Partial<Standing>, number | true][] = [
  ['nothing known', {}, true],
  ['plenty for a sweep', { purpose: 'sweep', limit: limit(1001) }, true],
  ['the reserve is kept from a sweep', { purpose: 'sweep', limit: limit(1000) }, 601],
  ['what is under way counts', { purpose: 'sweep', limit: limit(1003), underWay: 3 }, 601],
  ['actions leave less', { purpose: 'actions', limit: limit(1000) }, true],
  ['actions leave something', { purpose: 'actions', limit: limit(500) }, 601],
  ['people may use the last one', { purpose: 'interactive', limit: limit(1), underWay: 5 }, true],
  ['nobody is sent into a refusal', { purpose: 'interactive', limit: limit(0) }, 601],
  ['a limit whose hour is over', { purpose: 'sweep', limit: limit(0, 0) }, true],
  ['a pause holds a sweep', { purpose: 'sweep', pause: pause(90) }, 90],
  ['a pause holds actions', { purpose: 'actions', limit: limit(5000), pause: pause(90) }, 90],
  ['a pause does not hold people', { purpose: 'interactive', limit: limit(5000), pause: pause(90) }, true],
  ['a pause that is over', { purpose: 'sweep', pause: pause(0) }, true],
];

describe('judgeSpending', () => {
  test.each(spendings)('%s', (_, standing, expected) => {
    const answer = judgeSpending({ purpose: 'sweep', limit: undefined, pause: undefined, underWay: 0, ...standing }, now);
    expect(answer.allowed || answer.retryAt).toEqual(expected === true || inSeconds(expected));
  });

  test('says why, in a sentence', () => {
    const answer = judgeSpending({ purpose: 'sweep', limit: limit(900), pause: undefined, underWay: 0 }, now);
    expect(answer).toMatchObject({
      why: 'of 5000 requests an hour 900 are left, and 1000 are kept for what is more urgent until 2026-11-21T10:10:00.000Z',
    });
  });

  test('a fifth at least is for people', () => {
    expect(reserveOf('sweep', 12_500)).toBe(2500);
    expect(reserveOf('sweep', 3)).toBe(1);
    expect(reserveOf('interactive', 12_500)).toBe(0);
  });
});

describe('judgePause', () => {
  const said = (until?: Date) => ({ until, reason: 'secondary_limit' as const, message: 'slow down' });
  test.each<{ name: string; until?: Date; before?: Pause; expected: Pause }>([
    { name: 'as long as GitHub says', until: inSeconds(17), expected: pause(17) },
    { name: 'a minute when it says nothing', expected: pause(60) },
    { name: 'twice that the next time', before: pause(-1), expected: pause(120, 2) },
    { name: 'an hour at most', before: pause(-1, 12), expected: pause(3600, 13) },
    { name: 'short again after quiet times', before: pause(-601, 5), expected: pause(60) },
    { name: 'several refusals of one moment are one', before: pause(50), expected: pause(60) },
    { name: 'never shorter than it was', until: inSeconds(5), before: pause(50, 2), expected: pause(50, 2) },
  ])('$name', ({ until, before, expected }) => {
    expect(judgePause(said(until), before, now)).toEqual(expected);
  });
});

describe('what answers say', () => {
  const headers = { 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '4990', 'x-ratelimit-reset': String(now.getTime() / 1000 + 60) };
  test('headers become a limit; without all of them there is none', () => {
    expect(readLimit(headers, now)).toEqual({ quota: 5000, remaining: 4990, resetsAt: inSeconds(60), notedAt: now });
    expect(readLimit({}, now)).toBeUndefined();
    expect(readLimit({ ...headers, 'x-ratelimit-reset': 'soon' }, now)).toBeUndefined();
    expect(readLimit({ ...headers, 'x-ratelimit-remaining': '-1' }, now)).toBeUndefined();
  });

  test.each([
    ['/repos/acme/app/branches?per_page=100', 'core'],
    ['https://ghe.example/api/graphql', 'graphql'],
    ['/graphql', 'graphql'],
    ['/search/issues?q=graphql', 'search'],
    ['/repos/acme/app/contents/graphql?ref=/graphql', 'core'],
  ])('%s counts against %s', (url, resource) => {
    expect(resourceOf(url)).toBe(resource);
  });
});

import { describe, expect, test } from '@jest/globals';
import { judgeAnswer, parseRetryAfter, parseStatusRange } from './judge.ts';

const now = new Date('2026-11-21T12:00:00Z');
const family2 = [parseStatusRange('2xx')!];
const judge = (status: number, headers: Record<string, string> = {}, success = family2) =>
  judgeAnswer({ where: 'https://x.example', status, headers }, success, now);

describe('what an answer means', () => {
  test.each([200, 201, 202, 204, 299])('%i is success', (status) => {
    expect(judge(status)).toEqual({ result: 'succeeded' });
  });

  test.each([
    [301, 'webhook_redirected', false],
    [302, 'webhook_redirected', false],
    [304, 'webhook_redirected', false],
    [308, 'webhook_redirected', false],
    [400, 'webhook_rejected', false],
    [401, 'webhook_rejected', false],
    [403, 'webhook_rejected', false],
    [404, 'webhook_rejected', false],
    [409, 'webhook_rejected', false],
    [410, 'webhook_gone', false],
    [422, 'webhook_rejected', false],
    [451, 'webhook_rejected', false],
    [408, 'webhook_failed', true],
    [425, 'webhook_failed', true],
    [429, 'webhook_failed', true],
    [500, 'webhook_failed', true],
    [501, 'webhook_failed', true],
    [502, 'webhook_failed', true],
    [503, 'webhook_failed', true],
    [504, 'webhook_failed', true],
    [599, 'webhook_failed', true],
  ])('%i is %s, retryable: %s', (status, code, retryable) => {
    expect(judge(status)).toMatchObject({ result: 'failed', code, retryable, message: expect.stringContaining(String(status)) });
  });

  test('success can be told otherwise', () => {
    const success = ['302', '404-410'].map((rule) => parseStatusRange(rule)!);
    expect([302, 404, 410].map((status) => judge(status, {}, success).result)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(judge(200, {}, success)).toMatchObject({ result: 'failed' });
  });

  test('Retry-After of a retryable answer is passed on, of a final one not', () => {
    expect(judge(503, { 'retry-after': '120' })).toMatchObject({ retryAfterSeconds: 120 });
    expect(judge(429, { 'retry-after': 'Sat, 21 Nov 2026 12:01:30 GMT' })).toMatchObject({ retryAfterSeconds: 90 });
    expect(judge(404, { 'retry-after': '120' })).not.toHaveProperty('retryAfterSeconds');
    expect(judge(503)).not.toHaveProperty('retryAfterSeconds');
  });
});

test.each([
  ['0', 0],
  ['3600', 3600],
  ['9'.repeat(400), Number.MAX_SAFE_INTEGER],
  ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
  ['Saturday, 21-Nov-26 12:00:10 GMT', 10],
  ['-5', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['2026-11-21', undefined],
  ['', undefined],
])('Retry-After %j is %j seconds', (value, seconds) => {
  expect(parseRetryAfter(value, now)).toBe(seconds);
});

test.each([
  [200, { from: 200, to: 200 }],
  ['2xx', { from: 200, to: 299 }],
  ['200-204', { from: 200, to: 204 }],
  ['204-200', undefined],
  ['1xx', undefined],
  ['600', undefined],
  ['any', undefined],
])('%j names %j', (rule, range) => {
  expect(parseStatusRange(rule)).toEqual(range);
});

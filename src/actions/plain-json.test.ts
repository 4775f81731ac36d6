import { expect, test } from '@jest/globals';
import { cutText, parsePlainJson } from './plain-json.ts';

test('JSON of strangers loses __proto__ at every level', () => {
  const parsed = parsePlainJson('{"__proto__":{"polluted":1},"a":[{"__proto__":2,"b":3}]}') as Record<string, unknown>;
  expect(parsed).toEqual({ a: [{ b: 3 }] });
  expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test.each([
  ['no JSON', '{'],
  ['65 levels', '['.repeat(65) + ']'.repeat(65)],
  ['a hundred thousand levels', '['.repeat(100_000) + ']'.repeat(100_000)],
])('%s is no data', (_name, text) => {
  expect(parsePlainJson(text)).toBeUndefined();
});

test('brackets in strings are no levels', () => {
  const text = JSON.stringify('["\\[{'.repeat(100));
  expect(parsePlainJson(text)).toBe(JSON.parse(text));
});

test('a text is cut at bytes, never inside a character', () => {
  expect(cutText('aé日😀', 100)).toBe('aé日😀');
  expect([1, 2, 3, 4, 5, 6, 7, 9, 10].map((bytes) => cutText('aé日😀', bytes))).toEqual([
    'a',
    'a',
    'aé',
    'aé',
    'aé',
    'aé日',
    'aé日',
    'aé日',
    'aé日😀',
  ]);
});

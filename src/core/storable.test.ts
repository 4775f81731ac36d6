import { expect, test } from '@jest/globals';
import { cleanJsonText, toStorableJson, toStorableText } from './storable.ts';

test('texts lose NUL and lone surrogates, and nothing else', () => {
  expect(toStorableText('a\u0000b \ud800 🦀')).toBe('a\uFFFDb \uFFFD 🦀');
});

test('values of every depth become JSON that Postgres can hold', () => {
  const value = { 'k\u0000': ['\udc00', '🦀', '\\u0000', { deep: '\ud83e' }], n: 1, none: null };
  expect(JSON.parse(toStorableJson(value))).toEqual({ 'k\uFFFD': ['\uFFFD', '🦀', '\\u0000', { deep: '\uFFFD' }], n: 1, none: null });
  expect(toStorableJson(undefined)).toBe('null');
});

test('JSON as somebody else wrote it: escaped pairs stay, escaped backslashes are no escapes', () => {
  expect(cleanJsonText(String.raw`"\ud83e\udd80 \uD83E \\u0000 \\\u0000 \udd80\ud83e"`)).toBe(
    String.raw`"\ud83e\udd80 \ufffd \\u0000 \\\ufffd \ufffd\ufffd"`,
  );
  const deep = `${'['.repeat(200_000)}"\\u0000"${']'.repeat(200_000)}`;
  expect(cleanJsonText(deep)).toContain('"\\ufffd"');
});

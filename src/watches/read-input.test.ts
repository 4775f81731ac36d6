import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { explainInput, readInput } from './read-input.ts';

const names = z.union([z.string(), z.array(z.string())]);
const schema = z.strictObject({
  title: z.string().min(1).max(20),
  note: z.string().default('none'),
  names: names.optional(),
  count: z.union([z.int().positive(), z.string().regex(/^\d+$/)]).optional(),
  level: z.enum(['low', 'high']).default('low'),
  body: z.unknown().optional(),
  deep: z.strictObject({ text: z.string() }).optional(),
});
const read = (given: object) => {
  const outcome = readInput({ schema }, given);
  return outcome.ok ? outcome.value : explainInput(outcome.findings, given, (text) => text.replaceAll('s3cret-value', '***'));
};

describe('inputs whose expressions are filled in', () => {
  test.each([
    ['a number where text is wanted', { title: 7 }, { title: '7' }],
    ['a truth value', { title: 'x', note: false }, { note: 'false' }],
    ['a fraction', { title: 1.5 }, { title: '1.5' }],
    ['a number in a list of texts', { title: 'x', names: ['a', 1] }, { names: ['a', '1'] }],
    ['a number instead of such a list', { title: 'x', names: 5 }, { names: '5' }],
    ['a number below', { title: 'x', deep: { text: 3 } }, { deep: { text: '3' } }],
    ['a number where one is wanted', { title: 'x', count: 3 }, { count: 3 }],
    ['nothing where there is a default', { title: 'x', note: null, level: null }, { note: 'none', level: 'low' }],
    ['nothing where anything fits', { title: 'x', body: null, note: 3 }, { body: null, note: '3' }],
  ])('%s', (_, given, expected) => {
    expect(read(given)).toMatchObject(expected);
  });

  test.each([
    [{ title: null }, '`with.title` is missing.'],
    [{ title: { a: 1 } }, '`with.title` must be text, not a mapping.'],
    [{ title: '' }, '`with.title` needs at least 1 character.'],
    [{ title: 'x', names: { a: 1 } }, '`with.names` must be text or a list, not a mapping.'],
    [{ title: 'x', count: 0 }, '`with.count` must be more than 0.'],
    [{ title: 'x', level: 'medium' }, '`with.level` is `medium`, which is not one of low, high.'],
    [{ title: 'x', level: 's3cret-value' }, '`with.level` is `***`, which is not one of low, high.'],
    [{ title: 'x', more: 1 }, expect.stringMatching(/^`with\.more` is not a key that exists\./)],
  ])('%j is explained', (given, message) => {
    expect(read(given)).toEqual(message);
  });
});

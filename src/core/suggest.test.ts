import { describe, expect, test } from '@jest/globals';
import { didYouMean, suggestWord } from './suggest.ts';

describe('suggestWord', () => {
  const known = ['branches', 'paths', 'types', 'on', 'if'];
  test.each([
    ['brnaches', 'branches'],
    ['Branches', 'branches'],
    ['path', 'paths'],
    ['onn', 'on'],
    ['xyz', undefined],
    ['iff', 'if'],
    ['b'.repeat(10_000), undefined],
  ])('%s → %s', (word, expected) => {
    expect(suggestWord(word, known)).toBe(expected);
  });

  test('makes a sentence, or nothing', () => {
    expect(didYouMean('tpyes', known)).toBe(' Did you mean `types`?');
    expect(didYouMean('zzzzzz', known)).toBe('');
  });
});

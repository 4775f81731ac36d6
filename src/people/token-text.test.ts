import { expect, test } from '@jest/globals';
import { createTokenText, hashToken, hintOf, isTokenText } from './token-text.ts';

test('a token tells a slip in copying by itself', () => {
  const text = createTokenText();
  expect(text).toMatch(/^rwt_[0-9A-Za-z]{38}$/);
  expect(isTokenText(text)).toBe(true);
  for (let place = 4; place < text.length; place += 1) {
    const other = text[place] === 'a' ? 'b' : 'a';
    expect(isTokenText(`${text.slice(0, place)}${other}${text.slice(place + 1)}`)).toBe(false);
  }
  expect([isTokenText(text.slice(0, -1)), isTokenText(` ${text}`), isTokenText('rwt_'), isTokenText('')]).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

test('no two are the same, and what is kept tells nothing', () => {
  expect(new Set(Array.from({ length: 50 }, createTokenText)).size).toBe(50);
  const text = createTokenText();
  expect([hashToken(text).length, hintOf(text)]).toEqual([32, `${text.slice(0, 8)}…`]);
});

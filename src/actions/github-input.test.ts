import { describe, expect, test } from '@jest/globals';
import { labelsField, numberField, peopleField, readNumber } from './github-input.ts';

describe('names', () => {
  test.each([
    ['a text with commas', ' bug, Bug ,, help wanted ', ['bug', 'help wanted']],
    ['a list, in which commas are part of a name', ['a,b', ' a,b', 'A,B', ''], ['a,b']],
    ['an empty text', '', []],
    ['an empty list', [], []],
  ])('%s', (_, given, expected) => {
    expect(labelsField.parse(given)).toEqual(expected);
  });

  test('of people there are ten at most, each counted once', () => {
    const ten = Array.from({ length: 10 }, (_, index) => `p${index}`);
    expect(peopleField.parse([...ten, 'P1'])).toEqual(ten);
    expect(peopleField.safeParse([...ten, 'one-more']).success).toBe(false);
  });
});

describe('numbers', () => {
  test.each([7, '7', '#7'])('%j', (given) => {
    expect(numberField.parse(given)).toBe(7);
  });

  test.each([0, '0', '#0', '', 1.5, '1.5', -1, '7 ', null, 'seven'])('%j is none', (given) => {
    expect(numberField.safeParse(given).success).toBe(false);
  });

  test('without one it is that of the change', () => {
    const facts = (change: object) => ({ change }) as Parameters<typeof readNumber>[1];
    expect(readNumber(3, facts({ issue: { number: 4 } }))).toEqual({ ok: true, value: 3 });
    expect(readNumber(undefined, facts({ pull_request: { number: 5 } }))).toEqual({ ok: true, value: 5 });
    expect(readNumber(undefined, facts({ issue: { number: null } }))).toMatchObject({ ok: false, code: 'action_input_invalid' });
  });
});

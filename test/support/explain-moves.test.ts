import { describe, expect, test } from '@jest/globals';
import { explainMoves, type RealMove, type RecordedChange } from './explain-moves.ts';

/** `A>B` told, `A>B?` untold. */
const moves = (text: string): RealMove[] =>
  text.split(' ').map((word) => {
    const [, before = '', after = '', untold] = /^(.)>(.)(\?)?$/.exec(word)!;
    return { before, after, told: untold === undefined };
  });
/** `A>B` exact, `A>>B` observed. */
const changes = (text: string): RecordedChange[] =>
  text === ''
    ? []
    : text.split(' ').map((word) => {
        const [, before = '', arrow = '', after = ''] = /^(.)(>+)(.)$/.exec(word)!;
        return { before, after, observed: arrow === '>>' };
      });

describe('explainMoves', () => {
  test.each([
    ['A>B B>C', 'A>B B>C'],
    ['A>B B>C', 'B>C A>B'],
    ['A>B B>C C>D', 'A>>C C>D'],
    ['A>B B>A A>B', 'A>B B>A A>B'],
    ['A>B B>A A>B', 'A>>A A>B'],
    ['A>B B>C? C>B? B>D', 'A>B B>D'],
    ['A>B', 'A>>B'],
  ])('%s is told by %s', (real, recorded) => {
    expect(explainMoves('refs/heads/x', moves(real), changes(recorded))).toBeUndefined();
  });

  test.each([
    ['A>B B>C', 'A>B', 'lost'],
    ['A>B B>C', 'A>B B>C B>C', 'twice'],
    ['A>B B>C', 'A>>C B>C', 'covered and told again'],
    ['A>B B>C', 'A>C', 'no such push'],
    ['A>B', 'A>B B>0', 'invented'],
    ['A>B B>A', '', 'there and back, told'],
    ['A>B? B>C', 'B>C', 'a branch has a history'],
  ])('%s is not told by %s: %s', (real, recorded) => {
    expect(explainMoves('refs/heads/x', moves(real), changes(recorded))).toMatch(/^refs\/heads\/x: GitHub /);
  });

  test('an untold move of a tag may be unknown', () => {
    expect(explainMoves('refs/tags/x', moves('A>B? B>C'), changes('B>C'))).toBeUndefined();
  });
});

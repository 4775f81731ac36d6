import { describe, expect, test } from '@jest/globals';
import { zeroSha } from '../changes/ref-change.ts';
import { judgeMove, type Move, type RefHistory } from './judge-move.ts';

const sha = (letter: string) => letter.repeat(40);
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(sha) as [string, string, string, string];

function history(over: Partial<RefHistory> = {}): RefHistory {
  return { head: a, baseline: undefined, headAt: undefined, gaps: [], pairs: new Map(), observed: [], ...over };
}

let tick = 0;
function push(before: string, after: string, over: Partial<Move> = {}): Move {
  tick += 1;
  return { before, after, at: new Date(Date.UTC(2026, 0, 1, 0, 0, tick)), observed: false, ...over };
}

/** Judges moves one after the other, each on the history that the one before left; answers a word for each. */
function play(start: RefHistory, moves: Move[]): { words: string[]; end: RefHistory } {
  let current = start;
  const words = moves.map((move) => {
    const judgement = judgeMove(current, move);
    if (judgement.result === 'news') current = judgement.history;
    return judgement.result === 'ignored' ? judgement.code : judgement.result;
  });
  return { words, end: current };
}

describe('judgeMove', () => {
  test('a branch moved A→B, forced back and moved again is three changes, when GitHub confirms the third', () => {
    const { words, end } = play(history(), [push(a, b), push(b, a), push(a, b, { confirmed: b })]);
    expect(words).toEqual(['news', 'news', 'news']);
    expect(end.pairs.get(`${a}..${b}`)).toBe(2);
  });

  test('a replay of a recorded pair is asked about and not believed when GitHub shows the old head', () => {
    const moves = [push(a, b), push(b, a), push(a, b)];
    expect(play(history(), moves).words).toEqual(['news', 'news', 'confirm']);
    expect(play(history(), [...moves.slice(0, 2), push(a, b, { confirmed: a })]).words[2]).toBe('not_confirmed');
    expect(play(history(), [...moves.slice(0, 2), push(a, b, { confirmed: c, repeated: true })]).words[2]).toBe('not_confirmed');
    expect(play(history(), [...moves.slice(0, 2), push(a, b, { confirmed: c, repeated: false })]).words[2]).toBe('news');
  });

  test('the same push again is known', () => {
    const one = push(a, b);
    expect(play(history(), [one, one, one]).words).toEqual(['news', 'already_known', 'already_known']);
  });

  test('a push that was taken back unheard and made again is a second one, unless somebody sends the old one anew', () => {
    const first = push(a, b);
    const again = push(a, b);
    const { words, end } = play(history(), [first, again]);
    expect(words).toEqual(['news', 'confirm']);
    expect(play(end, [{ ...again, confirmed: b, repeated: true }]).words).toEqual(['already_known']);
    const taken = play(end, [{ ...again, confirmed: b, repeated: false }]);
    expect(taken).toMatchObject({ words: ['news'], end: { head: b, gaps: [{ from: b, to: a }] } });
    const rebuilt = { ...end, rebuilt: [{ before: a, after: b, at: again.at }] };
    expect(play(rebuilt, [again]).words).toEqual(['already_known']);
  });

  test('there and back, told in the opposite order, ends where it began', () => {
    const [there, back] = [push(a, b), push(b, a)];
    const { words, end } = play(history(), [back, there]);
    expect(words).toEqual(['news', 'news']);
    expect(end).toMatchObject({ head: a, gaps: [] });
    const made = play(history({ head: zeroSha }), [push(a, zeroSha, { at: back.at }), push(zeroSha, a, { at: there.at })]);
    expect(made).toMatchObject({ words: ['news', 'news'], end: { head: zeroSha, gaps: [] } });
    const later = play(history(), [back, push(a, b)]);
    expect(later).toMatchObject({ words: ['news', 'news'], end: { head: b, gaps: [{ from: a, to: b }] } });
  });

  test.each([[[0, 1, 2]], [[0, 2, 1]], [[1, 0, 2]], [[1, 2, 0]], [[2, 0, 1]], [[2, 1, 0]]])(
    'three pushes arriving in order %j are three changes and leave the newest head',
    (order) => {
      const pushes = [push(a, b), push(b, c), push(c, d)];
      const { words, end } = play(
        history(),
        order.map((index) => pushes[index]!),
      );
      expect(words).toEqual(['news', 'news', 'news']);
      expect(end.head).toBe(d);
      expect(end.gaps).toEqual([]);
    },
  );

  test('swapped pushes of the same second keep the newest head', () => {
    const at = new Date('2026-01-01T00:00:00Z');
    const { words, end } = play(history(), [push(b, c, { at }), push(a, b, { at })]);
    expect(words).toEqual(['news', 'news']);
    expect(end.head).toBe(c);
  });

  test('in the second in which the head was read, GitHub says whether a push is older', () => {
    const start = history({ headAt: new Date('2026-01-01T00:00:00.500Z') });
    const at = new Date('2026-01-01T00:00:00Z');
    expect(play(start, [push(c, d, { at })]).words).toEqual(['confirm']);
    expect(play(start, [push(c, d, { at, confirmed: d })]).end).toMatchObject({ head: d, gaps: [{ from: a, to: c }] });
    expect(play(start, [push(c, d, { at, confirmed: a })]).end).toMatchObject({ head: a, gaps: [] });
  });

  test('pushes that a comparison had already found are covered by it', () => {
    const found = push(a, d, { observed: true, at: new Date(Date.UTC(2027, 0, 1)) });
    const { words } = play(history(), [found, push(a, b), push(b, c), push(c, d)]);
    expect(words).toEqual(['news', 'covered_by_reconcile', 'covered_by_reconcile', 'covered_by_reconcile']);
  });

  test('a comparison that was overtaken changes nothing', () => {
    expect(play(history({ head: c }), [push(a, b, { observed: true })]).words).toEqual(['already_known']);
  });

  test('a push whose head the first sight had already shown is a change without moving the head', () => {
    const start = history({ head: c, baseline: c, headAt: new Date(Date.UTC(2027, 0, 1)) });
    const { words, end } = play(start, [push(a, b), push(b, c)]);
    expect(words).toEqual(['news', 'news']);
    expect(end.head).toBe(c);
  });

  test('creation and deletion are moves from and to nothing', () => {
    const { words, end } = play(history({ head: zeroSha }), [push(zeroSha, a), push(a, zeroSha), push(zeroSha, b)]);
    expect(words).toEqual(['news', 'news', 'news']);
    expect(end.head).toBe(b);
  });

  test('a deletion of a ref that the mirror never had is a change without a question', () => {
    expect(play(history({ head: zeroSha }), [push(a, zeroSha), push(zeroSha, a), push(a, zeroSha)]).words).toEqual([
      'news',
      'news',
      'confirm',
    ]);
  });

  test('a deletion of another head than ours is asked about, and never removes a ref that GitHub still shows', () => {
    expect(play(history({ head: b }), [push(a, zeroSha)]).words).toEqual(['confirm']);
    expect(play(history({ head: b }), [push(a, zeroSha, { confirmed: b })]).end.head).toBe(b);
    expect(play(history({ head: b }), [push(a, zeroSha, { confirmed: zeroSha })]).end.head).toBe(zeroSha);
  });

  test('a deletion and a new creation that arrive swapped are both changes', () => {
    const { words, end } = play(history(), [push(zeroSha, b), push(a, zeroSha)]);
    expect(words).toEqual(['news', 'news']);
    expect(end.head).toBe(b);
  });
});

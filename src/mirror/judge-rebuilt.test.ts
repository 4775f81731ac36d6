import { describe, expect, test } from '@jest/globals';
import { judgeMove, type Move, type RefHistory } from './judge-move.ts';

const sha = (letter: string) => letter.repeat(40);
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(sha) as [string, string, string, string];
const writtenAt = new Date('2026-01-01T00:00:10.123Z');

function history(over: Partial<RefHistory> = {}): RefHistory {
  return { head: a, baseline: undefined, headAt: writtenAt, writtenAt, gaps: [], pairs: new Map(), observed: [], ...over };
}

let second = 20;
function move(before: string, after: string, over: Partial<Move> = {}): Move {
  second += 20;
  return { before, after, at: new Date(Date.UTC(2026, 0, 1, 0, 0, second)), observed: false, ...over };
}
const onward = (before: string, after: string) => move(before, after, { rebuilt: { as: 'onward', seenAt: writtenAt } });

/** Judges moves one after the other; what was rebuilt is remembered as Postgres would tell it. */
function play(start: RefHistory, moves: Move[]): { words: string[]; end: RefHistory } {
  let current = start;
  const words = moves.map((each) => {
    const judgement = judgeMove(current, each);
    if (judgement.result === 'news' || judgement.result === 'followed') current = judgement.history;
    if (judgement.result === 'news' && each.rebuilt) current = { ...current, rebuilt: [...(current.rebuilt ?? []), each] };
    return judgement.result === 'ignored' ? judgement.code : judgement.result;
  });
  return { words, end: current };
}

describe('pushes that were rebuilt from the record', () => {
  test('each is a change, and the webhooks that arrive afterwards are known', () => {
    const found = [onward(a, b), onward(b, c), onward(c, d)];
    const late = found.map(({ before, after, at }): Move => ({ before, after, at, observed: false }));
    const { words, end } = play(history(), [...found, ...late]);
    expect(words).toEqual(['news', 'news', 'news', 'already_known', 'already_known', 'already_known']);
    expect(end.head).toBe(d);
  });

  test('there and back again and there: three changes, and no late webhook makes a fourth', () => {
    const found = [onward(a, b), onward(b, a), onward(a, b)];
    const { words, end } = play(history(), found);
    expect(words).toEqual(['news', 'news', 'news']);
    expect(end.pairs.get(`${a}..${b}`)).toBe(2);
    const back: Move = { before: b, after: a, at: found[1]!.at, observed: false };
    expect(play(end, [back]).words).toEqual(['confirm']);
    expect(play(end, [{ ...back, confirmed: b }]).words).toEqual(['not_confirmed']);
    // The branch went on meanwhile: the time tells that this is the push that was found.
    expect(play(end, [{ ...back, confirmed: c }]).words).toEqual(['not_confirmed']);
    expect(play(end, [{ ...back, at: new Date('2026-02-01T00:00:00Z'), confirmed: c }]).words).toEqual(['news']);
    expect(play(end, [{ ...back, confirmed: a }]).words).toEqual(['news']);
  });

  test('they cover nothing but themselves: another push late of the same stretch is news', () => {
    expect(play(history(), [onward(a, c), move(b, d, { at: new Date('2026-01-01T00:00:01Z') })]).words).toEqual(['news', 'news']);
  });

  test('a row that was written since the record was read makes it out of date, also when the head is the same', () => {
    const later = new Date(writtenAt.getTime() + 5);
    expect(play(history({ writtenAt: later }), [onward(a, b)]).words).toEqual(['already_known']);
    const unseen = move(a, b, { rebuilt: { as: 'onward', seenAt: undefined } });
    expect(play(history(), [unseen]).words).toEqual(['already_known']);
    expect(
      play(history({ head: '0'.repeat(40), writtenAt: undefined, headAt: undefined }), [{ ...unseen, before: '0'.repeat(40) }]).words,
    ).toEqual(['news']);
  });

  test('a gap is filled without moving the head', () => {
    const start = history({ head: d, gaps: [{ from: a, to: c }] });
    const fill = (before: string, after: string) => move(before, after, { rebuilt: { as: 'gap', seenAt: writtenAt } });
    const { words, end } = play(start, [fill(a, b), fill(b, c), fill(b, c)]);
    expect(words).toEqual(['news', 'news', 'already_known']);
    expect(end).toMatchObject({ head: d, gaps: [] });
  });

  test('a recorded push of the chain moves the head and is no second change', () => {
    const start = history({ pairs: new Map([[`${a}..${b}`, 1]]) });
    const known = move(a, b, { rebuilt: { as: 'known', seenAt: writtenAt } });
    const { words, end } = play(start, [known, onward(b, c)]);
    expect(words).toEqual(['followed', 'news']);
    expect(end.head).toBe(c);
  });
});

import { describe, expect, test } from '@jest/globals';
import { zeroSha } from '../changes/ref-change.ts';
import { rebuildMoves, type Stretch, type TimedMove } from './rebuild-moves.ts';

const sha = (letter: string) => letter.repeat(40);
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(sha) as [string, string, string, string];
const at = (second: number, ms = 0) => new Date(Date.UTC(2026, 0, 1, 0, 0, second, ms));

/** Entries as GitHub lists them, newest first, from pushes given oldest first with their seconds. */
function record(...pushes: [string, string, number][]): TimedMove[] {
  return pushes.map(([before, after, second]) => ({ before, after, at: at(second) })).toReversed();
}

function rebuild(entries: TimedMove[], stretch: Partial<Stretch>) {
  const rebuilt = rebuildMoves(entries, { from: a, to: c, since: at(0, 500), recorded: [], ended: true, ...stretch });
  if (rebuilt.result !== 'rebuilt') return rebuilt.result;
  return rebuilt.moves.map(({ entry, known }) => `${entry.before[0]}${entry.after[0]}${known ? '!' : ''}`).join(' ');
}

describe('rebuildMoves', () => {
  test('the pushes between two heads, oldest first', () => {
    expect(rebuild(record([zeroSha, a, 0], [a, b, 1], [b, c, 2]), {})).toBe('ab bc');
  });

  test('what came after the listing waits for the next one', () => {
    expect(rebuild(record([a, b, 1], [b, c, 2], [c, d, 3]), {})).toBe('ab bc');
  });

  test('a deletion and a new creation between are part of it', () => {
    expect(rebuild(record([a, b, 1], [b, zeroSha, 2], [zeroSha, c, 3]), {})).toBe('ab b0 0c');
    expect(rebuild(record([zeroSha, a, 1], [a, b, 2]), { from: zeroSha, to: b, since: undefined })).toBe('0a ab');
    expect(rebuild(record([a, b, 1], [b, zeroSha, 2]), { to: zeroSha })).toBe('ab b0');
  });

  test('ids of another length for nothing are nothing', () => {
    expect(rebuild([{ before: '0'.repeat(64), after: c, at: at(1) }], { from: zeroSha })).toBe('0c');
  });

  test.each([
    ['a hole', record([a, b, 1], [d, c, 2])],
    ['no push that led to the head', record([a, b, 1])],
    ['no push that began at our head', record([d, b, 1], [b, c, 2])],
    ['nothing', []],
  ])('%s proves nothing', (_, entries) => {
    expect(rebuild(entries, {})).toBe('unproven');
  });

  test('older entries are asked for until the chain is whole', () => {
    expect(rebuild(record([b, c, 2]), { ended: false })).toBe('more');
    expect(rebuild([], { ended: false })).toBe('more');
    // The chain fits, but the entry before it is not seen yet: the branch may have come by here twice.
    expect(rebuild(record([a, c, 2]), { ended: false })).toBe('more');
    expect(rebuild(record([zeroSha, a, 0], [a, c, 2]), { ended: false, since: at(1, 200) })).toBe('ac');
  });

  test('moved on, forced back and moved on again after we looked: all three', () => {
    const pushes = record([zeroSha, a, 0], [a, b, 2], [b, a, 3], [a, b, 4]);
    expect(rebuild(pushes, { to: b })).toBe('ab ba ab');
    expect(rebuild(pushes, { to: b, since: at(3) })).toBe('ab');
  });

  test('within the second in which we looked, what is not recorded belongs to it', () => {
    const pushes = record([a, b, 1], [b, a, 1], [a, b, 1]);
    expect(rebuild(pushes, { to: b, since: at(1, 800) })).toBe('ab ba ab');
    const recorded = [
      { before: a, after: b, at: at(1) },
      { before: b, after: a, at: at(1) },
    ];
    expect(rebuild(pushes, { to: b, since: at(1), recorded })).toBe('ab');
  });

  test('a recorded push stands for the entry that is nearest in time, and for one only', () => {
    const pushes = record([a, b, 2], [b, a, 20], [a, b, 40]);
    const recorded = [
      { before: a, after: b, at: at(1) },
      { before: b, after: a, at: at(21) },
    ];
    expect(rebuild(pushes, { to: b, since: at(1), recorded })).toBe('ab');
  });

  test('a clock that goes wrong costs no proof: the shortest way counts', () => {
    expect(rebuild(record([a, b, 1], [b, c, 2]), { since: at(50) })).toBe('ab bc');
  });

  test('a push of the chain that is recorded is marked', () => {
    expect(rebuild(record([a, b, 1], [b, c, 2]), { recorded: [{ before: b, after: c, at: at(2) }] })).toBe('ab bc!');
  });
});

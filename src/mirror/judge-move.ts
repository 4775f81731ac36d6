import type { ErrorCode } from '../core/error-catalogue.ts';
import { isZeroSha, zeroSha } from '../changes/ref-change.ts';

/** What is known of a ref before a move is judged. */
export interface RefHistory {
  /** The head in the mirror; the zero id when there is no such ref. */
  head: string;
  /** The head at first sight, while no change has been recorded since; else undefined. */
  baseline: string | undefined;
  /** When the head was last heard of: the push's own time, or the time of the listing. */
  headAt: Date | undefined;
  /** When the mirror's row was written last: what was read before that is out of date. */
  writtenAt?: Date | undefined;
  /** Stretches of history that must have happened but were not announced yet. */
  gaps: { from: string; to: string }[];
  /** How often each pair of heads was recorded as a change, by `pairKey`. */
  pairs: Map<string, number>;
  /** Changes that were read from GitHub rather than announced: they may stand for several pushes. */
  observed: { before: string; after: string; at: Date }[];
  /** Changes that were rebuilt from GitHub's record of pushes: exact, but the webhook of each may still come. */
  rebuilt?: { before: string; after: string; at: Date }[];
}

/**
 * Says that a move was rebuilt from GitHub's record of pushes: it is one push, with its own time and heads. `onward`: of the chain
 * from our head to GitHub's. `gap`: it fills a gap. `known`: it is recorded, and only the head has to follow.
 */
export interface Rebuilt {
  as: 'onward' | 'gap' | 'known';
  /** When the row was written last as it was read for this; undefined when there was none. */
  seenAt: Date | undefined;
}

/** A move of a ref from one head to another, announced by a push or read from GitHub. */
export interface Move {
  before: string;
  after: string;
  /** When GitHub says it happened; without that, when it arrived. */
  at: Date;
  /** True when both heads were read by comparing the mirror with GitHub. */
  observed: boolean;
  /** Set for a move that was rebuilt from GitHub's record. */
  rebuilt?: Rebuilt;
  /** What GitHub says the head is now, when it was asked because of this move. */
  confirmed?: string;
  /** True when this very body was received before: a replay rather than a second push. */
  repeated?: boolean;
}

/** What a move means: news with the history after it, nothing new, nothing new but the head follows, or a question that only GitHub can answer. */
export type Judgement =
  | { result: 'news'; position: number; history: RefHistory }
  | { result: 'ignored'; code: ErrorCode; reason: string }
  | { result: 'followed'; history: RefHistory; reason: string }
  | { result: 'confirm' };

/** The key of a pair of heads. */
export function pairKey(before: string, after: string): string {
  return `${before}..${after}`;
}

/** One spelling for "no such ref", whatever the length of the repository's ids. */
export function normalSha(sha: string | null): string {
  return sha === null || isZeroSha(sha) ? zeroSha : sha;
}

/**
 * Decides whether a move is news (architecture.md: the mirror's compare-and-set; handbook C16, D14, D15). A pair that was
 * never recorded happened for real and counts once, in whatever order it arrives; a pair that was recorded counts again
 * only when the ref stands where the pair begins and GitHub confirms it. Older facts never move the head back.
 */
export function judgeMove(history: RefHistory, move: Move): Judgement {
  if (move.before === move.after) return known('before and after are the same');
  if (move.rebuilt) return judgeRebuilt(history, move, move.rebuilt);
  const seen = history.pairs.get(pairKey(move.before, move.after)) ?? 0;
  if (history.head === move.before) {
    const gap = seen === 0 && !move.observed ? findEarlierGap(history, move) : undefined;
    if (gap) return news(history, move, { fills: gap });
    if (seen === 0 || move.observed) return news(history, move, { head: move.after });
    return judgeRepeat(history, move);
  }
  if (move.observed) return known('the ref moved while it was being compared');
  if (seen > 0) return judgeReturn(history, move);
  return judgeLate(history, move);
}

/** The ref stands again where the pair begins, and yet the pair may be late: it fills a gap that begins here, and is no newer than the head. */
function findEarlierGap(history: RefHistory, move: Move): { from: string; to: string } | undefined {
  const { headAt } = history;
  if (headAt === undefined) return undefined;
  return history.gaps.find(
    ({ from, to }) => from === move.before && (happenedBefore(move.at, headAt) || (to === move.after && move.at <= headAt)),
  );
}

/**
 * The pair was recorded before, and the ref does not stand where it begins. Where it stands at its end since an earlier time, it was
 * taken back meanwhile, and that was not announced: a push of its own, unless its body was received before.
 */
function judgeReturn(history: RefHistory, move: Move): Judgement {
  const twice = 'this pair of heads was recorded before';
  const isLater = history.headAt !== undefined && move.at.getTime() >= Math.floor(history.headAt.getTime() / 1000) * 1000 + 1000;
  if (history.head !== move.after || !isLater || wasRebuilt(history, move)) return known(twice);
  // Somebody who sends an old push anew sends its old body: asking GitHub gives the time to look for it.
  if (move.confirmed === undefined) return { result: 'confirm' };
  return move.repeated === true ? known(twice) : news(history, move, { head: move.after, leaves: true });
}

/** True for a push that was rebuilt from GitHub's record already. */
function wasRebuilt(history: RefHistory, move: Move): boolean {
  const key = pairKey(move.before, move.after);
  return (history.rebuilt ?? []).some((entry) => pairKey(entry.before, entry.after) === key && isSamePush(entry.at, move.at));
}

/** The record of pushes was read for the row as it was: whatever was written since then makes it out of date, and the next comparison looks again. */
function judgeRebuilt(history: RefHistory, move: Move, rebuilt: Rebuilt): Judgement {
  if (rebuilt.seenAt?.getTime() !== history.writtenAt?.getTime()) return known('the ref moved while its history was being read');
  if (rebuilt.as === 'gap') {
    const gap = history.gaps.find((entry) => entry.from === move.before || entry.to === move.after);
    return gap ? news(history, move, { fills: gap }) : known('the gap was filled meanwhile');
  }
  if (rebuilt.as === 'onward') return news(history, move, { head: move.after });
  const headAt = history.headAt !== undefined && history.headAt > move.at ? history.headAt : move.at;
  return { result: 'followed', history: { ...history, head: move.after, headAt }, reason: 'this pair of heads was recorded before' };
}

/** The ref stands where the pair begins, but the pair was recorded before: a real second time, or a replay. */
function judgeRepeat(history: RefHistory, move: Move): Judgement {
  if (move.confirmed === undefined) return { result: 'confirm' };
  const real = move.confirmed === move.after || (move.confirmed !== move.before && move.repeated !== true && !wasRebuilt(history, move));
  if (real) return news(history, move, { head: move.after });
  return { result: 'ignored', code: 'not_confirmed', reason: 'this move was recorded before and GitHub does not show it a second time' };
}

/** The ref does not stand where the pair begins, and the pair is new: it is late, fills a gap, or leaves one. */
function judgeLate(history: RefHistory, move: Move): Judgement {
  const gap = history.gaps.find((entry) => entry.from === move.before || entry.to === move.after);
  if (gap) return news(history, move, { fills: gap });
  const cover = history.observed.find(
    (entry) => entry.before === move.before || entry.after === move.after || happenedBefore(move.at, entry.at),
  );
  if (cover)
    return { result: 'ignored', code: 'covered_by_reconcile', reason: 'a comparison with GitHub had already found where this push led' };
  if (history.baseline === move.after && history.head === move.after) return news(history, move, {});
  if (isZeroSha(move.after)) {
    // Where the mirror has no such ref, GitHub's answer would change nothing.
    if (isZeroSha(history.head)) return news(history, move, { head: move.after, leaves: true });
    if (move.confirmed === undefined) return { result: 'confirm' };
    return news(history, move, isZeroSha(move.confirmed) ? { head: move.after, leaves: true } : {});
  }
  if (history.headAt !== undefined && happenedBefore(move.at, history.headAt)) return news(history, move, {});
  if (isTie(move.at, history.headAt)) {
    if (move.confirmed === undefined) return { result: 'confirm' };
    if (move.confirmed !== move.after) return news(history, move, {});
  }
  return news(history, move, { head: move.after, leaves: true });
}

function news(
  history: RefHistory,
  move: Move,
  effect: { head?: string; fills?: { from: string; to: string }; leaves?: boolean },
): Judgement {
  const key = pairKey(move.before, move.after);
  const position = history.pairs.get(key) ?? 0;
  const gaps = effect.fills ? fillGap(history.gaps, effect.fills, move) : [...history.gaps];
  if (effect.leaves === true && history.head !== move.before) gaps.push({ from: history.head, to: move.before });
  const moved = effect.head !== undefined;
  return {
    result: 'news',
    position,
    history: {
      ...history,
      head: effect.head ?? history.head,
      baseline: undefined,
      headAt: moved && (history.headAt === undefined || move.at > history.headAt) ? move.at : history.headAt,
      gaps,
      pairs: new Map(history.pairs).set(key, position + 1),
      observed: move.observed ? [...history.observed, { before: move.before, after: move.after, at: move.at }] : history.observed,
    },
  };
}

function fillGap(gaps: RefHistory['gaps'], gap: { from: string; to: string }, move: Move): RefHistory['gaps'] {
  const rest = gaps.filter((entry) => entry !== gap);
  if (gap.from !== move.before) rest.push({ from: gap.from, to: move.before });
  else if (gap.to !== move.after) rest.push({ from: move.after, to: gap.to });
  return rest;
}

/** GitHub's push times are whole seconds: within the same second nobody can say what came first. */
function happenedBefore(push: Date, observed: Date): boolean {
  return push.getTime() < Math.floor(observed.getTime() / 1000) * 1000;
}

/** True when the head was read in the very second of the push; a time of whole seconds is a push's own, and then the later arrival counts. */
function isTie(push: Date, headAt: Date | undefined): boolean {
  return headAt !== undefined && headAt.getTime() % 1000 !== 0 && push < headAt;
}

/** A push's own time and its time in GitHub's record may differ a little. */
function isSamePush(one: Date, other: Date): boolean {
  return Math.abs(one.getTime() - other.getTime()) <= 15_000;
}

function known(reason: string): Judgement {
  return { result: 'ignored', code: 'already_known', reason };
}

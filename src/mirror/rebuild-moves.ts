import { normalSha } from './judge-move.ts';

/** A move of one ref with its time: an entry of GitHub's record, or a change that we recorded. */
export interface TimedMove {
  before: string;
  after: string;
  at: Date;
}

/** Which stretch of a ref's history is looked for, and what is known of it. */
export interface Stretch {
  from: string;
  to: string;
  /** When `from` was last heard of as the head: whether the ref came by there several times is told by it. Undefined: the shortest way counts. */
  since: Date | undefined;
  /** Exact changes of this ref that are recorded. */
  recorded: readonly TimedMove[];
  /** True when GitHub has nothing older than the entries. */
  ended: boolean;
}

/** The moves of a stretch, oldest first, each with whether it is recorded; or that older entries are needed; or why nothing is proven. */
export type Rebuilt<Entry> =
  { result: 'rebuilt'; moves: { entry: Entry; known: boolean }[] } | { result: 'more' } | { result: 'unproven'; reason: string };

/** How far apart the times of a push and of its entry in the record may be. Milliseconds. */
const sameMs = 15_000;

/**
 * Rebuilds the pushes between two heads from GitHub's record of one ref, newest entry first (handbook D6). Only a chain without
 * a hole from `from` to `to` counts. Where the ref came by `from` several times, the chain begins at the first time after `since`
 * that is not recorded yet. Pure.
 */
export function rebuildMoves<Entry extends TimedMove>(entries: readonly Entry[], stretch: Stretch): Rebuilt<Entry> {
  const start = entries.findIndex((entry) => normalSha(entry.after) === stretch.to);
  if (start === -1) return older(stretch, `no push in GitHub's record led to ${short(stretch.to)}`);
  const known = matchRecorded(entries, stretch.recorded);
  let cut: number | undefined;
  let expected = stretch.to;
  for (let index = start; index < entries.length; index += 1) {
    const entry = entries[index]!;
    if (normalSha(entry.after) !== expected) {
      return cut === undefined ? unproven(`the record has a hole after ${short(expected)}`) : finish(entries, { start, cut, known });
    }
    // Beyond a way that fits, only what certainly came later than our knowledge belongs to it.
    if (cut !== undefined && (known.has(entry) || isOlder(entry, stretch.since))) return finish(entries, { start, cut, known });
    expected = normalSha(entry.before);
    if (expected === stretch.from) cut = index;
  }
  if (cut === undefined) return older(stretch, `the record does not reach back to ${short(stretch.from)}`);
  const last = entries.at(-1)!;
  const settled = stretch.ended || isOlder(last, stretch.since);
  return settled ? finish(entries, { start, cut, known }) : { result: 'more' };
}

function finish<Entry>(entries: readonly Entry[], chain: { start: number; cut: number; known: ReadonlySet<Entry> }): Rebuilt<Entry> {
  const moves = entries.slice(chain.start, chain.cut + 1).map((entry) => ({ entry, known: chain.known.has(entry) }));
  return { result: 'rebuilt', moves: moves.reverse() };
}

function older<Entry>(stretch: Stretch, reason: string): Rebuilt<Entry> {
  return stretch.ended ? unproven(reason) : { result: 'more' };
}

function unproven<Entry>(reason: string): Rebuilt<Entry> {
  return { result: 'unproven', reason };
}

/** Times of the record are whole seconds: within the second nothing is older. Without a time everything is. */
function isOlder(entry: TimedMove, since: Date | undefined): boolean {
  return since === undefined || entry.at.getTime() < Math.floor(since.getTime() / 1000) * 1000;
}

/** The entries that are recorded: each recorded change stands for the entry with its heads that is nearest in time, and for one only. */
function matchRecorded<Entry extends TimedMove>(entries: readonly Entry[], recorded: readonly TimedMove[]): Set<Entry> {
  const pairs = recorded.flatMap((change) =>
    // Oldest first, so that of entries within the same second the older one counts as recorded.
    entries
      .toReversed()
      .filter((entry) => normalSha(entry.before) === normalSha(change.before) && normalSha(entry.after) === normalSha(change.after))
      .map((entry) => ({ change, entry, distance: Math.abs(entry.at.getTime() - change.at.getTime()) })),
  );
  const matched = new Set<Entry>();
  const used = new Set<TimedMove>();
  for (const { change, entry, distance } of pairs.sort((one, other) => one.distance - other.distance)) {
    if (distance > sameMs || matched.has(entry) || used.has(change)) continue;
    matched.add(entry);
    used.add(change);
  }
  return matched;
}

function short(sha: string): string {
  return sha.slice(0, 7);
}

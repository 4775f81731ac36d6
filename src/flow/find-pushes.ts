import { zeroSha } from '../changes/ref-change.ts';
import { catalogue } from '../core/error-catalogue.ts';
import { ok } from '../core/outcome.ts';
import type { Read } from '../github/ask.ts';
import type { Activity, ActivityEntry } from '../github/read-activity.ts';
import type { RefDifference } from '../mirror/diff-refs.ts';
import { normalSha, type Rebuilt } from '../mirror/judge-move.ts';
import { listBranchStates, readUnseenSince, type BranchState } from '../mirror/ref-states.ts';
import { rebuildMoves, type Rebuilt as RebuiltMoves } from '../mirror/rebuild-moves.ts';
import type { Repository } from '../mirror/repository.ts';
import type { Arrival } from './arrival.ts';
import type { Context } from './context.ts';
import { placeOf } from './place-of.ts';

/** What comparing found of a repository: refs that stand elsewhere, and branches with a stretch that was never announced. */
interface Found {
  differences: RefDifference[];
  gapBranches: string[];
  /** When the listing was begun. */
  at: Date;
}

/** A branch whose history is asked for. */
interface Wanted {
  state: BranchState;
  full: string;
  difference: RefDifference | undefined;
}

/** From here on one look at the record of all branches costs less than one for each. */
const singlyMost = 10;

/** After so many failures in a row the heads have to do: what happened is said late rather than never. */
const patience = 3;

/**
 * Turns what comparing found into arrivals: for a branch each push as GitHub's record has it, in its order (handbook D6); where
 * the record proves no whole chain, and for tags, one arrival from head to head that says so. A failure that may pass is a reason
 * to compare later, a few times.
 */
export async function findPushes(context: Context, repository: Repository, found: Found): Promise<Read<Arrival[]>> {
  const wanted = await listWanted(context, repository, found);
  const chains = new Map<string, Arrival[]>();
  const fills: Arrival[] = [];
  for (const group of groupWanted(wanted)) {
    const activity = await readHistory(context, repository, group);
    if (!activity.ok) {
      if (catalogue[activity.code].retryable && repository.reconcileFailures < patience) return activity;
      context.log.info({ repository: repository.fullName, code: activity.code }, 'GitHub does not tell the pushes between two heads');
      continue;
    }
    for (const branch of group) {
      const chain = rebuildChain(repository, branch, activity.value);
      if (chain) chains.set(branch.state.name, chain);
      fills.push(...rebuildGaps(repository, branch, activity.value));
    }
  }
  const moved = found.differences.flatMap((difference) => {
    const chain = difference.kind === 'branch' ? chains.get(difference.name) : undefined;
    return chain ?? [toLump(repository, difference, found.at)];
  });
  return ok([...fills, ...moved]);
}

async function listWanted(context: Context, repository: Repository, found: Found): Promise<Wanted[]> {
  const moved = new Map(found.differences.filter(({ kind }) => kind === 'branch').map((difference) => [difference.name, difference]));
  const names = [...new Set([...moved.keys(), ...found.gapBranches])];
  const states = await listBranchStates(context.db, repository.id, names);
  // A branch may have been made, deleted and made again since somebody looked last.
  const unseenSince = names.every((name) => states.has(name)) ? undefined : await readUnseenSince(context.db, repository.id);
  return names.flatMap((name) => {
    const difference = moved.get(name);
    const state = states.get(name) ?? { name, head: zeroSha, headAt: unseenSince, writtenAt: undefined, gaps: [], recorded: [] };
    // What moved since it was compared is left to the next comparison.
    if (difference && state.head !== difference.before) return [];
    return [{ state, full: `refs/heads/${name}`, difference }];
  });
}

function groupWanted(wanted: Wanted[]): Wanted[][] {
  if (wanted.length === 0) return [];
  return wanted.length > singlyMost ? [wanted] : wanted.map((branch) => [branch]);
}

function readHistory(context: Context, repository: Repository, group: Wanted[]): Promise<Read<Activity>> {
  const enough = (activity: Activity) => group.every((branch) => stretchesOf(branch, activity).every(({ result }) => result !== 'more'));
  const [only, ...others] = group;
  const ref = only && others.length === 0 ? { ref: only.full } : {};
  return context.reader.as('sweep').readActivity(placeOf(repository), { ...ref, enough });
}

/** What the record says so far about everything that is asked of a branch. */
function stretchesOf(branch: Wanted, activity: Activity): RebuiltMoves<ActivityEntry>[] {
  return [
    ...(branch.difference ? [rebuildDifference(branch, branch.difference, activity)] : []),
    ...branch.state.gaps.map((gap) => rebuildGap(branch, gap, activity)),
  ];
}

function rebuildDifference({ state, full }: Wanted, difference: RefDifference, { entries, ended }: Activity): RebuiltMoves<ActivityEntry> {
  return rebuildMoves(
    entries.filter((entry) => entry.ref === full),
    { from: difference.before, to: normalSha(difference.after), since: state.headAt, recorded: state.recorded, ended },
  );
}

function rebuildGap({ state, full }: Wanted, gap: { from: string; to: string }, { entries, ended }: Activity): RebuiltMoves<ActivityEntry> {
  return rebuildMoves(
    entries.filter((entry) => entry.ref === full),
    { ...gap, since: undefined, recorded: state.recorded, ended },
  );
}

function rebuildChain(repository: Repository, branch: Wanted, activity: Activity): Arrival[] | undefined {
  if (!branch.difference) return undefined;
  const rebuilt = rebuildDifference(branch, branch.difference, activity);
  if (rebuilt.result !== 'rebuilt') return undefined;
  const last = rebuilt.moves.length - 1;
  return rebuilt.moves.map(({ entry, known }, index) =>
    toPush(repository, entry, { branch, as: known ? 'known' : 'onward', superseded: index < last }),
  );
}

/** What happened in a gap is older than what is known of the branch. */
function rebuildGaps(repository: Repository, branch: Wanted, activity: Activity): Arrival[] {
  return branch.state.gaps.flatMap((gap) => {
    const rebuilt = rebuildGap(branch, gap, activity);
    if (rebuilt.result !== 'rebuilt') return [];
    return rebuilt.moves
      .filter(({ known }) => !known)
      .map(({ entry }) => toPush(repository, entry, { branch, as: 'gap', superseded: true }));
  });
}

/** A push as the record has it. */
function toPush(repository: Repository, entry: ActivityEntry, place: { branch: Wanted; as: Rebuilt['as']; superseded: boolean }): Arrival {
  const { name, writtenAt } = place.branch.state;
  return {
    ...toLump(repository, { kind: 'branch', name, before: normalSha(entry.before), after: normalSha(entry.after) }, entry.at),
    observed: false,
    forced: entry.type === 'force_push',
    actor: entry.actor,
    commitsUnknown: true,
    activityType: entry.type,
    rebuilt: { as: place.as, seenAt: writtenAt },
    superseded: place.superseded,
  };
}

/** A move of which only the two heads are known; it may stand for several pushes. */
function toLump(repository: Repository, difference: RefDifference, at: Date): Arrival {
  return {
    repository,
    deliveryId: null,
    origin: 'reconcile',
    kind: difference.kind,
    name: difference.name,
    full: `refs/${difference.kind === 'branch' ? 'heads' : 'tags'}/${difference.name}`,
    before: difference.before,
    after: difference.after,
    at,
    observed: true,
    forced: false,
    actor: null,
    commits: [],
    headCommit: null,
    commitCount: 0,
    truncated: false,
    compareUrl: null,
    event: {},
  };
}

import { repositoryLane, githubIdOfLane } from '../inbox/lane.ts';
import { findInstallation, type Installation } from '../mirror/installation.ts';
import { countPages } from '../mirror/sweep-pages.ts';
import { countWaiting, listWaiting, type Waiting } from '../mirror/swept-repositories.ts';
import { readSweep, recordTurn, type Sweep } from '../mirror/sweeps.ts';
import type { LaneService, Turn } from '../queue/lane-dispatcher.ts';
import type { Context } from './context.ts';
import { largestBatch, listingSpacingMs, planSweep } from './plan-sweep.ts';
import { refuseInstallation } from './refuse.ts';
import { beginSweepListing, readListingPage } from './sweep-listing.ts';
import { readBatch } from './sweep-refs.ts';

/** How long an installation is served before others get their turn; the next tick of the clock goes on where it stopped. Milliseconds. */
const turnMs = 5_000;

/** Up to so many repositories are read one by one, as if each had been asked for: that brings more facts, and a failure is one's own. */
export const fewAtOnce = 3;

/** Serves the sweeps: one at a time for an installation, a few installations at once, so that repositories always find a free hand. */
export function createSweepService(context: Context): LaneService {
  const swept = { ...context, reader: context.reader.as('sweep') };
  return { prefix: 'sweeps', groupSize: 4, maxLanes: 4, serveAlone: (lane, turn) => serveLane(swept, lane, turn) };
}

async function serveLane(context: Context, lane: string, turn: Turn): Promise<void> {
  const githubId = githubIdOfLane(lane, 'inst');
  if (githubId !== undefined) await sweepInstallation(context, githubId, turn);
}

/**
 * One turn of an installation's sweep: pages of its listing and batches of refs, until nothing is due, GitHub has to be left
 * alone, or the time is up. Every step is written down, so whoever comes next goes on there (docs/reconcile.md).
 */
export async function sweepInstallation(context: Context, githubId: string, turn: Pick<Turn, 'closing'>): Promise<void> {
  const installation = await findInstallation(context.db, context.host, githubId);
  if (!installation || refuseInstallation(installation) !== undefined) return;
  const endsAt = context.clock.now().getTime() + turnMs;
  const handed = new Set<string>();
  while (!turn.closing.aborted && context.clock.now().getTime() < endsAt) {
    const sweep = await readSweep(context.db, installation.id);
    if (sweep.resumeAt > context.clock.now()) break;
    if (!(await takeStep(context, installation, { sweep, handed }))) break;
  }
  await recordTurn(context.db, installation.id, context.clock.now());
}

/** Does the next thing; false when there is none for now. */
async function takeStep(context: Context, installation: Installation, state: { sweep: Sweep; handed: Set<string> }): Promise<boolean> {
  const { sweep, handed } = state;
  const now = context.clock.now();
  const canList = sweep.listingRetryAt === null || sweep.listingRetryAt <= now;
  const listing = canList && (sweep.listingStartedAt !== null || (sweep.listingDueAt !== null && sweep.listingDueAt <= now));
  // While GitHub lets nobody in, only the listing is tried: it tells when that is over.
  if (installation.refusal !== null) return listing && (await list(context, installation, sweep));
  const urgent = await listWaiting(context.db, installation.id, { for: 'urgent refs', at: now, limit: largestBatch });
  const open = await listWaiting(context.db, installation.id, { for: 'refs', at: now, limit: largestBatch });
  if (open.length >= largestBatch || (urgent.length > fewAtOnce && !listing)) {
    await readBatch(context, installation, { sweep, githubIds: [...new Set([...urgent, ...open])].slice(0, largestBatch) });
    return true;
  }
  if (urgent.length <= fewAtOnce) await handOver(context, urgent, handed);
  if (listing) return await list(context, installation, sweep);
  return await lookAtDue(context, installation, state);
}

/** Gives repositories to their own lanes, each once in a turn. */
async function handOver(context: Context, githubIds: string[], handed: Set<string>): Promise<void> {
  const fresh = githubIds.filter((githubId) => !handed.has(githubId));
  for (const githubId of fresh) handed.add(githubId);
  await context.queue.send(context.db, 'sync', fresh.map(repositoryLane));
}

async function list(context: Context, installation: Installation, sweep: Sweep): Promise<boolean> {
  const startedAt = sweep.listingStartedAt ?? (await beginSweepListing(context, installation));
  const step = await readListingPage(context, installation, {
    ...sweep,
    listingStartedAt: startedAt,
    listingPage: sweep.listingStartedAt === null ? 0 : sweep.listingPage,
  });
  return step !== 'waits';
}

/** Decides how to look at repositories whose time has come although nothing is known to have happened to them. */
async function lookAtDue(context: Context, installation: Installation, state: { sweep: Sweep; handed: Set<string> }): Promise<boolean> {
  const { sweep } = state;
  const now = context.clock.now();
  const due = (await countWaiting(context.db, installation.id, { for: 'look', at: now, limit: 1 })) > 0;
  if (!due) return false;
  const pages = Math.max(1, await countPages(context.db, installation.id));
  const spacing = listingSpacingMs(pages);
  // Whoever is due soon comes along: a batch costs the same, and a listing clears everybody.
  const ahead = new Date(now.getTime() + (context.reconcileSeconds * 1000) / 2);
  const soon = await countWaiting(context.db, installation.id, {
    for: 'look',
    at: new Date(Math.max(now.getTime() + spacing, ahead.getTime())),
    limit: pages * largestBatch + 1,
  });
  const ended = Math.max(sweep.listingEndedAt?.getTime() ?? 0, sweep.listingRetryAt?.getTime() ?? 0);
  const listingAt = new Date(sweep.listingEndedAt === null ? ended : ended + spacing);
  const plan = planSweep({ soon, pages, listingAt, now });
  if (plan === 'list') return await list(context, installation, sweep);
  // A listing that fails does not keep anybody from being looked at.
  const waiting = plan === 'read' || sweep.listingFailures > 0 ? 'look' : 'own look';
  return await readDue(context, installation, { ...state, waiting, ahead, pages });
}

async function readDue(
  context: Context,
  installation: Installation,
  state: { sweep: Sweep; handed: Set<string>; waiting: Waiting; ahead: Date; pages: number },
): Promise<boolean> {
  const { sweep, handed, waiting, ahead, pages } = state;
  const at = waiting === 'look' ? ahead : context.clock.now();
  const githubIds = await listWaiting(context.db, installation.id, { for: waiting, at, limit: largestBatch });
  if (githubIds.length > fewAtOnce || (pages > 1 && githubIds.length > 0)) {
    await readBatch(context, installation, { sweep, githubIds });
    return true;
  }
  await handOver(context, githubIds, handed);
  return false;
}

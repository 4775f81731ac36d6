import { zeroSha } from '../changes/ref-change.ts';
import { catalogue, type ErrorCode } from '../core/error-catalogue.ts';
import type { RefKind } from '../core/statuses.ts';
import { transaction } from '../db/transaction.ts';
import { repositoryLane } from '../inbox/lane.ts';
import { listWaitingDeliveries } from '../inbox/waiting-deliveries.ts';
import { diffRefs, type ListedRef, type RefDifference } from '../mirror/diff-refs.ts';
import { postponeReconcile, recordReconcile } from '../mirror/reconcile-due.ts';
import { coveredPush, failureDelayMs, nextCompareAt, nextRefsAt, type Pace } from '../mirror/reconcile-pace.ts';
import { insertBaseline, listRefs } from '../mirror/refs.ts';
import { findRepositories, type Repository } from '../mirror/repository.ts';
import { applyChanges, type Arrival } from './apply-changes.ts';
import type { Context } from './context.ts';
import { placeOf, syncConfig } from './sync-config.ts';

/** How a comparison went, for logs and tests. */
export type Reconciled =
  { result: 'baseline' | 'compared'; changes: number } | { result: 'postponed'; reason: string } | { result: 'failed'; code: ErrorCode };

/** A provably complete listing of a repository's refs of these kinds, asked for at `at` (handbook D12, D14). */
export interface RefListing {
  at: Date;
  kinds: RefKind[];
  refs: (ListedRef & { protected: boolean | null })[];
  /** The last push that GitHub knew of by then; absent: what the mirror had been told. */
  pushedAt?: Date | null;
}

/** Why a repository could not be listed; `retryAt` when GitHub said how long to wait. */
export interface ListingFailure {
  code: ErrorCode;
  message: string;
  retryAt?: Date;
}

/** How long reconcile lets waiting deliveries go first: what they say is richer than what a comparison can tell. Milliseconds. */
const yieldMs = 2_000;

/** Puts a comparison off while deliveries of the repository wait; answers whether it did. The first sight waits for nobody. */
export async function yieldToDeliveries(context: Context, repository: Repository): Promise<boolean> {
  if (repository.baselineAt === null) return false;
  if ((await listWaitingDeliveries(context.db, [repositoryLane(repository.githubId)], 1)).length === 0) return false;
  await postponeReconcile(context.db, repository.id, new Date(context.clock.now().getTime() + yieldMs));
  return true;
}

/** The answer of a comparison that waits for deliveries. */
export const postponed: Reconciled = { result: 'postponed', reason: 'deliveries of this repository are waiting' };

/** Which kinds of refs the configuration in force wants compared. */
export function wantedKinds(context: Context, repository: Repository): RefKind[] {
  const words = context.configs.inForce(repository)?.compiled.reconcile.refs ?? ['branches', 'tags'];
  return words.map((word): RefKind => (word === 'branches' ? 'branch' : 'tag'));
}

/**
 * Compares a repository's mirror with a listing and turns differences into the same changes as webhooks do, with origin
 * `reconcile`; writes down how it went and when the next comparison is due. The first one is the baseline and changes nothing.
 */
export async function compareWithListing(context: Context, repository: Repository, listing: RefListing): Promise<Reconciled> {
  if (await yieldToDeliveries(context, repository)) return postponed;
  const now = context.clock.now();
  const baseline = repository.baselineAt === null;
  await context.configs.prepare([repository]);
  const wanted = wantedKinds(context, repository);
  const kinds = listing.kinds.filter((kind) => wanted.includes(kind));
  const seen = { at: listing.at, kinds, refs: listing.refs.filter((ref) => kinds.includes(ref.kind)) };
  const changes = baseline ? await takeBaseline(context, repository, seen) : await applyDifferences(context, repository, seen);
  await recordReconcile(context.db, repository.id, {
    error: null,
    dueAt: nextCompareAt(paceOf(context, repository), now),
    refsDueAt: nextRefsAt(now, baseline),
    pushedAt: coveredPush(listing.pushedAt === undefined ? repository.pushedAt : listing.pushedAt, listing.at),
    baseline,
  });
  return { result: baseline ? 'baseline' : 'compared', changes };
}

/** How fresh a repository wants to be: the shortest of what its configuration and its projects ask for, or none of them. */
export function paceOf(
  context: Context,
  repository: Pick<Repository, 'configIntervalSeconds' | 'reconcileIntervalSeconds' | 'pushedAt'>,
): Pace {
  const own = [repository.configIntervalSeconds, repository.reconcileIntervalSeconds].filter((seconds) => seconds !== null);
  return {
    targetSeconds: context.reconcileSeconds,
    ownSeconds: own.length > 0 ? Math.min(...own) : null,
    pushedAt: repository.pushedAt,
  };
}

async function takeBaseline(context: Context, repository: Repository, listing: RefListing): Promise<number> {
  await transaction(context.db, (trx) =>
    insertBaseline(trx, { repositoryId: repository.id, installationId: repository.installationId }, { at: listing.at, refs: listing.refs }),
  );
  return 0;
}

async function applyDifferences(context: Context, repository: Repository, listing: RefListing): Promise<number> {
  const mirrored = await listRefs(context.db, repository.id);
  const believed: RefDifference[] = [];
  for (const difference of diffRefs(mirrored, listing.refs, listing))
    if (await isReal(context, repository, difference)) believed.push(difference);
  if (believed.length === 0) return 0;
  const current = await withCurrentConfig(context, repository, believed);
  const arrivals = believed.map((difference) => toArrival(current, difference, listing.at));
  const applied = await transaction(context.db, (trx) => applyChanges(context, trx, arrivals));
  const changes = applied.filter((entry) => entry.result === 'change').length;
  context.log.info({ repository: repository.fullName, changes }, 'Reconcile found changes that no webhook had told of');
  return changes;
}

/** Where the default branch has moved, the configuration may have, too: what is found now is matched with the file of now, as a push is. */
async function withCurrentConfig(context: Context, repository: Repository, differences: RefDifference[]): Promise<Repository> {
  const moved = differences.some(({ kind, name, after }) => kind === 'branch' && name === repository.defaultBranch && after !== zeroSha);
  if (moved) await syncConfig(context, repository);
  const current = (await findRepositories(context.db, context.host, [repository.githubId])).get(repository.githubId) ?? repository;
  await context.configs.prepare([current]);
  return current;
}

/** A deletion is only believed when GitHub confirms it for this very ref (handbook D12). */
async function isReal(context: Context, repository: Repository, difference: RefDifference): Promise<boolean> {
  if (difference.after !== zeroSha) return true;
  const found = await context.reader.findRef(placeOf(repository), difference.kind, difference.name);
  return found.ok && found.value === undefined;
}

function toArrival(repository: Repository, difference: RefDifference, at: Date): Arrival {
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

/** Writes down that a repository could not be listed. The wait doubles with every failure, up to a day; GitHub's own wish comes first. */
export async function recordListingFailure(context: Context, repository: Repository, failure: ListingFailure): Promise<Reconciled> {
  const backoffMs = failureDelayMs(repository.reconcileFailures);
  const own = new Date(context.clock.now().getTime() + (catalogue[failure.code].retryable ? backoffMs : Math.max(backoffMs, 3_600_000)));
  const dueAt = failure.retryAt !== undefined && failure.retryAt > own ? failure.retryAt : own;
  await recordReconcile(context.db, repository.id, { error: `${failure.code}: ${failure.message}`, dueAt, baseline: false });
  context.log.warn(
    { repository: repository.fullName, code: failure.code, again: dueAt.toISOString() },
    'A repository could not be compared with GitHub',
  );
  return { result: 'failed', code: failure.code };
}

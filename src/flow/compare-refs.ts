import { catalogue, type ErrorCode } from '../core/error-catalogue.ts';
import { ok } from '../core/outcome.ts';
import type { RefKind } from '../core/statuses.ts';
import { transaction } from '../db/transaction.ts';
import type { Read } from '../github/ask.ts';
import { repositoryLane } from '../inbox/lane.ts';
import { listWaitingDeliveries } from '../inbox/waiting-deliveries.ts';
import { recordCheck, recordNoChange } from '../mirror/check-records.ts';
import { postponeReconcile, recordReconcile } from '../mirror/reconcile-due.ts';
import { coveredPush, failureDelayMs, nextCompareAt, nextRefsAt, type Pace } from '../mirror/reconcile-pace.ts';
import { insertBaseline } from '../mirror/refs.ts';
import type { Repository } from '../mirror/repository.ts';
import { applyDifferences, type Differences, type RefListing } from './apply-differences.ts';
import type { Context } from './context.ts';

/** How a comparison went, for logs and tests. */
export type Reconciled =
  { result: 'baseline' | 'compared'; changes: number } | { result: 'postponed'; reason: string } | { result: 'failed'; code: ErrorCode };

/** Why a repository could not be listed; `retryAt` when GitHub said how long to wait. */
export interface ListingFailure {
  code: ErrorCode;
  message: string;
  retryAt?: Date;
}

/** How long reconcile lets waiting deliveries go first: what they say is richer than what a comparison can tell. Milliseconds. */
const yieldMs = 2_000;

/** Refusals that say only "not yet": whoever asked for the comparison goes on waiting for it. */
const waitCodes: ReadonlySet<ErrorCode> = new Set(['github_rate_limited', 'github_budget_spent']);

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
  const differences = baseline ? await takeBaseline(context, repository, seen) : await applyDifferences(context, repository, seen);
  if (!differences.ok) return await recordListingFailure(context, repository, differences);
  const { changes, found, overtaken } = differences.value;
  const dueAt = nextCompareAt(paceOf(context, repository), now);
  const again = overtaken ? new Date(now.getTime() + yieldMs) : undefined;
  await transaction(context.db, async (trx) => {
    await recordReconcile(trx, repository.id, {
      error: null,
      dueAt: again ?? dueAt,
      refsDueAt: again ?? nextRefsAt(now, baseline),
      pushedAt: coveredPush(listing.pushedAt === undefined ? repository.pushedAt : listing.pushedAt, listing.at),
      baseline,
    });
    if (!baseline && found.length === 0) await recordNoChange(trx, [repository.id], listing.at);
    else await recordCheck(trx, { repository, at: listing.at, result: baseline ? 'initialized' : 'changed', found });
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

async function takeBaseline(context: Context, repository: Repository, listing: RefListing): Promise<Read<Differences>> {
  await transaction(context.db, (trx) =>
    insertBaseline(trx, { repositoryId: repository.id, installationId: repository.installationId }, { at: listing.at, refs: listing.refs }),
  );
  return ok({ changes: 0, found: [], overtaken: false });
}

/** Writes down that a repository could not be listed. The wait doubles with every failure, up to a day; GitHub's own wish comes first. */
export async function recordListingFailure(context: Context, repository: Repository, failure: ListingFailure): Promise<Reconciled> {
  const { code, message } = failure;
  const backoffMs = failureDelayMs(repository.reconcileFailures);
  const own = new Date(context.clock.now().getTime() + (catalogue[code].retryable ? backoffMs : Math.max(backoffMs, 3_600_000)));
  const dueAt = failure.retryAt !== undefined && failure.retryAt > own ? failure.retryAt : own;
  await transaction(context.db, async (trx) => {
    await recordReconcile(trx, repository.id, { error: `${code}: ${message}`, dueAt, baseline: false });
    await recordCheck(trx, { repository, at: context.clock.now(), result: 'error', error: { code, message }, waits: waitCodes.has(code) });
  });
  context.log.warn({ repository: repository.fullName, code, again: dueAt.toISOString() }, 'A repository could not be compared with GitHub');
  return { result: 'failed', code };
}

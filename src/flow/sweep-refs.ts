import { describeError } from '../core/errors.ts';
import type { Read } from '../github/ask.ts';
import type { BatchedRefs, RefsBatch } from '../github/read-refs-batch.ts';
import { transaction } from '../db/transaction.ts';
import { recordNoChange } from '../mirror/check-records.ts';
import { diffRefs, type MirroredRef } from '../mirror/diff-refs.ts';
import type { Installation } from '../mirror/installation.ts';
import { coveredPush, nextCompareAt, nextRefsAt } from '../mirror/reconcile-pace.ts';
import { listRepositoriesWithGaps } from '../mirror/ref-states.ts';
import { listRefsOf } from '../mirror/refs.ts';
import { findRepositories, type Repository } from '../mirror/repository.ts';
import { recordUnchanged, requestConfigs, type UnchangedRefs } from '../mirror/swept-repositories.ts';
import { requestListings, updateSweep, type Sweep } from '../mirror/sweeps.ts';
import { compareWithListing, paceOf, recordListingFailure, wantedKinds, type Reconciled } from './compare-refs.ts';
import type { Context } from './context.ts';
import { largestBatch } from './plan-sweep.ts';
import { reconcileRepository } from './reconcile-repository.ts';
import { stopSweep, stopsSweep } from './stop-sweep.ts';

/** After how many queries in a row that failed for one repository alone the trouble counts as GitHub's own. */
const patience = 3;

/** How long a sweep rests then. Milliseconds, doubled with every further failure. */
const restMs = 60_000;

type Failure = Extract<Read<never>, { ok: false }>;

/**
 * Reads the refs of these repositories in one question and compares them with the mirror. A batch that GitHub cannot answer is
 * halved, down to one repository, whose failure is then its own; what was not read is never taken for gone.
 */
export async function readBatch(context: Context, installation: Installation, batch: { sweep: Sweep; githubIds: string[] }): Promise<void> {
  const rows = [...(await findRepositories(context.db, context.host, batch.githubIds)).values()];
  // An id for GraphQL comes with the listing; who has none yet is read by its name.
  const unnamed = rows.filter((row) => row.nodeId === null);
  const repositories = rows.filter((row) => row.nodeId !== null).slice(0, batch.sweep.batchSize);
  if (repositories.length > 0) {
    const read = await context.reader.readRefsBatch(
      installation.githubId,
      repositories.map((row) => row.nodeId!),
    );
    if (!read.ok) {
      await judgeFailure(context, installation, { ...batch, repositories, failure: read });
      return;
    }
    await grow(context, installation, { sweep: batch.sweep, read: repositories.length });
    await compareBatch(context, installation, { repositories, read: read.value });
  }
  await readAlone(context, installation, unnamed);
}

/** What failed as a whole is tried again smaller; what no size helps against is somebody else's to decide. */
async function judgeFailure(
  context: Context,
  installation: Installation,
  batch: { sweep: Sweep; repositories: Repository[]; failure: Failure },
): Promise<void> {
  const { sweep, repositories, failure } = batch;
  if (stopsSweep(failure)) return await stopSweep(context, installation, failure);
  if (failure.code !== 'github_unavailable') return await readAlone(context, installation, repositories);
  if (repositories.length > 1) {
    const batchSize = Math.max(1, Math.floor(repositories.length / 2));
    context.log.debug({ installation: installation.githubId, batchSize, reason: failure.message }, 'A batch of refs is halved');
    await updateSweep(context.db, installation.id, { batchSize });
    return;
  }
  const batchFailures = sweep.batchFailures + 1;
  for (const repository of repositories) await recordListingFailure(context, repository, failure);
  const rest = batchFailures < patience ? 0 : Math.min(restMs * 2 ** (batchFailures - patience), 60 * restMs);
  const resumeAt = failure.retryAt ?? new Date(context.clock.now().getTime() + rest);
  await updateSweep(context.db, installation.id, { batchFailures, resumeAt });
}

/** One more each time, so that a size that GitHub cannot bear is not tried again at once. */
async function grow(context: Context, installation: Installation, { sweep, read }: { sweep: Sweep; read: number }): Promise<void> {
  const batchSize = read < sweep.batchSize ? sweep.batchSize : Math.min(largestBatch, sweep.batchSize + 1);
  if (batchSize === sweep.batchSize && sweep.batchFailures === 0) return;
  await updateSweep(context.db, installation.id, { batchSize, batchFailures: 0 });
}

async function compareBatch(
  context: Context,
  installation: Installation,
  batch: { repositories: Repository[]; read: RefsBatch },
): Promise<void> {
  const { repositories, read } = batch;
  await context.configs.prepare(repositories);
  const ids = repositories.map(({ id }) => id);
  const mirrored = await listRefsOf(context.db, ids);
  // Where a push got lost before one that arrived, the heads are right and the history is not.
  const withGaps = await listRepositoriesWithGaps(context.db, ids);
  const told = repositories.map((repository) => ({ repository, found: read.repositories.get(repository.nodeId!)! }));
  const unchanged: Repository[] = [];
  const changed: { repository: Repository; found: Extract<BatchedRefs, { result: 'refs' }> }[] = [];
  for (const { repository, found } of told) {
    if (found.result !== 'refs') continue;
    if (
      !withGaps.has(repository.id) &&
      isUnchanged(context, repository, { refs: mirrored.get(repository.id) ?? [], found, at: read.observedAt })
    )
      unchanged.push(repository);
    else changed.push({ repository, found });
  }
  await record(context, unchanged, read);
  for (const { repository, found } of changed) await compareOne(context, repository, { found, at: read.observedAt });
  await forget(context, installation, told);
  await readAlone(
    context,
    installation,
    told.filter(({ found }) => found.result === 'alone').map(({ repository }) => repository),
  );
}

function isUnchanged(
  context: Context,
  repository: Repository,
  seen: { refs: MirroredRef[]; found: Extract<BatchedRefs, { result: 'refs' }>; at: Date },
): boolean {
  if (repository.baselineAt === null) return false;
  const kinds = wantedKinds(context, repository);
  const listed = seen.found.refs.filter((ref) => kinds.includes(ref.kind));
  return diffRefs(seen.refs, listed, { at: seen.at, kinds }).length === 0;
}

async function record(context: Context, repositories: Repository[], read: RefsBatch): Promise<void> {
  const now = context.clock.now();
  const unchanged = repositories.map((repository): UnchangedRefs => {
    const found = read.repositories.get(repository.nodeId!);
    const pushedAt = found?.result === 'refs' ? found.pushedAt : null;
    return {
      id: repository.id,
      dueAt: nextCompareAt(paceOf(context, { ...repository, pushedAt }), now),
      refsDueAt: nextRefsAt(now, false),
      pushedAt: coveredPush(pushedAt, read.observedAt),
    };
  });
  await transaction(context.db, async (trx) => {
    await recordUnchanged(trx, unchanged, read.observedAt);
    await recordNoChange(
      trx,
      unchanged.map(({ id }) => id),
      read.observedAt,
    );
  });
}

async function compareOne(
  context: Context,
  repository: Repository,
  seen: { found: Extract<BatchedRefs, { result: 'refs' }>; at: Date },
): Promise<Reconciled> {
  const refs = seen.found.refs.map((ref) => ({ ...ref, protected: null }));
  const listing = { at: seen.at, kinds: ['branch', 'tag'] as const, refs, pushedAt: seen.found.pushedAt };
  return await guard(context, repository, () => compareWithListing(context, repository, { ...listing, kinds: [...listing.kinds] }));
}

/** Whatever goes wrong with one repository is its own: the others are compared (R082). */
async function guard(context: Context, repository: Repository, compare: () => Promise<Reconciled>): Promise<Reconciled> {
  try {
    const reconciled = await compare();
    if (reconciled.result === 'baseline') await requestConfigs(context.db, [repository.id]);
    return reconciled;
  } catch (error) {
    context.log.error({ repository: repository.fullName, error: describeError(error) }, 'Comparing a repository failed unexpectedly');
    return await recordListingFailure(context, repository, { code: 'internal_error', message: describeError(error) });
  }
}

/** Nothing for an id means gone or no access, which only the listing can tell (handbook B17). */
async function forget(context: Context, installation: Installation, told: { repository: Repository; found: BatchedRefs }[]): Promise<void> {
  let missing = 0;
  for (const { repository, found } of told) {
    if (found.result !== 'missing') continue;
    missing += 1;
    await recordListingFailure(context, repository, { code: 'github_not_found', message: found.message });
  }
  if (missing > 0) await requestListings(context.db, { host: context.host, githubIds: [installation.githubId] }, context.clock.now());
}

/** Reads repositories one after the other by REST: those with more refs than a batch carries, or when GraphQL refuses. */
async function readAlone(context: Context, installation: Installation, repositories: Repository[]): Promise<void> {
  for (const repository of repositories) {
    const reconciled = await guard(context, repository, () => reconcileRepository(context, repository));
    if (reconciled.result === 'failed' && stopsSweep(reconciled)) {
      await stopSweep(context, installation, { ...reconciled, message: 'a repository could not be read' });
      return;
    }
  }
}

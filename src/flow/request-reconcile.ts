import type { ErrorCode } from '../core/error-catalogue.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { Db } from '../db/connect.ts';
import { transaction } from '../db/transaction.ts';
import { installationLane, repositoryLane } from '../inbox/lane.ts';
import { recordRequests } from '../mirror/check-records.ts';
import { findRepositoryById } from '../mirror/find-repository.ts';
import { lockInstallation } from '../mirror/installation.ts';
import { cancelJob, endLostItems, findJobStatus, insertJob } from '../mirror/jobs.ts';
import { requestReconcile as makeDue, type ReconcileTarget } from '../mirror/reconcile-due.ts';
import { cancelBulkRuns } from '../runs/bulk-jobs.ts';
import type { Context } from './context.ts';
import { refuseInstallation, refuseRepository } from './refuse.ts';

/** What a person wants compared, in words for the job. */
interface ReconcileRequest extends ReconcileTarget {
  /** A repository's full name, an account, or `all`. */
  name: string;
  requestedBy: string;
}

/**
 * Makes one repository, those of an installation, or all due for reconcile now, as a job that counts up as they are compared.
 * Repositories that are named are asked for at once; all others are the sweepers'.
 */
export async function requestReconcile(
  context: Context,
  request: ReconcileRequest,
): Promise<Outcome<{ jobId: string; requested: number }, ErrorCode>> {
  const { repositoryId, repositoryIds: some, installationId, name, requestedBy } = request;
  return await transaction(context.db, async (trx) => {
    const at = context.clock.now();
    const due = await makeDue(trx, request);
    const obstacle = due.length > 0 ? undefined : await findObstacle(context, trx, request);
    if (obstacle !== undefined) return failed('conflict', `${name} cannot be compared: ${obstacle}.`);
    const repositoryIds = due.map(({ id }) => id);
    const jobId = await insertJob(trx, {
      kind: 'reconcile',
      target: name,
      installationId: installationId ?? null,
      requestedBy,
      repositoryIds,
      at,
    });
    await recordRequests(trx, { jobId, requestedBy, repositoryIds, at });
    if (repositoryId !== undefined || some !== undefined)
      await context.queue.send(
        trx,
        'sync',
        due.map(({ githubId }) => repositoryLane(githubId)),
      );
    return ok({ jobId, requested: due.length });
  });
}

/** Why nothing of what a person named can be compared. Where GitHub let nobody in, it is asked again at once: perhaps it does by now. */
async function findObstacle(context: Context, trx: Db, { repositoryId, installationId }: ReconcileTarget): Promise<string | undefined> {
  const repository = repositoryId === undefined ? undefined : await findRepositoryById(trx, repositoryId);
  const installation = installationId === undefined ? undefined : await lockInstallation(trx, installationId);
  const refusal = repository ? refuseRepository(repository) : installation && refuseInstallation(installation);
  if (refusal) return refusal.reason;
  if (repository?.blocked === true || (installation?.refusal ?? null) !== null) {
    await context.queue.send(trx, 'sync', [installationLane(repository?.installationGithubId ?? installation!.githubId)]);
    return 'an IP allow list of its organisation keeps RepoWatch out. GitHub is being asked again; see the status of the installation';
  }
  return repository && (repository.disabled ? 'GitHub has disabled it' : 'it was removed');
}

/** Takes a job back: what is not compared yet stays due, but nobody waits for it. `not_found`, or `conflict` when it is over. */
export async function cancelReconcile(context: Context, id: string): Promise<Outcome<{ id: string }, ErrorCode>> {
  return await transaction(context.db, async (trx) => {
    if (await cancelJob(trx, id)) {
      await cancelBulkRuns(trx, id);
      return ok({ id });
    }
    const status = await findJobStatus(trx, id);
    if (status === undefined) return failed('not_found', `There is no job ${id}.`);
    return failed('conflict', `Job ${id} is ${status} already; only one that is queued or running can be cancelled.`);
  });
}

/** Ends what jobs wait for in vain: repositories that were removed or lost their installation meanwhile. */
export async function tendJobs(context: Context): Promise<void> {
  const ended = await endLostItems(context.db, context.clock.now());
  if (ended > 0) context.log.info({ ended }, 'Jobs go on without repositories that cannot be compared any more');
}

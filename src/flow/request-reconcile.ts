import type { ErrorCode } from '../core/error-catalogue.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { transaction } from '../db/transaction.ts';
import { repositoryLane } from '../inbox/lane.ts';
import { recordRequests } from '../mirror/check-records.ts';
import { cancelJob, endLostItems, findJobStatus, insertJob } from '../mirror/jobs.ts';
import { requestReconcile as makeDue, type ReconcileTarget } from '../mirror/reconcile-due.ts';
import type { Context } from './context.ts';

/** What a person wants compared, in words for the job. */
interface ReconcileRequest extends ReconcileTarget {
  /** A repository's full name, an account, or `all`. */
  name: string;
  requestedBy: string;
}

/**
 * Makes one repository, those of an installation, or all due for reconcile now, as a job that counts up as they are compared.
 * A repository that is named is asked for at once; several are the sweepers'.
 */
export async function requestReconcile(
  context: Context,
  request: ReconcileRequest,
): Promise<Outcome<{ jobId: string; requested: number }, ErrorCode>> {
  const { repositoryId, installationId, name, requestedBy } = request;
  return await transaction(context.db, async (trx) => {
    const at = context.clock.now();
    const due = await makeDue(trx, request);
    if (repositoryId !== undefined && due.length === 0) {
      return failed(
        'conflict',
        'This repository cannot be compared: it was removed, switched off, or its installation is suspended or gone.',
      );
    }
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
    if (repositoryId !== undefined)
      await context.queue.send(
        trx,
        'sync',
        due.map(({ githubId }) => repositoryLane(githubId)),
      );
    return ok({ jobId, requested: due.length });
  });
}

/** Takes a job back: what is not compared yet stays due, but nobody waits for it. `not_found`, or `conflict` when it is over. */
export async function cancelReconcile(context: Context, id: string): Promise<Outcome<{ id: string }, ErrorCode>> {
  return await transaction(context.db, async (trx) => {
    if (await cancelJob(trx, id)) return ok({ id });
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

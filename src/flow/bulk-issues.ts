import type { ErrorCode } from '../core/error-catalogue.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { transaction } from '../db/transaction.ts';
import { findRepositoryById } from '../mirror/find-repository.ts';
import { endIssue, insertIssueJob, listDueIssueJobs, putOffIssue, takeNextIssue, type TakenIssue } from '../mirror/issue-jobs.ts';
import type { Turn } from '../queue/lane-dispatcher.ts';
import { postponedCodes } from '../runs/postponed.ts';
import { tryDeed } from './act-on-github.ts';
import type { Context } from './context.ts';
import { refuseRepository } from './refuse.ts';
import { retryLaterAt } from './retry-later.ts';

/** Many issues that somebody wants opened in a repository. */
export interface BulkIssuesWish {
  /** Our id of the repository. */
  repositoryId: string;
  issues: readonly unknown[];
  onExisting: string;
  requestedBy: string;
  /** The login of the person whom they are posted for. */
  postedFor: string | undefined;
}

/** The lanes of the queue `bulk` that are jobs over issues. */
export const issueLanePrefix = 'issues:';

/** How often one issue is tried that fails for a reason that may pass. */
const maxTries = 8;

/** Takes many issues in as a job: they are opened one by one, as fast as GitHub takes them (handbook E2), also after a restart. */
export async function requestBulkIssues(
  context: Context,
  wish: BulkIssuesWish,
): Promise<Outcome<{ jobId: string; requested: number }, ErrorCode>> {
  const repository = await findRepositoryById(context.db, wish.repositoryId);
  if (!repository) return failed('not_found', 'There is no such repository. Look at the list for what there is.');
  const refusal = refuseRepository(repository);
  if (refusal) return failed('conflict', `Nothing can be written in ${repository.fullName}: ${refusal.reason}.`);
  const { installationId, fullName: target } = repository;
  const jobId = await transaction(context.db, async (trx) => {
    const id = await insertIssueJob(trx, { ...wish, installationId, target });
    await context.queue.send(trx, 'bulk', [issueLanePrefix + id]);
    return id;
  });
  return ok({ jobId, requested: wish.issues.length });
}

/** Opens the issues of a job in order, until none is due. */
export async function serveIssueJob(context: Context, lane: string, turn: Turn): Promise<void> {
  const jobId = lane.slice(issueLanePrefix.length);
  while (!turn.closing.aborted) {
    const next = await takeNextIssue(context.db, jobId);
    if (!next || !(await openOne(context, { jobId, next, signal: turn.signal }))) return;
  }
}

/** True when the next one can follow at once. */
async function openOne(context: Context, work: { jobId: string; next: TakenIssue; signal: AbortSignal }): Promise<boolean> {
  const { jobId, next, signal } = work;
  const { position, tries } = next;
  const repository = await findRepositoryById(context.db, next.repositoryId);
  const refusal = repository && refuseRepository(repository);
  if (!repository || refusal) {
    const message = refusal?.reason ?? 'the repository is gone';
    await endIssue(context.db, { jobId, position, error: { code: refusal?.code ?? 'not_found', message } });
    return true;
  }
  const outcome = await tryDeed(context, {
    deed: {
      repositoryId: repository.id,
      kind: 'github/issues',
      input: { issues: [next.item], on_existing: next.onExisting },
      postedFor: next.postedFor ?? undefined,
    },
    repository,
    attempt: tries,
    key: `job_${jobId}_${position}`,
    signal,
  });
  if (outcome.result === 'succeeded') {
    const [made] = outcome.outputs['issues'] as { number: number }[];
    await endIssue(context.db, { jobId, position, number: made?.number });
    return true;
  }
  const { code, message, retryable, retryAfterSeconds } = outcome;
  const postponed = postponedCodes.includes(code) || signal.aborted;
  if (!retryable || (!postponed && tries >= maxTries)) {
    await endIssue(context.db, { jobId, position, error: { code, message } });
    return true;
  }
  const now = context.clock.now();
  const asked = retryAfterSeconds === undefined ? undefined : new Date(now.getTime() + retryAfterSeconds * 1000);
  const at = signal.aborted ? now : postponed && asked ? asked : retryLaterAt(now, tries, asked);
  await putOffIssue(context.db, { jobId, position, at, counts: !postponed });
  return false;
}

/** Sends tickets for jobs of which an issue is due: after a pause, a crash, or when a ticket was lost. */
export async function wakeIssueJobs(context: Context): Promise<void> {
  const ids = await listDueIssueJobs(context.db);
  await context.queue.send(
    context.db,
    'bulk',
    ids.map((id) => issueLanePrefix + id),
  );
}

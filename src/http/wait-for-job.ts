import { setTimeout as pause } from 'node:timers/promises';
import { isErrorCode } from '../core/error-catalogue.ts';
import { RepoWatchError } from '../core/errors.ts';
import type { Db } from '../db/connect.ts';
import { found } from './problem.ts';
import { findJob } from './read/jobs.ts';
import { queryRows } from './read/rows.ts';
import type { Job } from './schemas/job.ts';

interface Obstacle {
  code: string;
  message: string;
  /** When it is tried again. */
  again?: Date;
}

/** How often it is looked whether a job is over. Milliseconds. */
const lookMs = 100;

/**
 * The job as it stands once it is over, the time is up, or nobody listens any more. A comparison that GitHub did not let happen is thrown
 * with its own code, such as `github_unavailable`; it is tried again all the same.
 */
export async function waitForJob(db: Db, id: string, until: { seconds: number; isGone: () => boolean }): Promise<Job> {
  const deadline = Date.now() + until.seconds * 1000;
  for (;;) {
    const job = found(await findJob(db, id), `job ${id}`);
    const failure: Obstacle | undefined = job.errors[0] ?? (job.finished_at === null ? await findObstacle(db, id) : undefined);
    if (failure && isErrorCode(failure.code)) {
      const { code, message } = failure;
      throw new RepoWatchError(code, `${message} The request stands as job ${id}.`, { details: { retryAt: failure.again } });
    }
    if (job.finished_at !== null || Date.now() >= deadline || until.isGone()) return job;
    await pause(lookMs);
  }
}

/** Why a repository of the job could not be compared since it was asked for, and when it will be tried again. */
async function findObstacle(db: Db, id: string): Promise<Obstacle | undefined> {
  const [row] = await queryRows<Obstacle>(
    db,
    `select c.code, c.error as message, r.reconcile_due_at as again from jobs j
     join job_items i on i.job_id = j.id and i.status = 'open' join repositories r on r.id = i.repository_id
     join check_records c on c.repository_id = i.repository_id and c.result = 'error' and c.checked_at >= j.created_at
     where j.id = :id order by c.id desc limit 1`,
    { id },
  );
  return row;
}

import type { Db } from '../db/connect.ts';

/** A run that goes on, and the lane whose turn it is. */
export interface Redriven {
  lane: string;
}

/**
 * Lets a dead run go on: the step that ended it, and those after it that failed or were passed over, are open again with all of
 * their schedule; what is done stays done. It keeps its place in the lane. Undefined when there is no such dead run.
 */
export async function redriveRun(trx: Db, wish: { id: string; jobId: string | null }): Promise<Redriven | undefined> {
  const { rows } = await trx.raw<{ rows: Redriven[] }>(
    `with again as (
       update runs set status = 'queued', code = null, message = null, finished_at = null, due_at = now(), blocks = false,
         redrives = redrives + 1, redriven_at = now(), job_id = coalesce(?, job_id)
       where id = ? and status = 'dead' returning id, lane
     ), first as (
       select s.run_id, min(s.position) as position from steps s join again on again.id = s.run_id where s.status = 'dead' group by s.run_id
     ), reopened as (
       update steps s set status = 'waiting', code = null, message = null, finished_at = null, attempts_before = s.attempts
       from first where s.run_id = first.run_id and s.position >= first.position and s.status in ('dead', 'failed')
     ), forgotten as (
       delete from steps s using first where s.run_id = first.run_id and s.position > first.position and s.status = 'skipped'
     )
     select lane from again`,
    [wish.jobId, wish.id],
  );
  return rows[0];
}

/** The dead run that holds up a lane of a strict order. */
export interface BlockingRun {
  id: string;
  repositoryId: string;
}

/** Locks the dead run that holds up a lane, the first of them; undefined when none does. */
export async function lockBlockingRun(trx: Db, lane: string): Promise<BlockingRun | undefined> {
  const { rows } = await trx.raw<{ rows: BlockingRun[] }>(
    `select id, repository_id as "repositoryId" from runs where lane = ? and blocks order by seq limit 1 for update`,
    [lane],
  );
  return rows[0];
}

/** Lets a lane go on without the dead run that held it up; the run stays dead. */
export async function skipBlockingRun(trx: Db, id: string): Promise<void> {
  await trx.raw('update runs set blocks = false where id = ?', [id]);
}

/** True when anything was ever in this lane. */
export async function laneExists(db: Db, lane: string): Promise<boolean> {
  const { rows } = await db.raw<{ rows: unknown[] }>('select 1 from lanes where key = ?', [lane]);
  return rows.length > 0;
}

import type { RunStatus } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';

/** Ends a run that is not over: what has not begun never will, and what is under way is told to stop. Answers its lane; undefined when there is no such open run. */
export async function cancelRun(trx: Db, id: string, message: string): Promise<string | undefined> {
  const { rows } = await trx.raw<{ rows: { lane: string }[] }>(
    `with ended as (
       update runs set status = 'cancelled', code = 'cancelled', message = ?, finished_at = now()
       where id = ? and status in ('queued', 'running', 'waiting') returning id, lane
     ), steps_ended as (
       update steps s set status = 'cancelled', code = 'cancelled', finished_at = now()
       from ended where s.run_id = ended.id and s.status in ('running', 'waiting')
     )
     select lane from ended`,
    [message, id],
  );
  return rows[0]?.lane;
}

/** Lists which of these runs were cancelled: whoever works on one stops. */
export async function listCancelledRuns(db: Db, ids: string[]): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(`select id from runs where id = any(?::bigint[]) and status = 'cancelled'`, [
    ids,
  ]);
  return rows.map((row) => row.id);
}

/**
 * True when a run that was just begun is still open. Waits for whoever is about to let a newer one take its place, so that
 * of the two one goes.
 */
export async function confirmRun(db: Db, id: string): Promise<boolean> {
  const { rows } = await db.raw<{ rows: { status: RunStatus }[] }>('select status from runs where id = ? for share', [id]);
  return rows[0] !== undefined && rows[0].status !== 'cancelled';
}

/** A run's status, or undefined when there is no such run. */
export async function findRunStatus(db: Db, id: string): Promise<RunStatus | undefined> {
  const { rows } = await db.raw<{ rows: { status: RunStatus }[] }>('select status from runs where id = ?', [id]);
  return rows[0]?.status;
}

/** The changes that a run has gathered, oldest first; only its own when it gathers none. */
export async function listRunChanges(db: Db, runId: string): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { change_id: string }[] }>(
    'select change_id from run_changes where run_id = ? order by change_id',
    [runId],
  );
  return rows.map((row) => row.change_id);
}

import type { Db } from '../db/connect.ts';

/** A job that wraps everything with one key; the key's id is its target. */
export interface KeyJob {
  id: string;
  keyId: string;
}

/** Inserts a job over so many rows and answers its id; without any it is done at once. */
export async function insertKeyJob(trx: Db, job: { keyId: string; total: number; requestedBy: string }): Promise<string> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `insert into jobs (kind, status, target, requested_by, total, started_at, finished_at)
     select 'rotate_key', case when n.total = 0 then 'done' else 'queued' end, :keyId, :requestedBy, n.total, now(), case when n.total = 0 then now() end
     from (select cast(:total as integer) as total) n returning id`,
    job,
  );
  return rows[0]!.id;
}

/** Jobs of this kind that are not over, the oldest first. */
export async function listOpenKeyJobs(db: Db): Promise<KeyJob[]> {
  const { rows } = await db.raw<{ rows: KeyJob[] }>(
    `select j.id, j.target as "keyId" from jobs j where j.kind = 'rotate_key' and j.status in ('queued', 'running') order by j.id limit 10`,
  );
  return rows;
}

/** Counts rows that were wrapped, in the transaction that wraps them. */
export async function countKeyJob(trx: Db, id: string, done: number): Promise<void> {
  await trx.raw(`update jobs set done = done + ?, status = 'running' where id = ? and status in ('queued', 'running')`, [done, id]);
}

/** Ends a job: rows that came or went meanwhile are no part of its total any more, so that its progress is whole. */
export async function endKeyJob(
  db: Db,
  end: { id: string; failed: number; error: { code: string; message: string } | undefined },
): Promise<void> {
  const errors = end.error === undefined ? [] : [{ repository: '', ...end.error }];
  await db.raw(
    `update jobs set failed = :failed, total = done + :failed, status = :status, errors = cast(:errors as jsonb), finished_at = now()
     where id = :id and status in ('queued', 'running')`,
    { id: end.id, failed: end.failed, status: end.error === undefined ? 'done' : 'failed', errors: JSON.stringify(errors) },
  );
}

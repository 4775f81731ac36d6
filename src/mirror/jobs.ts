import type { JobKind, JobStatus } from '../core/statuses.ts';
import { toStorableJson } from '../core/storable.ts';
import type { Db } from '../db/connect.ts';
import { comparable } from './reconcile-due.ts';

/** A job before it has a row: what somebody asked for, for which repositories. */
interface NewJob {
  kind: JobKind;
  /** For people: a repository's name, an account, or `all`. */
  target: string;
  /** The one installation it is about; null when it is about several. */
  installationId: string | null;
  requestedBy: string;
  repositoryIds: string[];
  at: Date;
}

/** How a repository of a job came out. */
interface ItemEnd {
  status: 'done' | 'failed';
  note: string | null;
  changes: number;
  /** Kept in the job's list of errors, which has the first twenty. */
  error: { repository: string; code: string; message: string } | null;
  /** When the look at GitHub began: who asked later has to wait for the next one. */
  startedAt: Date;
}

/** Inserts a job with an item for each of its repositories and answers its id. Without any it is done at once. */
export async function insertJob(trx: Db, job: NewJob): Promise<string> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `insert into jobs (kind, status, target, installation_id, requested_by, total, created_at, started_at, finished_at)
     select ?, case when n.total = 0 then 'done' else 'queued' end, ?, ?, ?, n.total, ?,
       case when n.total = 0 then now() end, case when n.total = 0 then now() end
     from (select ?::int as total) n returning id`,
    [job.kind, job.target, job.installationId, job.requestedBy, job.at, job.repositoryIds.length],
  );
  const id = rows[0]!.id;
  await trx.raw(
    `insert into job_items (job_id, repository_id, installation_id, created_at)
     select ?, r.id, r.installation_id, ? from repositories r where r.id = any(?::bigint[]) order by r.id`,
    [id, job.at, job.repositoryIds],
  );
  return id;
}

/**
 * The part of a statement that ends the open items of repositories and counts them in their jobs. It needs `:ids`, `:startedAt`,
 * `:itemStatus`, `:note`, `:changes` and `:error`, and gives `asked` (repository_id, job_id, requested_by). Jobs are locked in
 * the order of their ids, so that two of these never wait for each other.
 */
export const endItemsSql = `ended as (
    update job_items i set status = :itemStatus, note = :note, finished_at = now()
    where i.repository_id = any(:ids::bigint[]) and i.status = 'open' and i.created_at <= :startedAt returning i.job_id, i.repository_id
  ), counted as (
    select e.job_id, count(*)::int as n, max(e.repository_id) as last from ended e group by e.job_id
  ), locked as (
    select j.id from jobs j where j.id in (select c.job_id from counted c) order by j.id for update
  ), told as (
    update jobs j set
      done = j.done + case when :itemStatus = 'done' then c.n else 0 end,
      failed = j.failed + case when :itemStatus = 'failed' then c.n else 0 end,
      changes = j.changes + :changes,
      errors = case when :error::jsonb is null or jsonb_array_length(j.errors) >= 20 then j.errors else j.errors || :error::jsonb end,
      last_repository = (select r.full_name from repositories r where r.id = c.last),
      started_at = coalesce(j.started_at, now()),
      finished_at = case when j.done + j.failed + c.n >= j.total then now() end,
      status = case when j.done + j.failed + c.n < j.total then 'running'
        when j.failed > 0 or :itemStatus = 'failed' then 'failed' else 'done' end
    from counted c where c.job_id = j.id and j.id in (select l.id from locked l) returning j.id, j.requested_by
  ), asked as (
    select distinct on (e.repository_id) e.repository_id, t.id as job_id, t.requested_by
    from ended e join told t on t.id = e.job_id order by e.repository_id, t.id desc
  ), again as (
    update repositories r set reconcile_due_at = now(), refs_due_at = now()
    where r.id in (select o.repository_id from job_items o
      where o.repository_id = any(:ids::bigint[]) and o.status = 'open' and o.created_at > :startedAt) returning r.id
  )`;

/** The values that `endItemsSql` needs. */
export function endItemsBindings(repositoryIds: string[], end: ItemEnd): Record<string, unknown> {
  return {
    ids: repositoryIds,
    startedAt: end.startedAt,
    itemStatus: end.status,
    note: end.note,
    changes: end.changes,
    error: end.error === null ? null : toStorableJson([end.error]),
  };
}

/** Ends what jobs wait for of repositories that cannot be compared any more: removed, switched off, archived meanwhile, or without an installation. */
export async function endLostItems(db: Db, at: Date): Promise<number> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `select distinct r.id from job_items o join repositories r on r.id = o.repository_id join installations i on i.id = r.installation_id
     where o.status = 'open' and (not (${comparable}) or (r.archived and o.created_at < now() - interval '1 minute')) limit 10000`,
  );
  if (rows.length === 0) return 0;
  const bindings = endItemsBindings(
    rows.map((row) => row.id),
    {
      status: 'done',
      note: 'it cannot be compared any more: removed, switched off, archived, or without access',
      changes: 0,
      error: null,
      startedAt: at,
    },
  );
  await db.raw(`with ${endItemsSql} select count(*) from told`, bindings as Record<string, string>);
  return rows.length;
}

/** Cancels a job that is not over; its repositories stay due. Answers whether there was one to cancel. */
export async function cancelJob(trx: Db, id: string): Promise<boolean> {
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `update jobs set status = 'cancelled', finished_at = now() where id = ? and status in ('queued', 'running')`,
    [id],
  );
  if (rowCount === 0) return false;
  await trx.raw(`update job_items set status = 'cancelled', finished_at = now() where job_id = ? and status = 'open'`, [id]);
  return true;
}

/** A job's status; undefined when there is no such job. */
export async function findJobStatus(db: Db, id: string): Promise<JobStatus | undefined> {
  const { rows } = await db.raw<{ rows: { status: JobStatus }[] }>('select status from jobs where id = ?', [id]);
  return rows[0]?.status;
}

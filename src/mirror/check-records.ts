import type { RefKind } from '../core/statuses.ts';
import { toStorableJson } from '../core/storable.ts';
import type { Db } from '../db/connect.ts';
import { endItemsBindings, endItemsSql } from './jobs.ts';

/** A ref that a check found moved, with the commit it points at now as far as that is known. */
export interface FoundRef {
  kind: RefKind;
  name: string;
  before: string | null;
  /** Null when the ref is gone. */
  sha: string | null;
  message: string | null;
  author: string | null;
  /** The commit's own time, chosen by its author. */
  committedAt: string | null;
  changes: number;
}

/** What a check of one repository came to. */
interface CheckOutcome {
  repository: { id: string; fullName: string };
  /** When the look at GitHub began. */
  at: Date;
  result: 'changed' | 'initialized' | 'error';
  /** For `changed`: one record each. */
  found?: FoundRef[];
  error?: { code: string; message: string };
  /** True when the check could not be made yet (a limit): whoever asked for it goes on waiting. */
  waits?: boolean;
}

/** Every bulk record says which head it looked at: that of the default branch, as the mirror has it. */
const mainRefSql = `left join refs f on f.repository_id = r.id and f.kind = 'branch' and f.name = r.default_branch`;

/**
 * Writes down what a check found, and tells the jobs that waited for it. A check that finds nothing goes to `recordNoChange`.
 * Belongs into the transaction that plans the next one.
 */
export async function recordCheck(trx: Db, check: CheckOutcome): Promise<void> {
  const refs = check.found?.length ? check.found : [null];
  const error = check.error ?? null;
  const bindings = {
    ...endItemsBindings(check.waits === true ? [] : [check.repository.id], {
      status: error === null ? 'done' : 'failed',
      note: error?.code ?? null,
      changes: check.found?.reduce((sum, ref) => sum + ref.changes, 0) ?? 0,
      error: error && { repository: check.repository.fullName, ...error },
      startedAt: check.at,
    }),
    repository: check.repository.id,
    result: check.result,
    refs: toStorableJson(refs.map((ref) => ref ?? {})),
    code: error?.code ?? null,
    text: error?.message.slice(0, 2_000) ?? null,
    at: check.at,
  };
  await trx.raw(
    `with ${endItemsSql}
     insert into check_records (repository_id, installation_id, result, trigger, requested_by, job_id, ref_kind, ref_name, before, sha,
       message, author, committed_at, changes, code, error, first_checked_at, checked_at)
     select r.id, r.installation_id, :result, case when a.job_id is null then 'schedule' else 'manual' end, a.requested_by, a.job_id,
       coalesce(item.kind, f.kind), coalesce(item.name, f.name), item.before, case when item.kind is null then f.sha else item.sha end,
       left(item.message, 2000), item.author, item."committedAt", coalesce(item.changes, 0), :code, :text, :at, :at
     from json_to_recordset(:refs::json) as item (kind text, name text, before text, sha text, message text, author text,
       "committedAt" timestamptz, changes int)
     join repositories r on r.id = :repository ${mainRefSql}
     left join asked a on a.repository_id = r.id`,
    bindings as unknown as Record<string, string>,
  );
}

/**
 * Writes down for many repositories at once that a check found nothing, in one statement, and tells the jobs that waited for it.
 * Consecutive ones collapse: the record's time moves on and its count goes up. `at` is when the look at GitHub began.
 */
export async function recordNoChange(db: Db, repositoryIds: string[], at: Date): Promise<void> {
  if (repositoryIds.length === 0) return;
  const ended = endItemsBindings(repositoryIds, { status: 'done', note: null, changes: 0, error: null, startedAt: at });
  await db.raw(
    `with ${endItemsSql}, wanted as (
       select r.id, r.installation_id, a.job_id, a.requested_by, f.kind, f.name, f.sha,
         case when l.result = 'no_change' and l.trigger = 'schedule' and a.job_id is null and l.sha is not distinct from f.sha then l.id end as same
       from repositories r ${mainRefSql} left join asked a on a.repository_id = r.id
       left join lateral (
         select c.id, c.result, c.trigger, c.sha from check_records c where c.repository_id = r.id order by c.id desc limit 1
       ) l on true
       where r.id = any(:ids::bigint[])
     ), moved as (
       update check_records c set checked_at = greatest(c.checked_at, :at), times = c.times + 1 from wanted w where c.id = w.same returning c.id
     )
     insert into check_records (repository_id, installation_id, result, trigger, requested_by, job_id, ref_kind, ref_name, sha,
       first_checked_at, checked_at)
     select w.id, w.installation_id, 'no_change', case when w.job_id is null then 'schedule' else 'manual' end, w.requested_by, w.job_id,
       w.kind, w.name, w.sha, :at, :at
     from wanted w where w.same is null order by w.id`,
    { ...ended, at } as unknown as Record<string, string>,
  );
}

/** Writes down that a person asked for a check of these repositories. */
export async function recordRequests(
  trx: Db,
  request: { jobId: string; requestedBy: string; repositoryIds: string[]; at: Date },
): Promise<void> {
  await trx.raw(
    `insert into check_records (repository_id, installation_id, result, trigger, requested_by, job_id, ref_kind, ref_name, sha,
       first_checked_at, checked_at)
     select r.id, r.installation_id, 'manual', 'manual', :by, :job, f.kind, f.name, f.sha, :at, :at
     from repositories r ${mainRefSql} where r.id = any(:ids::bigint[]) order by r.id`,
    { by: request.requestedBy, job: request.jobId, at: request.at, ids: request.repositoryIds } as unknown as Record<string, string>,
  );
}

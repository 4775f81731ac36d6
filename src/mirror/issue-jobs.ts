import { toStorableJson } from '../core/storable.ts';
import type { Db } from '../db/connect.ts';

/** Many issues that are to be opened in one repository. Ids are ours. */
interface NewIssueJob {
  repositoryId: string;
  installationId: string;
  /** The repository's full name, for people. */
  target: string;
  requestedBy: string;
  postedFor: string | undefined;
  issues: readonly unknown[];
  onExisting: string;
}

/** Inserts a job with its issues and answers its id. */
export async function insertIssueJob(trx: Db, job: NewIssueJob): Promise<string> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `insert into jobs (kind, status, target, installation_id, requested_by, total) values ('issues', 'queued', ?, ?, ?, ?) returning id`,
    [job.target, job.installationId, job.requestedBy, job.issues.length],
  );
  const { id } = rows[0]!;
  await trx.raw(
    `insert into job_issues (job_id, position, installation_id, repository_id, item, on_existing, posted_for)
     select :id, item.position - 1, :installationId, :repositoryId, item.value, :onExisting, :postedFor
     from jsonb_array_elements(:issues::jsonb) with ordinality item (value, position)`,
    {
      id,
      installationId: job.installationId,
      repositoryId: job.repositoryId,
      issues: toStorableJson(job.issues),
      onExisting: job.onExisting,
      postedFor: job.postedFor ?? null,
    } as Record<string, string>,
  );
  return id;
}

/** One issue of a job, taken to be opened. */
export interface TakenIssue {
  position: number;
  repositoryId: string;
  item: Record<string, unknown>;
  onExisting: string;
  postedFor: string | null;
  /** This one counted. */
  tries: number;
}

/** The next issue of a job that is due, its try counted before it is made; undefined when none is, or the job is over. */
export async function takeNextIssue(db: Db, jobId: string): Promise<TakenIssue | undefined> {
  const { rows } = await db.raw<{ rows: TakenIssue[] }>(
    `update job_issues o set tries = o.tries + 1 from jobs j
     where j.id = o.job_id and o.job_id = ? and j.status in ('queued', 'running') and o.status = 'open' and o.due_at <= now()
       and o.position = (select min(p.position) from job_issues p where p.job_id = o.job_id and p.status = 'open')
     returning o.position, o.repository_id as "repositoryId", o.item, o.on_existing as "onExisting", o.posted_for as "postedFor", o.tries`,
    [jobId],
  );
  return rows[0];
}

/** Lets an issue be tried again at some time. What was only postponed does not count as a try, and is looked for all the same. */
export async function putOffIssue(db: Db, later: { jobId: string; position: number; at: Date; counts: boolean }): Promise<void> {
  await db.raw(
    `update job_issues set due_at = ?, tries = case when ? then tries else greatest(tries - 1, 1) end where job_id = ? and position = ?`,
    [later.at, later.counts, later.jobId, later.position],
  );
}

/** How an issue of a job came out. */
interface IssueEnd {
  jobId: string;
  position: number;
  number?: number | undefined;
  error?: { code: string; message: string };
}

/** Ends one issue of a job and counts it; with the last one the job is over. */
export async function endIssue(db: Db, { jobId, position, number, error }: IssueEnd): Promise<void> {
  await db.raw(
    `with ended as (
       update job_issues set status = case when :failed then 'failed' else 'done' end, number = :number, code = :code, message = :message,
         finished_at = now()
       where job_id = :jobId and position = :position and status = 'open' returning repository_id
     ), about as (
       select r.full_name from ended e join repositories r on r.id = e.repository_id
     )
     update jobs j set
       done = j.done + case when :failed then 0 else 1 end,
       failed = j.failed + case when :failed then 1 else 0 end,
       errors = case when :failed and jsonb_array_length(j.errors) < 20
         then j.errors || jsonb_build_array(jsonb_build_object('repository', a.full_name, 'code', :code::text, 'message', :told::text))
         else j.errors end,
       last_repository = a.full_name,
       started_at = coalesce(j.started_at, now()),
       finished_at = case when j.done + j.failed + 1 >= j.total then now() end,
       status = case when j.done + j.failed + 1 < j.total then 'running' when j.failed > 0 or :failed then 'failed' else 'done' end
     from about a where j.id = :jobId and j.status in ('queued', 'running')`,
    {
      jobId,
      position,
      number: number ?? null,
      failed: error !== undefined,
      code: error?.code ?? null,
      message: error?.message ?? null,
      told: error === undefined ? null : `Issue ${position + 1}: ${error.message}`,
    } as unknown as Record<string, string>,
  );
}

/** The jobs of which an issue is due. */
export async function listDueIssueJobs(db: Db): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `select distinct j.id from jobs j join job_issues o on o.job_id = j.id
     where o.status = 'open' and o.due_at <= now() and j.status in ('queued', 'running') limit 100`,
  );
  return rows.map((row) => row.id);
}

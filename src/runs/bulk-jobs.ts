import type { ReplayConfig, RunStatus } from '../core/statuses.ts';
import { toStorableJson } from '../core/storable.ts';
import type { Db } from '../db/connect.ts';

/** What a job does with each of its runs. */
export type BulkKind = 'replay' | 'redrive';

/** Which runs are meant. Ids are ours. What is absent does not restrict. */
export interface RunFilter {
  status?: readonly RunStatus[] | undefined;
  /** The key of a watch. */
  watch?: string | undefined;
  repositoryIds?: readonly string[] | undefined;
  installationId?: string | undefined;
  /** A type of changes. */
  type?: string | undefined;
  /** The name of a branch or tag. */
  ref?: string | undefined;
  code?: string | undefined;
  change?: string | undefined;
  /** When the run was made, from here on. */
  since?: Date | undefined;
  /** … and before here. */
  until?: Date | undefined;
}

/** What is asked of the rows. */
interface BulkSearch {
  kind: BulkKind;
  filter: RunFilter;
  limit: number;
  cooldownMs: number;
}

/** What a filter finds. `cooling`: what another job took not long ago. */
export interface Found {
  matched: number;
  cooling: number;
  /** The oldest of the rest, up to the limit, in order. */
  runs: { id: string; installationId: string }[];
}

/** The most runs that are counted. */
const countedAtMost = 100_000;

/** Of a chain of replays the last one speaks for all: what succeeded in the meantime is not repeated. */
const isLast = `not exists (
  select 1 from runs later where later.replay_of = coalesce(r.replay_of, r.id) and later.id > r.id)`;

const cools = {
  replay: `(r.job_id is not null and r.created_at > now() - :cooldown * interval '1 millisecond')`,
  redrive: `(r.job_id is not null and coalesce(r.redriven_at, r.created_at) > now() - :cooldown * interval '1 millisecond')`,
};

/** Counts what a filter finds and lists the oldest runs of it. Only what is over, for redriving only what is dead. */
export async function findBulkRuns(trx: Db, { kind, filter, limit, cooldownMs }: BulkSearch): Promise<Found> {
  const { sql, bindings } = toConditions(filter);
  const state = kind === 'redrive' ? `r.status = 'dead'` : `r.finished_at is not null`;
  const { rows } = await trx.raw<{ rows: { matched: number; cooling: number; runs: Found['runs'] | null }[] }>(
    `with matched as (
       select r.id, r.installation_id, ${cools[kind]} as cools from runs r join changes c on c.id = r.change_id
       where ${state} and ${isLast} and ${sql} order by r.id limit ${countedAtMost}
     ), picked as (
       select m.id, m.installation_id from matched m where not m.cools order by m.id limit :limit
     )
     select (select count(*)::int from matched) as matched, (select count(*)::int from matched m where m.cools) as cooling,
       (select json_agg(json_build_object('id', p.id::text, 'installationId', p.installation_id::text) order by p.id) from picked p) as runs`,
    { ...bindings, limit, cooldown: cooldownMs } as Record<string, string | number>,
  );
  const { matched, cooling, runs } = rows[0]!;
  return { matched, cooling, runs: runs ?? [] };
}

function toConditions(filter: RunFilter): { sql: string; bindings: Record<string, unknown> } {
  const columns: Record<keyof RunFilter, string> = {
    status: 'r.status = any(:status::text[])',
    watch: 'r.watch_key = :watch',
    repositoryIds: 'r.repository_id = any(:repositoryIds::bigint[])',
    installationId: 'r.installation_id = :installationId',
    type: 'c.type = :type',
    ref: 'c.ref_name = :ref',
    code: 'r.code = :code',
    change: 'r.change_id = :change',
    since: 'r.created_at >= :since',
    until: 'r.created_at < :until',
  };
  const given = (Object.keys(columns) as (keyof RunFilter)[]).filter((key) => filter[key] !== undefined);
  return {
    sql: given.length === 0 ? 'true' : given.map((key) => columns[key]).join(' and '),
    bindings: Object.fromEntries(given.map((key) => [key, filter[key]])),
  };
}

/** The open job that stands in the way of another one; undefined when there is none. Nobody else looks meanwhile. */
export async function findOpenBulk(trx: Db, installationId: string | undefined): Promise<string | undefined> {
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended('repowatch bulk runs', 0))`);
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `select j.id from jobs j where j.kind in ('replay', 'redrive') and j.status in ('queued', 'running')
       and (:installation::bigint is null or j.installation_id is null or j.installation_id = :installation::bigint)
     order by j.id limit 1`,
    { installation: installationId ?? null } as Record<string, string>,
  );
  return rows[0]?.id;
}

/** A job over runs before it has a row. */
interface NewBulk {
  kind: BulkKind;
  target: string;
  installationId: string | undefined;
  requestedBy: string;
  config: ReplayConfig | null;
  runs: Found['runs'];
}

/** Inserts a job with its runs and answers its id. Without any it is done at once. */
export async function insertBulk(trx: Db, job: NewBulk): Promise<string> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `insert into jobs (kind, status, target, installation_id, requested_by, replay_config, total, started_at, finished_at)
     select ?, case when n.total = 0 then 'done' else 'queued' end, ?, ?, ?, ?, n.total, case when n.total = 0 then now() end,
       case when n.total = 0 then now() end
     from (select ?::int as total) n returning id`,
    [job.kind, job.target, job.installationId ?? null, job.requestedBy, job.config, job.runs.length],
  );
  const id = rows[0]!.id;
  await trx.raw(
    `insert into job_runs (job_id, run_id, installation_id)
     select ?, item.id, item."installationId" from json_to_recordset(?::json) as item (id bigint, "installationId" bigint)`,
    [id, JSON.stringify(job.runs)],
  );
  return id;
}

/** The next run of a job that is neither over nor taken back; undefined when there is none. */
export async function lockNextBulkRun(
  trx: Db,
  jobId: string,
): Promise<{ runId: string; kind: BulkKind; config: ReplayConfig | null } | undefined> {
  const { rows } = await trx.raw<{ rows: { runId: string; kind: BulkKind; config: ReplayConfig | null }[] }>(
    `select o.run_id as "runId", j.kind, j.replay_config as config from jobs j join job_runs o on o.job_id = j.id and o.status = 'open'
     where j.id = ? and j.status in ('queued', 'running') order by o.run_id limit 1 for update of j, o`,
    [jobId],
  );
  return rows[0];
}

/** How a run of a job came out. */
interface BulkEnd {
  jobId: string;
  runId: string;
  error?: { code: string; message: string };
}

/** Ends one run of a job and counts it; with the last one the job is over. */
export async function endBulkRun(trx: Db, { jobId, runId, error }: BulkEnd): Promise<void> {
  await trx.raw(
    `with ended as (
       update job_runs set status = case when :failed then 'failed' else 'done' end, note = :note, finished_at = now()
       where job_id = :jobId and run_id = :runId and status = 'open' returning run_id
     ), about as (
       select p.full_name from runs r join repositories p on p.id = r.repository_id where r.id = :runId
     )
     update jobs j set
       done = j.done + case when :failed then 0 else 1 end,
       failed = j.failed + case when :failed then 1 else 0 end,
       errors = case when :failed and jsonb_array_length(j.errors) < 20
         then j.errors || jsonb_build_array(:error::jsonb || jsonb_build_object('repository', coalesce((select a.full_name from about a), '')))
         else j.errors end,
       last_repository = coalesce((select a.full_name from about a), j.last_repository),
       started_at = coalesce(j.started_at, now()),
       finished_at = case when j.done + j.failed + 1 >= j.total then now() end,
       status = case when j.done + j.failed + 1 < j.total then 'running' when j.failed > 0 or :failed then 'failed' else 'done' end
     where j.id = :jobId and exists (select 1 from ended)`,
    {
      jobId,
      runId,
      failed: error !== undefined,
      note: error?.message ?? null,
      error: toStorableJson(error === undefined ? {} : { code: error.code, message: `Run ${runId}: ${error.message}` }),
    } as unknown as Record<string, string>,
  );
}

/** Lists the jobs over runs that are not over. */
export async function listOpenBulks(db: Db): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `select id from jobs where kind in ('replay', 'redrive') and status in ('queued', 'running') order by id limit 100`,
  );
  return rows.map((row) => row.id);
}

/** Takes back what a cancelled job has not done. */
export async function cancelBulkRuns(trx: Db, jobId: string): Promise<void> {
  await trx.raw(`update job_runs set status = 'cancelled', finished_at = now() where job_id = ? and status = 'open'`, [jobId]);
}

import type { AttemptStatus, RunStatus, StepStatus } from '../core/statuses.ts';
import { toStorableJson } from '../core/storable.ts';
import type { Db } from '../db/connect.ts';
import { prepared } from '../db/prepared.ts';

/** The try that begins now. */
interface StartedAttempt {
  position: number;
  number: number;
}

/** How a try ended. Everything in it is masked. */
export interface FinishedAttempt {
  position: number;
  number: number;
  status: Exclude<AttemptStatus, 'started'>;
  code: string | null;
  message: string | null;
  request: unknown;
  response: unknown;
  log: unknown;
  retryAt: Date | null;
}

/** A step as it stands now. */
export interface StepState {
  position: number;
  key: string | null;
  name: string | null;
  kind: string;
  status: StepStatus;
  outputs: Record<string, unknown>;
  code: string | null;
  message: string | null;
  idempotencyKey: string;
  attempts: number;
  /** When it was begun; kept from the first time. */
  startedAt: Date;
}

/** A run as it stands now. */
export interface RunState {
  status: RunStatus;
  code: string | null;
  message: string | null;
  /** When it may be worked on next; now when absent. */
  dueAt?: Date;
  /** When it was begun; kept from the first time. */
  startedAt?: Date;
}

/**
 * Something that happened in one run, to be written down before the next thing happens. The start of a first attempt can go
 * without `run` and `steps`: most attempts are over in milliseconds, and then the rows of run and step are written once.
 */
export interface Progress {
  runId: string;
  installationId: string;
  finished?: FinishedAttempt;
  steps: StepState[];
  run?: RunState;
  started?: StartedAttempt;
}

/** Statuses that a run never leaves by itself. */
const endStatuses = new Set(['succeeded', 'failed', 'dead', 'cancelled']);

/**
 * Writes the progress of many runs in one statement, so that a finished attempt and the start of the next one cost one
 * commit. Answers for each whether it was written: false when the run was ended meanwhile, or when another process has
 * closed this attempt or taken its number after ours lost its lane (the fence of threat model D6); then whoever asks must stop.
 */
export async function recordProgress(db: Db, entries: Progress[]): Promise<boolean[]> {
  const finished = entries.flatMap((entry) => (entry.finished ? [{ run_id: entry.runId, ...entry.finished }] : []));
  const steps = new Map(entries.flatMap((entry) => entry.steps.map((step) => [`${entry.runId} ${step.position}`, toStepRow(entry, step)])));
  const started = entries.flatMap((entry) =>
    entry.started
      ? [{ run_id: entry.runId, installation_id: entry.installationId, ...entry.started, closes: entry.finished !== undefined }]
      : [],
  );
  const runs = new Map(entries.flatMap((entry) => (entry.run ? [[entry.runId, toRunRow(entry, entry.run)]] : [])));
  const ids = [...new Set(entries.map((entry) => entry.runId))];
  const { rows } = await prepared<{ rows: { run_id: string; ran: boolean }[] }>(db, progressSql, [
    toStorableJson(finished),
    ids,
    JSON.stringify(started),
    ids,
    toStorableJson([...runs.values()]),
    ids,
    toStorableJson([...steps.values()]),
  ]);
  const ran = new Set(rows.flatMap((row) => (row.ran ? row.run_id : [])));
  const begun = new Set(rows.flatMap((row) => (row.ran ? [] : row.run_id)));
  return entries.map((entry) => (entry.run ? ran : begun).has(entry.runId));
}

function toStepRow(entry: Progress, step: StepState) {
  return {
    run_id: entry.runId,
    installation_id: entry.installationId,
    ...step,
    ended: step.status !== 'running' && step.status !== 'waiting',
  };
}

function toRunRow(entry: Progress, run: RunState) {
  const { runId, finished, started } = entry;
  return { run_id: runId, ...run, ended: endStatuses.has(run.status), closes: finished !== undefined, starts: started !== undefined };
}

/**
 * The fence: what an entry closes must still be open, and the number it starts must still be free; else nothing of its run
 * changes. Both are joined, not asked for by `exists`: Postgres cannot look into them again when it has to wait for a row.
 * The ids are given once more as an array, and open runs are told by not being over, or a plan that is kept while the tables
 * grow might read the whole index of open runs to join a few.
 */
const progressSql = `with finished as (
     update attempts a set status = item.status, code = item.code, message = item.message, request = item.request, response = item.response,
       log = coalesce(item.log, a.log), retry_at = item."retryAt", finished_at = clock_timestamp()
     from json_to_recordset(?::json) as item (run_id bigint, position int, number int, status text, code text, message text, request jsonb,
       response jsonb, log jsonb, "retryAt" timestamptz)
     where a.run_id = item.run_id and a.position = item.position and a.number = item.number and a.status = 'started'
       and a.run_id = any(?::bigint[])
     returning a.run_id
   ), started as (
     insert into attempts (run_id, installation_id, position, number, status)
     select item.run_id, item.installation_id, item.position, item.number, 'started'
     from json_to_recordset(?::json) as item (run_id bigint, installation_id bigint, position int, number int, closes boolean)
     join runs r on r.id = item.run_id and r.id = any(?::bigint[]) and r.status not in ('succeeded', 'failed', 'dead', 'cancelled')
     left join finished on finished.run_id = item.run_id
     where not item.closes or finished.run_id is not null
     on conflict (run_id, position, number) do nothing
     returning run_id
   ), ran as (
     update runs r set status = item.status, code = item.code, message = item.message, due_at = coalesce(item."dueAt", r.due_at),
       blocks = r.strict and item.status = 'dead',
       started_at = coalesce(r.started_at, item."startedAt", clock_timestamp()), finished_at = case when item.ended then clock_timestamp() end
     from json_to_recordset(?::json) as item (run_id bigint, status text, code text, message text, "dueAt" timestamptz, "startedAt" timestamptz,
       ended boolean, closes boolean, starts boolean)
     left join finished on finished.run_id = item.run_id
     left join started on started.run_id = item.run_id
     where r.id = item.run_id and r.id = any(?::bigint[]) and r.status not in ('succeeded', 'failed', 'dead', 'cancelled')
       and (not item.closes or finished.run_id is not null) and (not item.starts or started.run_id is not null)
     returning r.id
   ), stepped as (
     insert into steps (run_id, installation_id, position, key, name, kind, status, outputs, code, message, idempotency_key, attempts, started_at, finished_at)
     select item.run_id, item.installation_id, item.position, item.key, item.name, item.kind, item.status, item.outputs, item.code, item.message,
       item."idempotencyKey", item.attempts, item."startedAt", case when item.ended then clock_timestamp() end
     from json_to_recordset(?::json) as item (run_id bigint, installation_id bigint, position int, key text, name text, kind text, status text,
       outputs jsonb, code text, message text, "idempotencyKey" text, attempts int, "startedAt" timestamptz, ended boolean)
     where item.run_id in (select id from ran)
     on conflict (run_id, position) do update set status = excluded.status, outputs = excluded.outputs, code = excluded.code,
       message = excluded.message, attempts = excluded.attempts, finished_at = excluded.finished_at
   )
   select id as run_id, true as ran from ran union all select run_id, false from started`;

import type { Db } from '../../db/connect.ts';
import type { ManualRun } from '../schemas/manual-run.ts';
import type { AttemptDetail, RunDetail } from '../schemas/run.ts';
import { findChange } from './changes.ts';
import { durationMs, isoTime, isoTimeOrNull, queryRows } from './rows.ts';
import { runItem, runListSql, type AttemptRow, type RunRow, type StepRow } from './runs.ts';
import { listTicketsOfRun } from './tickets.ts';

/** An attempt with the texts that were sent and received, already masked when they were stored. */
interface FullAttemptRow extends AttemptRow {
  request: unknown;
  response: unknown;
  log: unknown;
}

function attemptItem(row: FullAttemptRow): AttemptDetail {
  return {
    number: row.number,
    status: row.status,
    code: row.code,
    message: row.message,
    request: row.request,
    response: row.response,
    log: row.log,
    retry_at: isoTimeOrNull(row.retry_at),
    started_at: isoTime(row.started_at),
    finished_at: isoTimeOrNull(row.finished_at),
    duration_ms: durationMs(row.started_at, row.finished_at),
  };
}

/** The attempts of a run, or of one of its steps, in order. */
async function listAttempts(db: Db, runId: string): Promise<FullAttemptRow[]> {
  return queryRows<FullAttemptRow>(
    db,
    `select a.run_id, a.position, a.number, a.status, a.code, a.message, a.request, a.response, a.log, a.retry_at, a.started_at, a.finished_at
     from attempts a where a.run_id = :runId order by a.position, a.number limit 1000`,
    { runId },
  );
}

/** One attempt of one step of a run. */
export async function findAttempt(db: Db, at: { run: string; position: number; number: number }): Promise<AttemptDetail | undefined> {
  const [row] = await queryRows<FullAttemptRow>(
    db,
    'select a.* from attempts a where a.run_id = :run and a.position = :position and a.number = :number',
    at,
  );
  return row && attemptItem(row);
}

type StepResult = ManualRun['runs'][number]['steps'][number];

/** How the steps of runs stand, in order, by run. */
export async function listStepsOfRuns(db: Db, runIds: readonly string[]): Promise<Map<string, StepResult[]>> {
  const rows = await queryRows<StepResult & { run_id: string }>(
    db,
    `select s.run_id, s.position, s.key, s.name, s.kind, s.status, s.outputs, s.code, s.message
     from steps s where s.run_id = any(:runIds) order by s.run_id, s.position`,
    { runIds },
  );
  const byRun = new Map<string, StepResult[]>();
  for (const { run_id: run, ...step } of rows) byRun.set(run, [...(byRun.get(run) ?? []), step]);
  return byRun;
}

/** A run with its change, where its watch was written, its steps and their attempts; its parameters stand in its configuration. */
export async function findRunDetail(db: Db, id: string): Promise<Omit<RunDetail, 'parameters'> | undefined> {
  const [row] = await queryRows<RunRow>(db, `${runListSql} where n.id = :id`, { id });
  if (row === undefined) return undefined;
  const configs = await queryRows<RunDetail['config']>(
    db,
    `select g.path, g.blob_sha, case when w.config_id = n.config_id then w.line end as line
     from runs n join configs g on g.id = n.config_id join watches w on w.id = n.watch_id where n.id = :id`,
    { id },
  );
  const change = await findChange(db, row.change_id);
  if (change === undefined || configs[0] === undefined) return undefined;
  const gathered = await queryRows<{ change_id: string }>(
    db,
    'select g.change_id from run_changes g where g.run_id = :id order by g.change_id',
    { id },
  );
  const steps = await queryRows<StepRow>(db, 'select s.* from steps s where s.run_id = :id order by s.position', { id });
  const attempts = await listAttempts(db, id);
  const tickets = await listTicketsOfRun(db, id);
  return {
    ...runItem(row),
    config: configs[0],
    change,
    gathered: gathered.map((row) => row.change_id),
    steps: steps.map((step) => ({
      position: step.position,
      key: step.key,
      name: step.name,
      kind: step.kind,
      status: step.status,
      outputs: step.outputs,
      code: step.code,
      message: step.message,
      idempotency_key: step.idempotency_key,
      started_at: isoTime(step.started_at),
      finished_at: isoTimeOrNull(step.finished_at),
      attempts: attempts.filter((attempt) => attempt.position === step.position).map(attemptItem),
    })),
    tickets,
  };
}

import type { ReplayConfig } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';
import { prepared } from '../db/prepared.ts';
import { joinBatch, openBatch, yieldToNewer, type RunControl } from './control-runs.ts';

/** A run before it has a row. */
export interface NewRun {
  changeId: string;
  watchId: string;
  configId: string;
  /** The version that the watch's own file takes its defaults from; null for none. */
  baseConfigId: string | null;
  repositoryId: string;
  installationId: string;
  watchKey: string;
  /** The concurrency key: runs of one lane are served one at a time, in this order. */
  lane: string;
  /** True when a run that waits for its retry holds up the later ones of its lane. */
  strict: boolean;
  /** True when it shows what it would do and sends nothing. */
  dryRun: boolean;
  replayOf: string | null;
  /** Whose configuration a replay follows; absent for what is none. */
  replayConfig?: ReplayConfig;
  /** The job that made a replay; absent for everything else. */
  jobId?: string;
  /** What its change is about, when a machine made the change; absent for a person's, which is never taken for a loop. */
  loopKey?: string | undefined;
  /** What it does beside waiting its turn; absent for an ordinary run, which costs nothing more then. */
  control?: RunControl;
}

/**
 * Inserts runs in the order given, each with the next number of its lane. The lane's row is locked meanwhile, in the order
 * of the keys, so that two transactions number one lane one after the other and never wait for each other in a circle.
 * Answers the id of the run that each became; several changes can become one.
 */
export async function insertRuns(trx: Db, runs: NewRun[]): Promise<string[]> {
  if (runs.length === 0) return [];
  const next = await takeNumbers(trx, runs);
  const rows = runs.map((run) => {
    const seq = next.get(run.lane)! + 1n;
    next.set(run.lane, seq);
    return toRow(run, seq);
  });
  if (!runs.some((run) => run.control)) return await insertRows(trx, rows);
  const ids: string[] = [];
  for (const [index, run] of runs.entries()) {
    const joined = run.control?.batchMs ? await joinBatch(trx, run) : undefined;
    const id = joined ?? (await insertRows(trx, [rows[index]!]))[0]!;
    if (joined === undefined && run.control) await settleWithLane(trx, { ...run, id, control: run.control });
    ids.push(id);
  }
  return ids;
}

async function settleWithLane(trx: Db, run: NewRun & { id: string; control: RunControl }): Promise<void> {
  if (run.control.batchMs > 0) await openBatch(trx, run);
  await yieldToNewer(trx, run);
}

async function takeNumbers(trx: Db, runs: NewRun[]): Promise<Map<string, bigint>> {
  const counts = new Map<string, { key: string; installation_id: string; count: number }>();
  for (const run of runs) {
    const entry = counts.get(run.lane) ?? { key: run.lane, installation_id: run.installationId, count: 0 };
    counts.set(run.lane, { ...entry, count: entry.count + 1 });
  }
  const { rows: lanes } = await prepared<{ rows: { key: string; last_seq: string }[] }>(
    trx,
    `insert into lanes (key, installation_id, last_seq)
     select item.key, item.installation_id, item.count
     from json_to_recordset(?::json) as item (key text, installation_id bigint, count bigint) order by item.key
     on conflict (key) do update set last_seq = lanes.last_seq + excluded.last_seq, updated_at = now()
     returning key, last_seq`,
    [JSON.stringify([...counts.values()])],
  );
  return new Map(lanes.map((lane) => [lane.key, BigInt(lane.last_seq) - BigInt(counts.get(lane.key)!.count)]));
}

/** A run that settles, gathers or is held waits from the start, with the reason as its code. */
function toRow({ control, ...run }: NewRun, seq: bigint) {
  const waits = control && control.settleMs + control.batchMs > 0 ? { ms: Math.max(control.settleMs, control.batchMs) } : undefined;
  const code = waits ? (control!.batchMs > 0 ? 'batching' : 'settling') : control?.hold === true ? 'holding' : null;
  return { ...run, seq: seq.toString(), status: code === null ? 'queued' : 'waiting', code, waitMs: waits?.ms ?? 0 };
}

async function insertRows(trx: Db, rows: ReturnType<typeof toRow>[]): Promise<string[]> {
  const { rows: inserted } = await prepared<{ rows: { id: string }[] }>(
    trx,
    `insert into runs (change_id, watch_id, config_id, base_config_id, repository_id, installation_id, watch_key, lane, seq, strict, dry_run, replay_of, replay_config,
       job_id, loop_key, status, code, due_at)
     select item."changeId", item."watchId", item."configId", item."baseConfigId", item."repositoryId", item."installationId", item."watchKey", item.lane, item.seq,
       item.strict, item."dryRun", item."replayOf", item."replayConfig", item."jobId", item."loopKey", item.status, item.code, now() + item."waitMs" * interval '1 millisecond'
     from json_to_recordset(?::json) as item (ordinal int, "changeId" bigint, "watchId" bigint, "configId" bigint, "baseConfigId" bigint, "repositoryId" bigint,
       "installationId" bigint, "watchKey" text, lane text, seq bigint, strict boolean, "dryRun" boolean, "replayOf" bigint, "replayConfig" text, "jobId" bigint,
       "loopKey" text, status text, code text, "waitMs" float8)
     order by item.ordinal
     returning id`,
    [JSON.stringify(rows.map((row, ordinal) => ({ ordinal, ...row })))],
  );
  return inserted.map((row) => row.id);
}

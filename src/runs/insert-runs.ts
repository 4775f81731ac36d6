import type { Db } from '../db/connect.ts';
import { prepared } from '../db/prepared.ts';

/** A run before it has a row. */
export interface NewRun {
  changeId: string;
  watchId: string;
  configId: string;
  repositoryId: string;
  installationId: string;
  watchKey: string;
  /** The concurrency key: runs of one lane are served one at a time, in this order. */
  lane: string;
  /** True when a run that waits for its retry holds up the later ones of its lane. */
  strict: boolean;
  replayOf: string | null;
}

/**
 * Inserts runs in the order given, each with the next number of its lane. The lane's row is locked meanwhile, in the order
 * of the keys, so that two transactions number one lane one after the other and never wait for each other in a circle.
 */
export async function insertRuns(trx: Db, runs: NewRun[]): Promise<string[]> {
  if (runs.length === 0) return [];
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
  const next = new Map(lanes.map((lane) => [lane.key, BigInt(lane.last_seq) - BigInt(counts.get(lane.key)!.count)]));
  const rows = runs.map((run, ordinal) => {
    const seq = next.get(run.lane)! + 1n;
    next.set(run.lane, seq);
    return { ordinal, ...run, seq: seq.toString() };
  });
  const { rows: inserted } = await prepared<{ rows: { id: string }[] }>(
    trx,
    `insert into runs (change_id, watch_id, config_id, repository_id, installation_id, watch_key, lane, seq, strict, replay_of)
     select item."changeId", item."watchId", item."configId", item."repositoryId", item."installationId", item."watchKey", item.lane, item.seq,
       item.strict, item."replayOf"
     from json_to_recordset(?::json) as item (ordinal int, "changeId" bigint, "watchId" bigint, "configId" bigint, "repositoryId" bigint,
       "installationId" bigint, "watchKey" text, lane text, seq bigint, strict boolean, "replayOf" bigint)
     order by item.ordinal
     returning id`,
    [JSON.stringify(rows)],
  );
  return inserted.map((row) => row.id);
}

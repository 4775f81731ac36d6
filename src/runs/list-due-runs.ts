import type { RunStatus } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';
import { prepared } from '../db/prepared.ts';

/** A run that may be worked on now. */
export interface DueRun {
  id: string;
  lane: string;
  status: RunStatus;
  /** Whether it was worked on before: then there is progress to read. */
  begun: boolean;
  changeId: string;
  watchId: string;
  configId: string;
  baseConfigId: string | null;
  watchKey: string;
  /** While it waits for its next try, nothing of its lane may pass. */
  strict: boolean;
  repositoryId: string;
  installationId: string;
  replayOf: string | null;
  /** True when it shows what it would do and sends nothing. */
  dryRun: boolean;
  /** Why it waits, when it does. */
  code: string | null;
  createdAt: Date;
}

/** How many runs of a lane are looked at in one go. */
const perLane = 50;

/**
 * Lists the runs of these lanes that are due, in order of their numbers: new ones, those whose retry time has come, and
 * those that a dead process left running. Behind a strict run that waits, nothing of its lane is due. Not `exists` for the
 * attempts: Postgres would rather hash the whole table.
 */
export async function listDueRuns(db: Db, lanes: string[]): Promise<Map<string, DueRun[]>> {
  const { rows } = await prepared<{ rows: DueRun[] }>(
    db,
    `select due.*, due.status <> 'queued' or (select true from attempts a where a.run_id = due.id limit 1) is not null as begun
     from json_array_elements_text(?::json) as wanted (lane) cross join lateral (
       select r.id, r.lane, r.status, r.change_id as "changeId", r.watch_id as "watchId", r.config_id as "configId", r.base_config_id as "baseConfigId",
         r.watch_key as "watchKey", r.strict, r.repository_id as "repositoryId", r.installation_id as "installationId", r.replay_of as "replayOf",
         r.dry_run as "dryRun", r.code, r.created_at as "createdAt"
       from runs r
       where r.lane = wanted.lane and r.status in ('queued', 'running', 'waiting') and r.due_at <= now()
         and not exists (
           select 1 from runs b where b.lane = r.lane and b.seq < r.seq and b.strict and b.status in ('queued', 'running', 'waiting') and b.due_at > now()
         )
       order by r.seq limit ${perLane}
     ) due`,
    // Not an array: Postgres would look at its length each time and plan anew.
    [JSON.stringify(lanes)],
  );
  const byLane = new Map<string, DueRun[]>(lanes.map((lane) => [lane, []]));
  for (const row of rows) byLane.get(row.lane)!.push(row);
  return byLane;
}

/** Lists lanes with runs that nobody seems to work on: due for longer than `graceSeconds`, or waiting for a retry whose time has come. */
export async function listStalledRunLanes(db: Db, graceSeconds: number): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { lane: string }[] }>(
    `select distinct lane from runs
     where (status in ('queued', 'running') and due_at <= now() - make_interval(secs => ?)) or (status = 'waiting' and due_at <= now())
     limit 2000`,
    [graceSeconds],
  );
  return rows.map((row) => row.lane);
}

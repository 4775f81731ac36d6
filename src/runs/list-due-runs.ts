import type { RunStatus } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';
import { prepared } from '../db/prepared.ts';
import { keepsPlaceSql } from './postponed.ts';

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

/** True for a run behind a dead one of a strict order that nobody has decided about. */
const isBlocked = `exists (select 1 from runs d where d.lane = r.lane and d.seq < r.seq and d.blocks)`;

/** True for a run behind one that waits and keeps its place. Only for the first runs of a lane: each looks at all before it. */
const mustWait = `exists (
  select 1 from runs b where b.lane = r.lane and b.seq < r.seq and b.status in ('queued', 'running', 'waiting') and b.due_at > now()
    and (b.strict or ${keepsPlaceSql('b')}))`;

/**
 * Lists the runs of these lanes that are due, in order of their numbers: new ones, those whose retry time has come, and
 * those that a dead process left running. Behind a strict run that waits or was given up, and behind one that nothing was sent of yet because its
 * destination rests, nothing of its lane is due. Not `exists` for the attempts: Postgres would rather hash the whole table.
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
         and not ${mustWait} and not ${isBlocked}
       order by r.seq limit ${perLane}
     ) due`,
    // Not an array: Postgres would look at its length each time and plan anew.
    [JSON.stringify(lanes)],
  );
  const byLane = new Map<string, DueRun[]>(lanes.map((lane) => [lane, []]));
  for (const row of rows) byLane.get(row.lane)!.push(row);
  return byLane;
}

/** How many stalled lanes are named in one go, and how many runs of one installation are looked at for them. */
const stalledAtOnce = { lanes: 2_000, runsOfOneInstallation: 2_000 };

const isOpen = `r.status in ('queued', 'running', 'waiting')`;

/**
 * Lists lanes with runs that nobody seems to work on: due for longer than `graceSeconds`, or waiting for a retry whose time has
 * come. Of each installation the same number at most, taken in turns, so that a flood of one hides nobody else's.
 */
export async function listStalledRunLanes(db: Db, graceSeconds: number): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { lane: string }[] }>(
    `with recursive tenants as (
       (select r.installation_id as id from runs r where ${isOpen} order by r.installation_id limit 1)
       union all
       select (select r.installation_id from runs r where ${isOpen} and r.installation_id > t.id order by r.installation_id limit 1)
       from tenants t where t.id is not null
     )
     select l.lane from (
       select s.lane, row_number() over (partition by s.installation_id order by min(s.due_at), s.lane) as turn
       from tenants t cross join lateral (
         select r.lane, r.installation_id, r.due_at from runs r
         where r.installation_id = t.id and ${isOpen} and r.due_at <= now()
           and r.due_at <= case when r.status = 'waiting' then now() else now() - make_interval(secs => ?) end and not ${isBlocked}
         order by r.due_at limit ${stalledAtOnce.runsOfOneInstallation}
       ) s
       group by s.lane, s.installation_id
     ) l order by l.turn limit ${stalledAtOnce.lanes}`,
    [graceSeconds],
  );
  return rows.map((row) => row.lane);
}

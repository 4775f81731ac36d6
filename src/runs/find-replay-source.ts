import type { RunStatus } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';
import type { NewRun } from './insert-runs.ts';

/** A run as the model for a replay: its configuration is the one in force when that still declares the watch, else the run's own. */
export interface ReplaySource extends Omit<NewRun, 'replayOf'> {
  /** The first run of the chain of replays. */
  rootId: string;
  status: RunStatus;
  ended: boolean;
}

/** Finds what a replay of a run is made of; undefined when there is no such run. */
export async function findReplaySource(db: Db, id: string): Promise<ReplaySource | undefined> {
  const { rows } = await db.raw<{ rows: ReplaySource[] }>(
    `select coalesce(r.replay_of, r.id) as "rootId", r.status, r.finished_at is not null as ended, r.change_id as "changeId", r.watch_id as "watchId",
       case when w.removed_at is null then w.config_id else r.config_id end as "configId", r.base_config_id as "baseConfigId",
       r.repository_id as "repositoryId",
       r.installation_id as "installationId", r.watch_key as "watchKey", r.lane, r.strict, r.dry_run as "dryRun"
     from runs r join watches w on w.id = r.watch_id where r.id = ?`,
    [id],
  );
  return rows[0];
}

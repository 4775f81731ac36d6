import type { RunStatus } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';
import type { NewRun } from './insert-runs.ts';

/** A run as the model for a replay, with the configuration that it followed itself. */
export interface ReplaySource extends Omit<NewRun, 'replayOf' | 'control' | 'loopKey'> {
  /** The first run of the chain of replays. */
  rootId: string;
  status: RunStatus;
  ended: boolean;
}

/** Finds what a replay of a run is made of; undefined when there is no such run. */
export async function findReplaySource(db: Db, id: string): Promise<ReplaySource | undefined> {
  const { rows } = await db.raw<{ rows: ReplaySource[] }>(
    `select coalesce(r.replay_of, r.id) as "rootId", r.status, r.finished_at is not null as ended, r.change_id as "changeId", r.watch_id as "watchId",
       r.config_id as "configId", r.base_config_id as "baseConfigId", r.repository_id as "repositoryId", r.installation_id as "installationId",
       r.watch_key as "watchKey", r.lane, r.strict, r.dry_run as "dryRun"
     from runs r where r.id = ?`,
    [id],
  );
  return rows[0];
}

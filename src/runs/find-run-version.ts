import type { Db } from '../db/connect.ts';

/** Which version of which watch a run follows, and on which change. */
export interface RunVersion {
  changeId: string;
  configId: string;
  baseConfigId: string | null;
  watchKey: string;
}

/** Finds the version that a run follows; undefined when there is no such run. */
export async function findRunVersion(db: Db, id: string): Promise<RunVersion | undefined> {
  const { rows } = await db.raw<{ rows: RunVersion[] }>(
    `select change_id as "changeId", config_id as "configId", base_config_id as "baseConfigId", watch_key as "watchKey" from runs where id = ?`,
    [id],
  );
  return rows[0];
}

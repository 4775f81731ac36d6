import type { ManagedBy } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';

/** Where the watch of a run is written. */
export interface Home {
  managedBy: ManagedBy;
  /** By its present name. */
  repository: { owner: string; name: string; github_id: string };
}

/** Finds whose file declared the watch of a run, and in which repository it lies. */
export async function findHome(db: Db, runId: string): Promise<Home | undefined> {
  const { rows } = await db.raw<{ rows: { managedBy: ManagedBy; owner: string; name: string; github_id: string }[] }>(
    `select g.managed_by as "managedBy", r.owner, r.name, r.github_id from runs n join configs g on g.id = n.config_id
     left join repositories r on r.id = g.repository_id where n.id = ?`,
    [runId],
  );
  const [row] = rows;
  return row && { managedBy: row.managedBy, repository: { owner: row.owner, name: row.name, github_id: row.github_id } };
}

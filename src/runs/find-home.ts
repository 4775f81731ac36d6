import type { ManagedBy } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';

/** Where the watch of a run is written. */
export interface Home {
  managedBy: ManagedBy;
  /** By its present name. */
  repository: { owner: string; name: string; github_id: string };
  /** The ref at which the run's repository extends it by name; null for the default branch. */
  ref: string | null;
}

/**
 * Finds whose file declared the watch of a run, in which repository it lies, and at which ref. What the organisation's file has in
 * force is of its default branch, also where a repository extends an older version of the same file.
 */
export async function findHome(db: Db, runId: string): Promise<Home | undefined> {
  const { rows } = await db.raw<{ rows: { managedBy: ManagedBy; owner: string; name: string; github_id: string; ref: string | null }[] }>(
    `select g.managed_by as "managedBy", r.owner, r.name, r.github_id,
       case when own.extends_repository_id = r.id
         and (lower(r.name) <> '.github' or (own.extends_config_id = g.id and r.config_id is distinct from g.id)) then own.extends_ref end as ref
     from runs n join configs g on g.id = n.config_id join repositories own on own.id = n.repository_id
     left join repositories r on r.id = case when g.managed_by = 'project' then own.id else g.repository_id end where n.id = ?`,
    [runId],
  );
  const [row] = rows;
  if (!row) return undefined;
  const { managedBy, owner, name, github_id, ref } = row;
  return { managedBy, repository: { owner, name, github_id }, ref };
}

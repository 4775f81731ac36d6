import type { Db } from '../db/connect.ts';
import type { ManagedBy } from '../core/statuses.ts';

/** Where a version of a configuration is written. */
export interface ConfigOrigin {
  managedBy: ManagedBy;
  /** By its present name; null for the operator's file. */
  repository: string | null;
  path: string;
}

/** Lists where versions are written, by their ids. */
export async function listConfigOrigins(db: Db, ids: readonly string[]): Promise<Map<string, ConfigOrigin>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.raw<{ rows: (ConfigOrigin & { id: string })[] }>(
    `select g.id, g.managed_by as "managedBy", r.full_name as repository, g.path from configs g left join repositories r on r.id = g.repository_id
     where g.id = any(?::bigint[])`,
    [[...new Set(ids)]],
  );
  return new Map(rows.map(({ id, ...origin }) => [id, origin]));
}

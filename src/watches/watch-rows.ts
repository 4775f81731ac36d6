import { toStorableJson } from '../core/storable.ts';
import type { Db } from '../db/connect.ts';
import type { ManagedBy } from '../core/statuses.ts';

/** A watch as a configuration in force declares it for a repository. */
export interface DeclaredWatch {
  key: string;
  name: string;
  line: number;
  managedBy: ManagedBy;
  configId: string;
}

/**
 * Makes these the watches of a repository, and answers the id of each row by key. A watch keeps its row while versions come and go,
 * whichever layer it comes from; those that are no longer declared are removed softly, their history stays.
 */
export async function replaceWatches(
  trx: Db,
  owner: { repositoryId: string; installationId: string },
  declared: readonly DeclaredWatch[],
): Promise<Map<string, string>> {
  const items = toStorableJson(declared);
  // One after the other for a repository: two versions at once would lock the same rows in different orders. Not its row, which whoever
  // asks may have locked on another connection.
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended('repowatch watches of ' || ?::text, 0))`, [owner.repositoryId]);
  await trx.raw(
    `update watches w set removed_at = now(), updated_at = now()
     where w.repository_id = ? and w.removed_at is null and not exists (
       select 1 from json_to_recordset(?::json) as item (key text, "managedBy" text) where item.key = w.key and item."managedBy" = w.managed_by)`,
    [owner.repositoryId, items],
  );
  if (declared.length === 0) return new Map();
  const { rows } = await trx.raw<{ rows: { id: string; key: string }[] }>(
    `insert into watches (repository_id, installation_id, key, name, managed_by, config_id, line)
     select ?, ?, item.key, item.name, item."managedBy", item."configId", item.line
     from json_to_recordset(?::json) as item (key text, name text, line int, "managedBy" text, "configId" bigint)
     order by item.key
     on conflict (repository_id, managed_by, key) do update set name = excluded.name, config_id = excluded.config_id, line = excluded.line,
       removed_at = null, updated_at = now()
     returning id, key`,
    [owner.repositoryId, owner.installationId, items],
  );
  return new Map(rows.map((row) => [row.key, row.id]));
}

/** The ids of a repository's watches that are not removed, by key and whose they are; with the version that they were last declared by. */
export async function listWatchRows(
  db: Db,
  repositoryIds: string[],
): Promise<{ id: string; repositoryId: string; key: string; managedBy: ManagedBy; configId: string }[]> {
  if (repositoryIds.length === 0) return [];
  const { rows } = await db.raw<{ rows: { id: string; repositoryId: string; key: string; managedBy: ManagedBy; configId: string }[] }>(
    `select id, repository_id as "repositoryId", key, managed_by as "managedBy", config_id as "configId" from watches
     where repository_id = any(?::bigint[]) and removed_at is null`,
    [repositoryIds],
  );
  return rows;
}

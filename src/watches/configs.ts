import type { ConfigStatus } from '../core/statuses.ts';
import { toStorableJson, toStorableText } from '../core/storable.ts';
import type { Db } from '../db/connect.ts';
import type { Problem } from './problems.ts';

/** One version of a repository's configuration file. */
export interface StoredConfig {
  id: string;
  repositoryId: string;
  path: string;
  content: string;
}

/** Finds versions of configuration files by the ids of their rows. */
export async function findConfigs(db: Db, ids: string[]): Promise<StoredConfig[]> {
  if (ids.length === 0) return [];
  const { rows } = await db.raw<{ rows: StoredConfig[] }>(
    `select id, repository_id as "repositoryId", path, content from configs where id = any(?::bigint[])`,
    [ids],
  );
  return rows;
}

/**
 * Lists which row each watch of these versions has, by version and key. A watch keeps its row while versions come and go, so this
 * is complete for every version that ever was in force, whichever is now.
 */
export async function listWatchIds(db: Db, configIds: string[]): Promise<{ id: string; key: string; configId: string }[]> {
  if (configIds.length === 0) return [];
  const { rows } = await db.raw<{ rows: { id: string; key: string; configId: string }[] }>(
    `select w.id, w.key, g.id as "configId" from configs g join watches w on w.repository_id = g.repository_id and w.managed_by = 'file'
     where g.id = any(?::bigint[])`,
    [configIds],
  );
  return rows;
}

/** Keeps a version of a file, valid or not, and answers its row's id; the same blob is kept once. */
export async function upsertConfig(
  trx: Db,
  version: { repositoryId: string; installationId: string; path: string; blobSha: string; content: string; problems: Problem[] },
): Promise<string> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `insert into configs (repository_id, installation_id, path, blob_sha, content, status, problems) values (?, ?, ?, ?, ?, ?, ?)
     on conflict (repository_id, blob_sha) do update set status = excluded.status, problems = excluded.problems returning id`,
    [
      version.repositoryId,
      version.installationId,
      version.path,
      version.blobSha,
      toStorableText(version.content),
      version.problems.length === 0 ? 'ok' : 'invalid',
      toStorableJson(version.problems),
    ],
  );
  return rows[0]!.id;
}

/** Makes these the watches that a repository's file declares; those it no longer declares are removed softly, their history stays. */
export async function replaceFileWatches(
  trx: Db,
  owner: { repositoryId: string; installationId: string },
  declared: { configId: string | null; watches: { key: string; name: string; line: number }[] },
): Promise<void> {
  await trx.raw(
    `update watches set removed_at = now(), updated_at = now()
     where repository_id = ? and managed_by = 'file' and removed_at is null and not (key = any(?::text[]))`,
    [owner.repositoryId, declared.watches.map((watch) => watch.key)],
  );
  if (declared.configId === null || declared.watches.length === 0) return;
  await trx.raw(
    `insert into watches (repository_id, installation_id, key, name, managed_by, config_id, line)
     select ?, ?, item.key, item.name, 'file', ?, item.line from json_to_recordset(?::json) as item (key text, name text, line int)
     order by item.key
     on conflict (repository_id, managed_by, key) do update set name = excluded.name, config_id = excluded.config_id, line = excluded.line,
       removed_at = null, updated_at = now()`,
    [owner.repositoryId, owner.installationId, declared.configId, toStorableJson(declared.watches)],
  );
}

/** What the last look at a repository's file came to. The version in force only changes when it is given. */
export interface ConfigLook {
  status: ConfigStatus;
  problems: { message: string; line?: number; column?: number; code?: string }[];
  /** The blob that was looked at; null when there is none. Absent when the look failed: what is known stays. */
  blobSha?: string | null;
  /** The version in force from now on; null for none. Absent: the last good one stays. */
  configId?: string | null;
  /** When to look again although nothing asks for it; null for never. */
  dueAt: Date | null;
}

/** Writes down what a look at the file came to. */
export async function recordConfigLook(trx: Db, repositoryId: string, look: ConfigLook): Promise<void> {
  await trx.raw(
    `update repositories set config_status = ?, config_problems = ?, config_checked_at = now(), config_due_at = ?,
       config_blob_sha = case when ? then config_blob_sha else ? end,
       config_id = case when ? then config_id else ?::bigint end, updated_at = now()
     where id = ?`,
    [
      look.status,
      toStorableJson(look.problems),
      look.dueAt,
      look.blobSha === undefined,
      look.blobSha ?? null,
      look.configId === undefined,
      look.configId ?? null,
      repositoryId,
    ],
  );
}

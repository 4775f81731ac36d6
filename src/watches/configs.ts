import type { ConfigStatus, ManagedBy } from '../core/statuses.ts';
import { toStorableJson, toStorableText } from '../core/storable.ts';
import type { Db } from '../db/connect.ts';
import type { Problem } from './problems.ts';

/** One version of a configuration file. The server's belongs to no repository. */
export interface StoredConfig {
  id: string;
  repositoryId: string | null;
  managedBy: ManagedBy;
  path: string;
  content: string;
}

/** Finds versions of configuration files by the ids of their rows. */
export async function findConfigs(db: Db, ids: string[]): Promise<StoredConfig[]> {
  if (ids.length === 0) return [];
  const { rows } = await db.raw<{ rows: StoredConfig[] }>(
    `select id, repository_id as "repositoryId", managed_by as "managedBy", path, content from configs where id = any(?::bigint[])`,
    [ids],
  );
  return rows;
}

/** Keeps a version of a file, valid or not, and answers its row's id; the same text is kept once. */
export async function upsertConfig(
  trx: Db,
  version: {
    repositoryId: string | null;
    installationId: string | null;
    managedBy: ManagedBy;
    /** The project whose actions it has; only for one of those. */
    projectId?: string;
    path: string;
    blobSha: string;
    content: string;
    problems: Problem[];
  },
): Promise<string> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `insert into configs (repository_id, installation_id, managed_by, project_id, path, blob_sha, content, status, problems)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (repository_id, managed_by, blob_sha) do update set status = excluded.status, problems = excluded.problems,
       path = excluded.path returning id`,
    [
      version.repositoryId,
      version.installationId,
      version.managedBy,
      version.projectId ?? null,
      version.path,
      version.blobSha,
      toStorableText(version.content),
      version.problems.length === 0 ? 'ok' : 'invalid',
      toStorableJson(version.problems),
    ],
  );
  return rows[0]!.id;
}

/** What the last look at a repository's file came to. The version in force only changes when it is given. */
export interface ConfigLook {
  status: ConfigStatus;
  problems: { message: string; line?: number; column?: number; code?: string }[];
  /** The blob that was looked at; null when there is none. Absent when the look failed: what is known stays. */
  blobSha?: string | null;
  /** The version in force from now on; null for none. Absent: the last good one stays. */
  configId?: string | null;
  /** The layer that the version in force extends by name; null for none. Absent: it stays. */
  extended?: { configId: string; repositoryId: string; ref: string } | null;
  /** What the version that was looked at extends although it is not in force: a move there can mend it. Absent: it stays. */
  follows?: { repositoryId: string; ref: string };
  /** When to look again although nothing asks for it; null for never. */
  dueAt: Date | null;
}

/** Writes down what a look at the file came to. */
export async function recordConfigLook(trx: Db, repositoryId: string, look: ConfigLook): Promise<void> {
  await trx.raw(
    // Each failed look in a row is followed after at least twice the time since the one before (handbook D16).
    `update repositories set config_status = ?, config_problems = ?, config_checked_at = now(),
       config_due_at = case when ? = 'load_error' and config_status = 'load_error'
         then greatest(?, now() + least(2 * (now() - config_checked_at), interval '1 hour') * (1 - 0.1 * random())) else ? end,
       config_blob_sha = case when ? then config_blob_sha else ? end,
       config_id = case when ? then config_id else ?::bigint end, updated_at = now()
     where id = ?`,
    [
      look.status,
      toStorableJson(look.problems),
      look.status,
      look.dueAt,
      look.dueAt,
      look.blobSha === undefined,
      look.blobSha ?? null,
      look.configId === undefined,
      look.configId ?? null,
      repositoryId,
    ],
  );
  if (look.follows !== undefined) {
    const { repositoryId: followed, ref } = look.follows;
    await trx.raw('update repositories set extends_repository_id = ?, extends_ref = ? where id = ?', [followed, ref, repositoryId]);
  }
  if (look.extended === undefined) return;
  await trx.raw('update repositories set extends_config_id = ?, extends_repository_id = ?, extends_ref = ? where id = ?', [
    look.extended?.configId ?? null,
    look.extended?.repositoryId ?? null,
    look.extended?.ref ?? null,
    repositoryId,
  ]);
}

/** Makes a version the one that holds the API's watches of a repository; null for none. */
export async function useApiConfig(trx: Db, repositoryId: string, configId: string | null): Promise<void> {
  await trx.raw('update repositories set api_config_id = ?, updated_at = now() where id = ?', [configId, repositoryId]);
}

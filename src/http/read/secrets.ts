import type { SecretScope } from '../../core/statuses.ts';
import type { Db } from '../../db/connect.ts';
import type { Requester } from '../../people/requester.ts';
import { isFrozen } from '../../vault/frozen-secrets.ts';
import { pageLimit, readCursor, toPage, type Page } from '../paging.ts';
import type { Secret, SecretQuery } from '../schemas/secret.ts';
import { isoTime, isoTimeOrNull, queryRows } from './rows.ts';
import { visibleTo } from './visible-to.ts';

/** Whose secret is meant, by our ids. */
export interface SecretOwner {
  scope: SecretScope;
  installationId: string | null;
  repositoryId: string | null;
  projectId?: string | null;
  watchKey?: string | null;
}

interface SecretRow {
  id: string;
  name: string;
  scope: SecretScope;
  installation_id: string | null;
  full_name: string | null;
  project_id: string | null;
  project: string | null;
  watch_key: string | null;
  destinations: string[] | null;
  frozen: boolean;
  version: number;
  created_by: string | null;
  updated_by: string | null;
  created_at: Date;
  updated_at: Date;
  last_used_at: Date | null;
}

/** No column that holds or unlocks a value is ever selected here. */
const selectSql = `select s.id, s.name, s.scope, s.installation_id, r.full_name, s.project_id, p.name as project, s.watch_key, s.destinations, s.version, s.created_by, s.updated_by, s.created_at, s.updated_at,
    s.last_used_at, ${isFrozen('i.account_id')} as frozen
  from secrets s left join repositories r on r.id = s.repository_id left join installations i on i.id = r.installation_id
    left join projects p on p.id = s.project_id`;

function secretItem(row: SecretRow): Secret {
  return {
    name: row.name,
    scope: row.scope,
    installation_id: row.installation_id,
    repository: row.full_name,
    project: row.project_id === null ? null : { id: row.project_id, name: row.project ?? '' },
    watch: row.watch_key,
    destinations: row.destinations,
    frozen: row.frozen,
    version: row.version,
    created_by: row.created_by,
    updated_by: row.updated_by,
    created_at: isoTime(row.created_at),
    updated_at: isoTime(row.updated_at),
    last_used_at: isoTimeOrNull(row.last_used_at),
  };
}

/** A page of secrets without their values, the newest first. */
export async function listSecrets(
  db: Db,
  { owner, requester }: { owner: SecretOwner | undefined; requester: Requester },
  query: SecretQuery,
): Promise<Page<Secret>> {
  const limit = pageLimit(query);
  const cursor = readCursor(query, /^[0-9a-f-]{36}$/) ?? null;
  const owned = `${owner === undefined ? 'true' : ownerSql} and (cast(:name as text) is null or s.name = :name)`;
  const seen = visibleTo(requester, {
    installation: 'coalesce(s.installation_id, r.installation_id)',
    repository: 's.repository_id',
    project: 's.project_id',
  });
  const rows = await queryRows<SecretRow>(
    db,
    `${selectSql} where (cast(:cursor as uuid) is null or s.id < :cursor) and ${owned} and ${seen.sql} order by s.id desc limit :limit`,
    { cursor, name: query.name ?? null, ...(owner && bindingsOf(owner)), ...seen.values, limit: limit + 1 },
  );
  return toPage(rows, limit, { item: secretItem, key: (row) => row.id });
}

/** What is a repository's is its own, in whatever installation it was set. */
const ownerSql = `s.scope = :scope and (s.repository_id is not null or s.installation_id is not distinct from cast(:installationId as bigint))
  and s.repository_id is not distinct from cast(:repositoryId as bigint)
  and s.project_id is not distinct from cast(:projectId as bigint) and s.watch_key is not distinct from cast(:watchKey as text)`;

function bindingsOf({
  scope,
  installationId,
  repositoryId,
  projectId = null,
  watchKey = null,
}: SecretOwner): Record<string, string | null> {
  return { scope, installationId, repositoryId, projectId, watchKey };
}

/** A secret's facts by owner and name; never its value. */
export async function findSecret(db: Db, owner: SecretOwner, name: string): Promise<Secret | undefined> {
  const [row] = await queryRows<SecretRow>(db, `${selectSql} where ${ownerSql} and s.name = :name`, { ...bindingsOf(owner), name });
  return row === undefined ? undefined : secretItem(row);
}

/** Our id of a secret by owner and name. */
export async function findSecretId(db: Db, owner: SecretOwner, name: string): Promise<string | undefined> {
  const [row] = await queryRows<{ id: string }>(db, `select s.id from secrets s where ${ownerSql} and s.name = :name`, {
    ...bindingsOf(owner),
    name,
  });
  return row?.id;
}

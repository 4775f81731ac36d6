import type { Db } from '../../db/connect.ts';
import { idKey, pageLimit, readCursor, toPage, type Page } from '../paging.ts';
import type { Installation, InstallationQuery } from '../schemas/installation.ts';
import { isoTime, isoTimeOrNull, queryRows } from './rows.ts';

interface InstallationRow {
  id: string;
  github_id: string;
  host: string;
  status: Installation['status'];
  app_slug: string | null;
  repository_selection: Installation['repository_selection'];
  permissions: Record<string, unknown>;
  events: string[];
  account_id: string;
  account_github_id: string;
  login: string;
  account_type: Installation['account']['type'];
  avatar_url: string | null;
  tracked: number;
  removed: number;
  installed_at: Date | null;
  suspended_at: Date | null;
  deleted_at: Date | null;
  listed_at: Date | null;
  list_error: string | null;
  created_at: Date;
  updated_at: Date;
}

const statusSql = `case when i.deleted_at is not null then 'deleted' when i.suspended_at is not null then 'suspended' else 'active' end`;

const selectSql = `select i.*, ${statusSql} as status, a.github_id as account_github_id, a.login, a.type as account_type, a.avatar_url,
    n.tracked, n.removed
  from installations i join accounts a on a.id = i.account_id
  cross join lateral (
    select count(*) filter (where r.removed_at is null)::int as tracked, count(*) filter (where r.removed_at is not null)::int as removed
    from repositories r where r.installation_id = i.id
  ) n`;

function installationItem(row: InstallationRow): Installation {
  return {
    id: row.id,
    github_id: row.github_id,
    status: row.status,
    account: {
      id: row.account_id,
      github_id: row.account_github_id,
      login: row.login,
      type: row.account_type,
      avatar_url: row.avatar_url,
    },
    host: row.host,
    app_slug: row.app_slug,
    repository_selection: row.repository_selection,
    permissions: row.permissions,
    events: row.events,
    repositories: { tracked: row.tracked, removed: row.removed },
    installed_at: isoTimeOrNull(row.installed_at),
    suspended_at: isoTimeOrNull(row.suspended_at),
    deleted_at: isoTimeOrNull(row.deleted_at),
    listed_at: isoTimeOrNull(row.listed_at),
    list_error: row.list_error,
    created_at: isoTime(row.created_at),
    updated_at: isoTime(row.updated_at),
  };
}

/** A page of installations, the newest first. */
export async function listInstallations(db: Db, query: InstallationQuery): Promise<Page<Installation>> {
  const limit = pageLimit(query);
  const cursor = readCursor(query, idKey) ?? null;
  const rows = await queryRows<InstallationRow>(
    db,
    `${selectSql} where (cast(:cursor as bigint) is null or i.id < :cursor) and (cast(:status as text) is null or ${statusSql} = :status)
     order by i.id desc limit :limit`,
    { cursor, status: query.status ?? null, limit: limit + 1 },
  );
  return toPage(rows, limit, { item: installationItem, key: (row) => row.id });
}

/** An installation by our id. */
export async function findInstallation(db: Db, id: string): Promise<Installation | undefined> {
  const [row] = await queryRows<InstallationRow>(db, `${selectSql} where i.id = :id`, { id });
  return row === undefined ? undefined : installationItem(row);
}

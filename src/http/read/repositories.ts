import type { ConfigStatus } from '../../core/statuses.ts';
import type { Db } from '../../db/connect.ts';
import { idKey, pageLimit, readCursor, toPage, type Page } from '../paging.ts';
import type { Repository, RepositoryQuery } from '../schemas/repository.ts';
import { isoTime, isoTimeOrNull, queryRows } from './rows.ts';

interface RepositoryRow {
  id: string;
  github_id: string;
  installation_id: string;
  owner: string;
  name: string;
  full_name: string;
  html_url: string | null;
  private: boolean;
  default_branch: string | null;
  status: Repository['status'];
  removed_at: Date | null;
  removed_reason: string | null;
  pushed_at: Date | null;
  baseline_at: Date | null;
  config_status: ConfigStatus;
  config_checked_at: Date | null;
  reconcile_interval_seconds: number | null;
  reconcile_due_at: Date;
  reconciled_at: Date | null;
  reconcile_failures: number;
  reconcile_error: string | null;
  last_check_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

const conditions = {
  removed: 'r.removed_at is not null',
  archived: 'r.removed_at is null and r.archived',
  disabled: 'r.removed_at is null and not r.archived and (r.disabled or not r.enabled)',
  active: 'r.removed_at is null and not r.archived and not r.disabled and r.enabled',
} as const;

const statusSql = `case ${Object.entries(conditions)
  .map(([status, sql]) => `when ${sql} then '${status}'`)
  .join(' ')} end`;
const lastCheckSql = `(select c.checked_at from check_records c where c.repository_id = r.id and c.result <> 'manual' order by c.id desc limit 1)`;
const selectSql = `select r.*, ${statusSql} as status, ${lastCheckSql} as last_check_at from repositories r`;

function repositoryItem(row: RepositoryRow): Repository {
  return {
    id: row.id,
    github_id: row.github_id,
    installation_id: row.installation_id,
    owner: row.owner,
    name: row.name,
    full_name: row.full_name,
    html_url: row.html_url,
    private: row.private,
    default_branch: row.default_branch,
    status: row.status,
    removed_at: isoTimeOrNull(row.removed_at),
    removed_reason: row.removed_reason,
    pushed_at: isoTimeOrNull(row.pushed_at),
    baseline_at: isoTimeOrNull(row.baseline_at),
    config_status: row.config_status,
    config_checked_at: isoTimeOrNull(row.config_checked_at),
    reconcile: {
      interval_seconds: row.reconcile_interval_seconds,
      due_at: isoTime(row.reconcile_due_at),
      last_at: isoTimeOrNull(row.reconciled_at),
      failures: row.reconcile_failures,
      error: row.reconcile_error,
    },
    last_check_at: isoTimeOrNull(row.last_check_at),
    created_at: isoTime(row.created_at),
    updated_at: isoTime(row.updated_at),
  };
}

/** Text that is searched for, not a pattern. */
function likeText(text: string): string {
  return `%${text.toLowerCase().replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
}

/** A page of repositories, the newest first. */
export async function listRepositories(db: Db, query: RepositoryQuery): Promise<Page<Repository>> {
  const limit = pageLimit(query);
  const cursor = readCursor(query, idKey);
  const where: string[] = [query.status === undefined ? 'r.removed_at is null' : `(${conditions[query.status]})`];
  const bindings: Record<string, unknown> = { limit: limit + 1 };
  const add = (sql: string, values: Record<string, unknown>) => {
    where.push(sql);
    Object.assign(bindings, values);
  };
  if (query.installation !== undefined) add('r.installation_id = :installation', { installation: query.installation });
  if (query.q !== undefined) add('lower(r.full_name) like :q', { q: likeText(query.q) });
  if (cursor !== undefined) add('r.id < :cursor', { cursor });
  const sql = `${selectSql} where ${where.join(' and ')} order by r.id desc limit :limit`;
  const rows = await queryRows<RepositoryRow>(db, sql, bindings);
  return toPage(rows, limit, { item: repositoryItem, key: (row) => row.id });
}

/** The repository that has this name now, in any case; one that was removed only when no other has the name. */
export async function findRepository(db: Db, fullName: string): Promise<Repository | undefined> {
  const sql = `${selectSql} where lower(r.full_name) = lower(:fullName) order by (r.removed_at is null) desc, r.id desc limit 1`;
  const [row] = await queryRows<RepositoryRow>(db, sql, { fullName });
  return row === undefined ? undefined : repositoryItem(row);
}

/** Our ids of every repository that has or had this name. */
export async function listRepositoryIds(db: Db, fullName: string): Promise<string[]> {
  const rows = await queryRows<{ id: string }>(db, 'select r.id from repositories r where lower(r.full_name) = lower(:fullName)', {
    fullName,
  });
  return rows.map((row) => row.id);
}

/** GitHub's ids of every repository that has or had this name. */
export async function listRepositoryGithubIds(db: Db, fullName: string): Promise<string[]> {
  const sql = 'select r.github_id as id from repositories r where lower(r.full_name) = lower(:fullName)';
  const rows = await queryRows<{ id: string }>(db, sql, { fullName });
  return rows.map((row) => row.id);
}

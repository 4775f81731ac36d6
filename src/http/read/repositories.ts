import type { ConfigStatus } from '../../core/statuses.ts';
import type { Db } from '../../db/connect.ts';
import type { Requester } from '../../people/requester.ts';
import { isFrozen } from '../../vault/frozen-secrets.ts';
import type { Page } from '../paging.ts';
import type { Repository, RepositoryEntry, RepositoryQuery } from '../schemas/repository.ts';
import { PageQuery } from './page-query.ts';
import { isoTime, isoTimeOrNull, queryRows } from './rows.ts';
import { visibleTo } from './visible-to.ts';

interface RepositoryRow {
  id: string;
  github_id: string;
  installation_id: string;
  owner: string;
  owner_github_id: string | null;
  owner_type: string | null;
  owner_avatar_url: string | null;
  account_type: string;
  account_avatar_url: string | null;
  name: string;
  full_name: string;
  former_names: string[];
  html_url: string | null;
  private: boolean;
  visibility: string | null;
  archived: boolean;
  enabled: boolean;
  sync_state: Repository['sync_state'];
  frozen_secrets: number;
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

interface EntryRow extends RepositoryRow {
  watches: number;
  change_id: string | null;
  change_type: string;
  change_ref: string | null;
  change_actor: string | null;
  change_at: Date;
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
/** How far what GitHub has was taken over (R030); an error is followed by another try, or by `POST /api/repos/:owner/:name/reconcile`. */
const syncSql = `case when r.reconcile_error is not null then 'errored_fetching_refs' when r.config_status = 'load_error' then 'errored_fetching_config'
  when r.baseline_at is null then 'unsynced' else 'synced' end`;
const columnsSql = `r.*, ${statusSql} as status, ${syncSql} as sync_state,
    (select count(*)::int from secrets s where s.repository_id = r.id and ${isFrozen('i.account_id')}) as frozen_secrets,
    array(select f.full_name from repository_names f where f.repository_id = r.id and lower(f.full_name) <> lower(r.full_name)
      order by f.until_at desc limit 20) as former_names, ${lastCheckSql} as last_check_at,
    a.type as account_type, case when a.github_id = r.owner_github_id then a.avatar_url end as account_avatar_url`;
const fromSql = `from repositories r join installations i on i.id = r.installation_id join accounts a on a.id = i.account_id`;
const selectSql = `select ${columnsSql} ${fromSql}`;
/** Who looks at a branch changes nothing in a repository. */
const entrySql = `select ${columnsSql}, l.*,
    (select count(*)::int from watches w where w.repository_id = r.id and w.removed_at is null) as watches
  ${fromSql} left join lateral (
    select c.id as change_id, c.type as change_type, c.ref_name as change_ref, c.actor->>'login' as change_actor, c.happened_at as change_at from changes c
    where c.repository_id = r.id and c.type not in ('branch.joined', 'branch.left') order by c.id desc limit 1
  ) l on true`;

function repositoryItem(row: RepositoryRow): Repository {
  return {
    id: row.id,
    github_id: row.github_id,
    installation_id: row.installation_id,
    owner: {
      id: row.owner_github_id,
      login: row.owner,
      type: row.owner_type ?? row.account_type,
      avatar_url: row.owner_avatar_url ?? row.account_avatar_url,
    },
    name: row.name,
    full_name: row.full_name,
    html_url: row.html_url,
    former_names: row.former_names,
    private: row.private,
    visibility: row.visibility ?? (row.private ? 'private' : 'public'),
    archived: row.archived,
    enabled: row.enabled,
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
    sync_state: row.sync_state,
    last_synced_at: isoTimeOrNull(row.reconciled_at),
    secrets: { frozen: row.frozen_secrets },
    created_at: isoTime(row.created_at),
    updated_at: isoTime(row.updated_at),
  };
}

function entryItem(row: EntryRow): RepositoryEntry {
  const { change_id: id, change_type: type, change_ref: ref, change_actor: actor, change_at: at, watches } = row;
  const change = id === null ? null : { id, type, ref_name: ref, actor, happened_at: isoTime(at) };
  return { ...repositoryItem(row), watches, last_change: change };
}

/** Text that is searched for, not a pattern. */
function likeText(text: string): string {
  return `%${text.toLowerCase().replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
}

/** A page of repositories, the newest first. */
export async function listRepositories(db: Db, query: RepositoryQuery, requester: Requester): Promise<Page<RepositoryEntry>> {
  const list = new PageQuery<EntryRow>('r.id', query);
  const unfiltered = query.removed === true ? 'true' : 'r.removed_at is null';
  list.where(query.status === undefined ? unfiltered : `(${conditions[query.status]})`, {});
  list.add(visibleTo(requester, { installation: 'r.installation_id', repository: 'r.id' }));
  list.whereEqual('r.installation_id', query.installation);
  list.whereEqual('r.config_status', query.config);
  if (query.q !== undefined) list.where('lower(r.full_name) like :q', { q: likeText(query.q) });
  return await list.read(db, entrySql, { item: entryItem, counted: 'select r.id from repositories r' });
}

/**
 * Which repository a name means, best first: the one that is called so now, the one that was called so before, and then those that
 * were removed. The latest wins, so a new repository that takes an old name has it (handbook B8).
 */
export const namedRepositories = `with named as (
    select r.id, r.github_id, 0 as former from repositories r where lower(r.full_name) = lower(:fullName)
    union all
    select r.id, r.github_id, 1 from repository_names f join repositories r on r.id = f.repository_id where lower(f.full_name) = lower(:fullName)
  )`;

/** The repository that this name leads to, in any case, by its present or a former name. */
export async function findRepository(db: Db, fullName: string): Promise<Repository | undefined> {
  const sql = `${namedRepositories} ${selectSql} join named on named.id = r.id order by (r.removed_at is null) desc, named.former, r.id desc limit 1`;
  const [row] = await queryRows<RepositoryRow>(db, sql, { fullName });
  return row === undefined ? undefined : repositoryItem(row);
}

/** Where a name leads that no repository has now: the present name of the one that had it; undefined for a name that is in use or unknown. */
export async function findPresentName(db: Db, fullName: string): Promise<string | undefined> {
  const sql = `${namedRepositories} select r.full_name, named.former from repositories r join named on named.id = r.id
     order by (r.removed_at is null) desc, named.former, r.id desc limit 1`;
  const [row] = await queryRows<{ full_name: string; former: number }>(db, sql, { fullName });
  return row === undefined || row.former === 0 ? undefined : row.full_name;
}

/** Our ids of every repository that has or had this name. */
export async function listRepositoryIds(db: Db, fullName: string): Promise<string[]> {
  const rows = await queryRows<{ id: string }>(db, `${namedRepositories} select distinct named.id from named`, { fullName });
  return rows.map((row) => row.id);
}

/** GitHub's ids of every repository that has or had this name. */
export async function listRepositoryGithubIds(db: Db, fullName: string): Promise<string[]> {
  const rows = await queryRows<{ id: string }>(db, `${namedRepositories} select distinct named.github_id as id from named`, { fullName });
  return rows.map((row) => row.id);
}

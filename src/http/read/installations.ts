import type { Db } from '../../db/connect.ts';
import type { Requester } from '../../people/requester.ts';
import { explainInstallation, installationStatusSql, standingSql, type ListingState } from '../../mirror/installation-status.ts';
import type { Page } from '../paging.ts';
import type { Installation, InstallationQuery } from '../schemas/installation.ts';
import { PageQuery } from './page-query.ts';
import { isoTime, isoTimeOrNull, queryRows } from './rows.ts';
import { visibleInstallations } from './visible-to.ts';

interface InstallationRow {
  id: string;
  github_id: string;
  host: string;
  status: Installation['status'];
  state: ListingState;
  begun: boolean;
  deleted: boolean;
  allowed: boolean;
  suspended: boolean;
  project_id: string | null;
  enabled: boolean;
  app_slug: string | null;
  html_url: string | null;
  repository_selection: Installation['repository_selection'];
  permissions: Record<string, unknown>;
  pending_permissions: string[];
  events: string[];
  account_id: string;
  account_github_id: string;
  login: string;
  account_type: Installation['account']['type'];
  avatar_url: string | null;
  user_id: string | null;
  sender_github_id: string | null;
  sender_login: string | null;
  requester_github_id: string | null;
  requester_login: string | null;
  refusal_message: string | null;
  tracked: number;
  removed: number;
  installed_at: Date | null;
  suspended_at: Date | null;
  deleted_at: Date | null;
  purged_at: Date | null;
  list_started_at: Date | null;
  listed_at: Date | null;
  list_error: string | null;
  list_code: string | null;
  list_due_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

/** The person here whose it is: who asked for it, who installed it (handbook I8), who owns the account, or whoever else GitHub shows it. */
const userSql = `select u.id from github_users u left join user_installations n on n.user_id = u.id and n.installation_github_id = i.github_id
  where u.host = i.host and u.revoked_at is null and (n.user_id is not null or u.github_id in (i.requester_github_id, i.sender_github_id))
  order by u.github_id is not distinct from i.requester_github_id desc, u.github_id is not distinct from i.sender_github_id desc,
    n.manages desc nulls last, u.id limit 1`;

const selectSql = `select i.*, s.state, s.begun, s.deleted, s.suspended, ${installationStatusSql} as status, a.github_id as account_github_id,
    a.login, a.type as account_type, a.avatar_url, (${userSql}) as user_id, n.tracked, n.removed
  from installations i join accounts a on a.id = i.account_id
  cross join lateral (select ${standingSql}) s
  cross join lateral (
    select count(*) filter (where r.removed_at is null)::int as tracked, count(*) filter (where r.removed_at is not null)::int as removed
    from repositories r where r.installation_id = i.id
  ) n`;

function person(githubId: string | null, login: string | null): Installation['sender'] {
  return githubId === null && login === null ? null : { github_id: githubId, login };
}

function installationItem(row: InstallationRow): Installation {
  const { reason, link } = explainInstallation(row.status, {
    host: row.host,
    githubId: row.github_id,
    login: row.login,
    accountType: row.account_type,
    appSlug: row.app_slug,
    htmlUrl: row.html_url,
    sender: row.sender_login,
    requester: row.requester_login,
    pending: row.pending_permissions,
    refusalMessage: row.refusal_message,
    listError: row.list_error,
  });
  return {
    id: row.id,
    github_id: row.github_id,
    status: row.status,
    reason,
    link,
    state: row.state,
    origin: row.begun ? 'repowatch' : 'github',
    installed: !row.deleted,
    user_id: row.user_id,
    sender: person(row.sender_github_id, row.sender_login),
    requester: person(row.requester_github_id, row.requester_login),
    account: {
      id: row.account_id,
      github_id: row.account_github_id,
      login: row.login,
      type: row.account_type,
      avatar_url: row.avatar_url,
    },
    host: row.host,
    app_slug: row.app_slug,
    html_url: row.html_url,
    project_id: row.project_id,
    enabled: row.enabled,
    allowed: row.allowed,
    active: !row.deleted && row.allowed && !row.suspended && row.enabled,
    repository_selection: row.repository_selection,
    permissions: row.permissions,
    pending_permissions: row.pending_permissions,
    events: row.events,
    repositories: { tracked: row.tracked, removed: row.removed },
    installed_at: isoTimeOrNull(row.installed_at),
    suspended_at: isoTimeOrNull(row.suspended_at),
    deleted_at: isoTimeOrNull(row.deleted_at),
    purged_at: isoTimeOrNull(row.purged_at),
    list_started_at: isoTimeOrNull(row.list_started_at),
    listed_at: isoTimeOrNull(row.listed_at),
    list_error: row.list_error,
    list_code: row.list_code,
    list_due_at: isoTimeOrNull(row.list_due_at),
    created_at: isoTime(row.created_at),
    updated_at: isoTime(row.updated_at),
  };
}

/** A page of installations, the newest first. */
export async function listInstallations(db: Db, query: InstallationQuery, requester: Requester): Promise<Page<Installation>> {
  const page = new PageQuery<InstallationRow>('i.id', query);
  page.add(visibleInstallations(requester));
  if (query.status !== undefined) page.where(`${installationStatusSql} = :status`, { status: query.status });
  if (query.account !== undefined)
    page.where('(lower(a.login) = lower(:account) or cast(a.github_id as text) = :account)', { account: query.account });
  if (query.user_id !== undefined) page.where(`(${userSql}) = :user`, { user: query.user_id });
  return await page.read(db, selectSql, installationItem);
}

/** An installation by our id. */
export async function findInstallation(db: Db, id: string): Promise<Installation | undefined> {
  const [row] = await queryRows<InstallationRow>(db, `${selectSql} where i.id = :id`, { id });
  return row === undefined ? undefined : installationItem(row);
}

/** True when the App is installed anywhere. */
export async function isInstalled(db: Db): Promise<boolean> {
  const [row] = await queryRows<{ installed: boolean }>(
    db,
    'select exists (select 1 from installations i where i.deleted_at is null) as installed',
  );
  return row?.installed === true;
}

import type { ConfigStatus } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';
import { prepared } from '../db/prepared.ts';

/** A tracked repository with what is known of its installation. Ids of rows and of GitHub are texts. */
export interface Repository {
  id: string;
  githubId: string;
  installationId: string;
  installationGithubId: string;
  owner: string;
  name: string;
  fullName: string;
  private: boolean;
  defaultBranch: string | null;
  htmlUrl: string | null;
  archived: boolean;
  disabled: boolean;
  enabled: boolean;
  removedAt: Date | null;
  baselineAt: Date | null;
  suspendedAt: Date | null;
  uninstalledAt: Date | null;
  /** The App's name on GitHub, when an installation event told it: `<slug>[bot]` is how its own writes come back (handbook C14). */
  appSlug: string | null;
  configId: string | null;
  configStatus: ConfigStatus;
  configBlobSha: string | null;
  configDueAt: Date | null;
  reconcileDueAt: Date;
  reconcileFailures: number;
  reconcileIntervalSeconds: number | null;
  /** What its configuration asks for; null leaves it to us. */
  configIntervalSeconds: number | null;
  nodeId: string | null;
  pushedAt: Date | null;
  refsDueAt: Date;
}

/** What GitHub says about a repository, as far as the mirror keeps it. */
export interface RepositoryUpdate {
  github_id: string;
  name: string;
  full_name: string;
  owner: { github_id: string; login: string };
  private: boolean;
  default_branch: string | null;
  archived: boolean;
  disabled: boolean;
  pushed_at: Date | null;
  html_url: string | null;
  /** The id that GraphQL knows it by; events about installations bring none. */
  node_id?: string | null;
}

const columns = `r.id, r.github_id as "githubId", r.installation_id as "installationId", i.github_id as "installationGithubId",
  r.owner, r.name, r.full_name as "fullName", r.private, r.default_branch as "defaultBranch", r.html_url as "htmlUrl",
  r.archived, r.disabled, r.enabled, r.removed_at as "removedAt", r.baseline_at as "baselineAt",
  i.suspended_at as "suspendedAt", i.deleted_at as "uninstalledAt", i.app_slug as "appSlug",
  r.config_id as "configId", r.config_status as "configStatus", r.config_blob_sha as "configBlobSha", r.config_due_at as "configDueAt",
  r.reconcile_due_at as "reconcileDueAt", r.reconcile_failures as "reconcileFailures", r.reconcile_interval_seconds as "reconcileIntervalSeconds",
  r.config_interval_seconds as "configIntervalSeconds", r.node_id as "nodeId", r.pushed_at as "pushedAt", r.refs_due_at as "refsDueAt"`;

/** Finds repositories by GitHub's numeric ids, the only thing about them that never changes (handbook B8); by GitHub id. */
export async function findRepositories(db: Db, host: string, githubIds: string[]): Promise<Map<string, Repository>> {
  if (githubIds.length === 0) return new Map();
  const { rows } = await prepared<{ rows: Repository[] }>(
    db,
    `select ${columns} from repositories r join installations i on i.id = r.installation_id
     where r.host = ? and r.github_id = any(?::bigint[])`,
    [host, githubIds],
  );
  return new Map(rows.map((row) => [row.githubId, row]));
}

/**
 * Writes down what GitHub says about repositories of one installation, and takes back those that were removed. A repository
 * that comes from another installation moves here with its history (handbook B7). Where GitHub said nothing, what is known stays.
 */
export async function upsertRepositories(
  db: Db,
  owner: { host: string; installationId: string },
  updates: RepositoryUpdate[],
): Promise<void> {
  if (updates.length === 0) return;
  const rows = updates.map((update) => ({ ...update, owner: update.owner.login, owner_github_id: update.owner.github_id }));
  await db.raw(
    `insert into repositories (host, github_id, installation_id, owner_github_id, owner, name, full_name, private, default_branch,
       html_url, archived, disabled, pushed_at, node_id)
     select ?, item.github_id, ?, item.owner_github_id, item.owner, item.name, item.full_name, item.private, item.default_branch,
       item.html_url, item.archived, item.disabled, item.pushed_at, item.node_id
     from json_to_recordset(?::json) as item (github_id bigint, owner_github_id bigint, owner text, name text, full_name text, private boolean,
       default_branch text, html_url text, archived boolean, disabled boolean, pushed_at timestamptz, node_id text)
     order by item.github_id
     on conflict (host, github_id) do update set
       installation_id = excluded.installation_id, owner_github_id = excluded.owner_github_id, owner = excluded.owner,
       name = excluded.name, full_name = excluded.full_name, private = excluded.private,
       default_branch = coalesce(excluded.default_branch, repositories.default_branch),
       html_url = coalesce(excluded.html_url, repositories.html_url), archived = excluded.archived, disabled = excluded.disabled,
       pushed_at = coalesce(excluded.pushed_at, repositories.pushed_at), node_id = coalesce(excluded.node_id, repositories.node_id),
       refs_due_at = case when repositories.removed_at is not null or (repositories.archived and not excluded.archived)
         then now() else repositories.refs_due_at end,
       config_due_at = case when excluded.default_branch is distinct from repositories.default_branch and excluded.default_branch is not null
         then now() else repositories.config_due_at end,
       removed_at = null, removed_reason = null, updated_at = now()`,
    [owner.host, owner.installationId, JSON.stringify(rows)],
  );
}

/** Marks repositories as removed, softly: history stays, and the same numeric id revives the row (handbook B7). */
export async function removeRepositories(db: Db, installationId: string, removal: { githubIds: string[]; reason: string }): Promise<void> {
  await db.raw(
    `update repositories set removed_at = now(), removed_reason = ?, updated_at = now()
     where installation_id = ? and github_id = any(?::bigint[]) and removed_at is null`,
    [removal.reason, installationId, removal.githubIds],
  );
}

/** Marks what a complete listing no longer shows as removed; answers how many that were. */
export async function removeUnlistedRepositories(
  db: Db,
  installationId: string,
  listed: { githubIds: string[]; before: Date },
): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `update repositories set removed_at = now(), removed_reason = 'not in the installation''s listing', updated_at = now()
     where installation_id = ? and not (github_id = any(?::bigint[])) and removed_at is null and created_at < ?`,
    [installationId, listed.githubIds, listed.before],
  );
  return rowCount;
}

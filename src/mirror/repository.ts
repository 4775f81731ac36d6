import type { ConfigStatus } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';
import { followsSql } from '../db/follows.ts';
import { prepared } from '../db/prepared.ts';
import { refreshProjectPace } from './project-pace.ts';

/** A tracked repository with what is known of its installation. Ids of rows and of GitHub are texts. */
export interface Repository {
  id: string;
  githubId: string;
  installationId: string;
  installationGithubId: string;
  /** Whose it is by GitHub's numeric id; an installation only ever covers what its own account owns. */
  ownerGithubId: string | null;
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
  /** False when the operator's ALLOWED_ACCOUNTS leaves the account out. */
  allowed: boolean;
  /** False when the whole installation is switched off in RepoWatch. */
  installationEnabled: boolean;
  /** True while GitHub lets nobody in: an IP allow list (handbook B19). */
  blocked: boolean;
  /** What GitHub last called the time of its last change; tells an older delivery from a newer one. */
  githubUpdatedAt: Date | null;
  /** When GitHub has to be asked what it is called, whose it is and so on; null while nothing contradicts what is known. */
  factsDueAt: Date | null;
  /** The App's name on GitHub, when an installation event told it: `<slug>[bot]` is how its own writes come back (handbook C14). */
  appSlug: string | null;
  configId: string | null;
  /** True for the repository whose configuration is its owner's: `.github`. */
  isOrganizationFile: boolean;
  /** The organisation's configuration in force; null when there is none that can be seen. */
  organizationConfigId: string | null;
  /** What is known of the organisation's file; null when its repository is not part of the installation, or is switched off: then nobody looks. */
  organizationConfigStatus: ConfigStatus | null;
  /** The configuration of the repository that this one's extends by name. */
  extendsConfigId: string | null;
  /** The versions of the projects that follow it, the oldest project's first. */
  projectConfigIds: string[];
  /** The version that holds the watches which the API made. */
  apiConfigId: string | null;
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
  owner: { github_id: string; login: string; type?: string; avatar_url?: string | null };
  private: boolean;
  visibility?: string | null;
  default_branch: string | null;
  archived: boolean;
  disabled: boolean;
  pushed_at: Date | null;
  updated_at?: Date | null;
  html_url: string | null;
  /** The id that GraphQL knows it by; events about installations bring none. */
  node_id?: string | null;
}

/** With the repository whose configuration counts for all of its owner's: an installation only ever covers what one account owns. */
const tables = `repositories r join installations i on i.id = r.installation_id
  left join repositories o on o.installation_id = r.installation_id and lower(o.name) = '.github' and o.removed_at is null`;

const columns = `r.id, r.github_id as "githubId", r.installation_id as "installationId", i.github_id as "installationGithubId",
  r.owner_github_id as "ownerGithubId", r.owner, r.name, r.full_name as "fullName", r.private, r.default_branch as "defaultBranch", r.html_url as "htmlUrl",
  r.archived, r.disabled, r.enabled, r.removed_at as "removedAt", r.baseline_at as "baselineAt",
  i.suspended_at as "suspendedAt", i.deleted_at as "uninstalledAt", i.allowed, i.enabled as "installationEnabled", i.refusal is not null as blocked,
  r.github_updated_at as "githubUpdatedAt", r.facts_due_at as "factsDueAt", i.app_slug as "appSlug",
  lower(r.name) = '.github' as "isOrganizationFile", o.config_id as "organizationConfigId", case when o.enabled and not o.disabled then o.config_status end as "organizationConfigStatus",
  r.extends_config_id as "extendsConfigId",
  array(select p.config_id::text from projects p where p.config_id is not null and ${followsSql('p', 'r')} order by p.id) as "projectConfigIds", r.api_config_id as "apiConfigId", r.config_id as "configId", r.config_status as "configStatus", r.config_blob_sha as "configBlobSha", r.config_due_at as "configDueAt",
  r.reconcile_due_at as "reconcileDueAt", r.reconcile_failures as "reconcileFailures", r.reconcile_interval_seconds as "reconcileIntervalSeconds",
  r.config_interval_seconds as "configIntervalSeconds", r.node_id as "nodeId", r.pushed_at as "pushedAt", r.refs_due_at as "refsDueAt"`;

/** Finds repositories by GitHub's numeric ids, the only thing about them that never changes (handbook B8); by GitHub id. */
export async function findRepositories(db: Db, host: string, githubIds: string[]): Promise<Map<string, Repository>> {
  if (githubIds.length === 0) return new Map();
  const { rows } = await prepared<{ rows: Repository[] }>(
    db,
    `select ${columns} from ${tables}
     where r.host = ? and r.github_id = any(?::bigint[])`,
    [host, githubIds],
  );
  return new Map(rows.map((row) => [row.githubId, row]));
}

/** What became of the row of one repository that was written. */
export interface UpsertedRepository {
  id: string;
  github_id: string;
  /** True when nobody knew it before. */
  created: boolean;
  /** True when it came from another installation. */
  moved: boolean;
  /** True when it came from another installation, or was removed and is back. */
  placed: boolean;
  /** True when its configuration has to be looked at, because another default branch or another name can bring another one. */
  configDue: boolean;
}

/**
 * An older fact never takes the place of a newer one (R029). What GitHub answered to a question is not believed about what
 * happened since it was asked: a move to another installation, a removal.
 */
const isFresh = `(excluded.github_updated_at is null or repositories.github_updated_at is null
    or excluded.github_updated_at >= repositories.github_updated_at)
  and (cast(:askedAt as timestamptz) is null
    or ((repositories.installation_id = excluded.installation_id or repositories.installation_since <= cast(:askedAt as timestamptz))
      and (repositories.removed_at is null or repositories.removed_at <= cast(:askedAt as timestamptz))))`;

const isPlaced = 'repositories.installation_id <> excluded.installation_id or repositories.removed_at is not null';
const isResumed = `${isPlaced} or (repositories.archived and not excluded.archived) or (repositories.disabled and not excluded.disabled)`;

const upsertSql = `with item as (
    select * from json_to_recordset(cast(:rows as json)) as item (github_id bigint, owner_github_id bigint, owner text, owner_type text,
      owner_avatar_url text, name text, full_name text, private boolean, visibility text, default_branch text, html_url text,
      archived boolean, disabled boolean, pushed_at timestamptz, updated_at timestamptz, node_id text)
  ), before as (
    select r.id, r.installation_id, r.host, r.full_name, r.removed_at from item join repositories r on r.host = :host and r.github_id = item.github_id
  ), written as (
    insert into repositories (host, github_id, installation_id, owner_github_id, owner, owner_type, owner_avatar_url, name, full_name,
      private, visibility, default_branch, html_url, archived, disabled, pushed_at, github_updated_at, node_id)
    select :host, item.github_id, :installationId, item.owner_github_id, item.owner, item.owner_type, item.owner_avatar_url, item.name,
      item.full_name, item.private, item.visibility, item.default_branch, item.html_url, item.archived, item.disabled, item.pushed_at,
      item.updated_at, item.node_id
    from item order by item.github_id
    on conflict (host, github_id) do update set
      installation_id = excluded.installation_id,
      installation_since = case when ${isPlaced} then now() else repositories.installation_since end,
      owner_github_id = excluded.owner_github_id, owner = excluded.owner,
      owner_type = coalesce(excluded.owner_type, case when repositories.owner_github_id = excluded.owner_github_id then repositories.owner_type end),
      owner_avatar_url = coalesce(excluded.owner_avatar_url,
        case when repositories.owner_github_id = excluded.owner_github_id then repositories.owner_avatar_url end),
      name = excluded.name, full_name = excluded.full_name, private = excluded.private,
      visibility = coalesce(excluded.visibility, case when repositories.private = excluded.private then repositories.visibility end),
      default_branch = coalesce(excluded.default_branch, repositories.default_branch),
      html_url = coalesce(excluded.html_url, case when repositories.full_name = excluded.full_name then repositories.html_url end),
      archived = excluded.archived, disabled = excluded.disabled,
      pushed_at = coalesce(excluded.pushed_at, repositories.pushed_at), node_id = coalesce(excluded.node_id, repositories.node_id),
      github_updated_at = coalesce(excluded.github_updated_at, repositories.github_updated_at),
      facts_due_at = case when cast(:askedAt as timestamptz) is null then repositories.facts_due_at end,
      reconcile_due_at = case when ${isResumed} then now() else repositories.reconcile_due_at end,
      refs_due_at = case when ${isResumed} then now() else repositories.refs_due_at end,
      config_due_at = case when ${isResumed}
          or (excluded.default_branch is distinct from repositories.default_branch and excluded.default_branch is not null)
          or (lower(excluded.name) = '.github') <> (lower(repositories.name) = '.github')
        then now() else repositories.config_due_at end,
      removed_at = null, removed_reason = null, updated_at = now()
    where ${isFresh}
    returning id, github_id, full_name, installation_id, xmax = 0 as created, coalesce(config_due_at <= now(), false) as config_due
  ), former as (
    insert into repository_names (repository_id, installation_id, host, full_name)
    select before.id, before.installation_id, before.host, before.full_name from before join written on written.id = before.id
    where before.full_name <> written.full_name
    on conflict (repository_id, lower(full_name)) do update set until_at = now()
  )
  select written.id, written.github_id, written.created, written.config_due as "configDue",
    coalesce(before.installation_id <> written.installation_id, false) as moved,
    coalesce(before.installation_id <> written.installation_id or before.removed_at is not null, false) as placed
  from written left join before on before.id = written.id`;

/**
 * Writes down what GitHub says about repositories of one installation, and takes back those that were removed. A repository
 * that comes from another installation moves here with its refs and watches, while its history stays with the installation
 * under which it happened (handbook B7). Where GitHub said nothing, what is known stays. With `askedAt`, the updates are an
 * answer to a question that was begun then; without, the word of an event. Answers the rows that were written.
 */
export async function upsertRepositories(
  db: Db,
  owner: { host: string; installationId: string; askedAt?: Date },
  updates: RepositoryUpdate[],
): Promise<UpsertedRepository[]> {
  if (updates.length === 0) return [];
  const items = updates.map((update) => ({
    ...update,
    owner: update.owner.login,
    owner_github_id: update.owner.github_id,
    owner_type: update.owner.type,
    owner_avatar_url: update.owner.avatar_url,
  }));
  const { rows } = await db.raw<{ rows: UpsertedRepository[] }>(upsertSql, {
    host: owner.host,
    installationId: owner.installationId,
    askedAt: owner.askedAt ?? null,
    rows: JSON.stringify(items),
  } as unknown as Record<string, string>);
  const moved = rows.filter((row) => row.moved).map((row) => row.id);
  if (moved.length > 0) await moveBelongings(db, owner.installationId, moved);
  const arrived = rows.filter((row) => row.created || row.placed).map((row) => row.id);
  if (arrived.length > 0) await refreshProjectPace(db, { repositoryIds: arrived });
  return rows;
}

/** What a repository is goes with it to another installation; what happened stays where it happened. */
async function moveBelongings(db: Db, installationId: string, ids: string[]): Promise<void> {
  await db.raw('update ref_gaps g set installation_id = ? from refs f where f.id = g.ref_id and f.repository_id = any(?::bigint[])', [
    installationId,
    ids,
  ]);
  for (const table of ['refs', 'watches', 'configs', 'schedules', 'presences'])
    await db.raw(`update ${table} set installation_id = ? where repository_id = any(?::bigint[])`, [installationId, ids]);
}

/** Makes sure that GitHub is asked at `at` what these repositories are. */
export async function askForFacts(db: Db, ids: string[], at: Date): Promise<void> {
  await db.raw('update repositories set facts_due_at = ? where id = any(?::bigint[])', [at, ids]);
}

/** Which repositories of an installation are meant: those of these GitHub ids, all, or those that a complete listing begun at `before` does not show. */
export type Departing = { githubIds: string[] } | { all: true } | { notListed: string[]; before: Date };

/** Locks and lists repositories of an installation that are about to be removed, at most `limit`, in the order of their ids. */
export async function lockDeparting(trx: Db, from: { installationId: string; which: Departing }, limit: number): Promise<Repository[]> {
  const { installationId, which: departing } = from;
  const [which, values] =
    'githubIds' in departing
      ? ['r.github_id = any(?::bigint[])', [departing.githubIds]]
      : 'all' in departing
        ? ['true', []]
        : ['not (r.github_id = any(?::bigint[])) and r.installation_since < ?', [departing.notListed, departing.before]];
  const { rows } = await trx.raw<{ rows: Repository[] }>(
    `select ${columns} from ${tables}
     where r.installation_id = ? and r.removed_at is null and ${which} order by r.id limit ? for update of r`,
    [installationId, ...values, limit],
  );
  return rows;
}

/**
 * Locks and lists those of these repositories that are active in another, living installation, in the order of their ids. With
 * `askedAt`, those that came there after the question was begun are left out, as upsertRepositories leaves them.
 */
export async function lockElsewhere(
  trx: Db,
  host: string,
  arrival: { installationId: string; githubIds: string[]; askedAt?: Date },
): Promise<Repository[]> {
  const { rows } = await trx.raw<{ rows: Repository[] }>(
    `select ${columns} from ${tables}
     where r.host = ? and r.github_id = any(?::bigint[]) and r.installation_id <> ? and r.removed_at is null and i.deleted_at is null
       and r.installation_since <= coalesce(?, now())
     order by r.id for update of r`,
    [host, arrival.githubIds, arrival.installationId, arrival.askedAt ?? null],
  );
  return rows;
}

/** Marks repositories as removed, softly: history stays, and the same numeric id revives the row (handbook B7). */
export async function removeRepositories(db: Db, ids: string[], reason: string): Promise<void> {
  await db.raw(
    `update repositories set removed_at = now(), removed_reason = ?, updated_at = now() where id = any(?::bigint[]) and removed_at is null`,
    [reason, ids],
  );
}

/** Switches a repository on or off in RepoWatch; switched on, it is due. Answers its GitHub id, undefined when there is none. */
export async function setRepositoryEnabled(db: Db, id: string, enabled: boolean): Promise<string | undefined> {
  const due = enabled ? ', reconcile_due_at = now(), refs_due_at = now(), config_due_at = now()' : '';
  const { rows } = await db.raw<{ rows: { github_id: string }[] }>(
    `update repositories set enabled = ?, updated_at = now()${due} where id = ? returning github_id`,
    [enabled, id],
  );
  return rows[0]?.github_id;
}

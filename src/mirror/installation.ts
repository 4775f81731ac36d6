import type { Db } from '../db/connect.ts';
import { upsertAccount, type AccountUpdate } from './account.ts';

/** An installation of the App, with the account it is on. */
export interface Installation {
  id: string;
  githubId: string;
  accountGithubId: string;
  login: string;
  accountType: string;
  /** False when the operator's ALLOWED_ACCOUNTS leaves the account out. */
  allowed: boolean;
  /** False when it is switched off in RepoWatch. */
  enabled: boolean;
  permissions: Record<string, string>;
  suspendedAt: Date | null;
  deletedAt: Date | null;
  purgedAt: Date | null;
  listedAt: Date | null;
  listFailures: number;
  refusal: InstallationRefusal | null;
}

/** Why GitHub lets nobody in although the installation is well: an IP allow list of the organisation (handbook B19). */
export type InstallationRefusal = 'ip_allow_list';

/** What GitHub says about an installation, as far as the mirror keeps it. */
export interface InstallationUpdate {
  github_id: string;
  account: AccountUpdate;
  repository_selection: 'all' | 'selected';
  permissions: Record<string, string>;
  events: string[];
  app_slug: string | null;
  html_url?: string | null;
  suspended_at: Date | null;
  created_at: Date | null;
  updated_at?: Date | null;
}

/** Whose word an update is, and what the operator has to say about its account. */
export interface InstallationWord {
  host: string;
  allowed: boolean;
  /** When the question was begun whose answer this is; absent for the word of an event. */
  askedAt?: Date;
}

const columns = `i.id, i.github_id as "githubId", a.github_id as "accountGithubId", a.login, a.type as "accountType", i.allowed, i.enabled,
  i.permissions, i.suspended_at as "suspendedAt", i.deleted_at as "deletedAt", i.purged_at as "purgedAt", i.listed_at as "listedAt",
  i.list_failures as "listFailures", i.refusal`;
const from = 'from installations i join accounts a on a.id = i.account_id';

/** Finds an installation by GitHub's numeric id. */
export async function findInstallation(db: Db, host: string, githubId: string): Promise<Installation | undefined> {
  const { rows } = await db.raw<{ rows: Installation[] }>(`select ${columns} ${from} where i.host = ? and i.github_id = ?`, [
    host,
    githubId,
  ]);
  return rows[0];
}

/** Finds an installation by our id, and holds it until the transaction ends. */
export async function lockInstallation(db: Db, id: string): Promise<Installation | undefined> {
  const { rows } = await db.raw<{ rows: Installation[] }>(`select ${columns} ${from} where i.id = ? for update of i`, [id]);
  return rows[0];
}

/** Lists the living installations on an account, by the account's numeric id. */
export async function listInstallationsOfAccount(db: Db, host: string, accountGithubId: string): Promise<Installation[]> {
  const { rows } = await db.raw<{ rows: Installation[] }>(
    `select ${columns} ${from} where i.host = ? and a.github_id = ? and i.deleted_at is null order by i.id`,
    [host, accountGithubId],
  );
  return rows;
}

/**
 * An older fact never takes the place of a newer one (R029), and ids of installations are never given out twice: only GitHub
 * itself, when asked afterwards, can say that one which is called deleted lives.
 */
const isFresh = `(excluded.github_updated_at is null or installations.github_updated_at is null
    or excluded.github_updated_at >= installations.github_updated_at)
  and (installations.deleted_at is null or installations.deleted_at <= cast(:askedAt as timestamptz))`;

/**
 * Writes down what GitHub says about an installation and answers its row's id, and whether the word counted: one that is older
 * than what is known changes nothing. Any event about it is a reason to call this (handbook B1).
 */
export async function upsertInstallation(
  db: Db,
  word: InstallationWord,
  update: InstallationUpdate,
): Promise<{ id: string; counted: boolean }> {
  const accountId = await upsertAccount(db, word.host, update.account);
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `insert into installations (host, github_id, account_id, allowed, repository_selection, permissions, events, app_slug, html_url,
       installed_at, suspended_at, github_updated_at)
     values (:host, :githubId, :accountId, :allowed, :selection, :permissions, :events, :appSlug, :htmlUrl, :createdAt, :suspendedAt, :updatedAt)
     on conflict (host, github_id) do update set
       account_id = excluded.account_id, allowed = excluded.allowed, repository_selection = excluded.repository_selection,
       permissions = excluded.permissions, events = excluded.events, app_slug = coalesce(excluded.app_slug, installations.app_slug),
       html_url = coalesce(excluded.html_url, installations.html_url),
       installed_at = coalesce(excluded.installed_at, installations.installed_at), suspended_at = excluded.suspended_at,
       github_updated_at = coalesce(excluded.github_updated_at, installations.github_updated_at), deleted_at = null, updated_at = now()
     where ${isFresh}
     returning id`,
    {
      host: word.host,
      githubId: update.github_id,
      accountId,
      allowed: word.allowed,
      selection: update.repository_selection,
      permissions: JSON.stringify(update.permissions),
      events: JSON.stringify(update.events),
      appSlug: update.app_slug,
      htmlUrl: update.html_url ?? null,
      createdAt: update.created_at,
      suspendedAt: update.suspended_at,
      updatedAt: update.updated_at ?? null,
      askedAt: word.askedAt ?? null,
    } as unknown as Record<string, string>,
  );
  const [row] = rows;
  if (row) return { id: row.id, counted: true };
  const known = await findInstallation(db, word.host, update.github_id);
  return { id: known!.id, counted: false };
}

/** Makes a row for an installation that is only known by its id and the owner of one of its repositories (handbook B5); answers the row's id. */
export async function ensureInstallation(
  db: Db,
  host: string,
  known: { githubId: string; allowed: boolean; owner: { github_id: string; login: string; type: string } },
): Promise<string> {
  const found = await findInstallation(db, host, known.githubId);
  if (found) return found.id;
  const accountId = await upsertAccount(db, host, { ...known.owner, avatar_url: null });
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `insert into installations (host, github_id, account_id, allowed, repository_selection) values (?, ?, ?, ?, 'selected')
     on conflict (host, github_id) do update set updated_at = now() returning id`,
    [host, known.githubId, accountId, known.allowed],
  );
  return rows[0]!.id;
}

/** A person on GitHub, by the number that never changes. */
interface PersonUpdate {
  id: string | null;
  login: string;
}

/** Keeps who installed the App and, where an owner approved for a member, who had asked (handbook I7). */
export async function recordPeople(
  db: Db,
  id: string,
  people: { sender: PersonUpdate | null; requester: PersonUpdate | null },
): Promise<void> {
  const { sender, requester } = people;
  await db.raw(
    `update installations set sender_github_id = coalesce(?, sender_github_id), sender_login = coalesce(?, sender_login),
       requester_github_id = coalesce(?, requester_github_id), requester_login = coalesce(?, requester_login) where id = ?`,
    [sender?.id ?? null, sender?.login ?? null, requester?.id ?? null, requester?.login ?? null, id],
  );
}

/** Marks an installation as uninstalled. What was in it is removed by flow/remove-from-mirror.ts; history stays. */
export async function markDeleted(db: Db, id: string): Promise<void> {
  await db.raw(
    `update installations set deleted_at = coalesce(deleted_at, now()), refusal = null, refusal_message = null, refused_at = null,
       list_code = null, list_error = null, list_due_at = null, updated_at = now() where id = ?`,
    [id],
  );
}

/** Marks an installation as suspended or not; a time that GitHub gave is kept. */
export async function suspendInstallation(db: Db, id: string, suspendedAt: Date | null): Promise<void> {
  await db.raw(
    `update installations set suspended_at = case when cast(:at as timestamptz) is null then null else coalesce(suspended_at, :at) end,
       updated_at = now() where id = :id`,
    { at: suspendedAt, id } as unknown as Record<string, string>,
  );
}

/** Switches an installation on or off in RepoWatch. */
export async function setInstallationEnabled(db: Db, id: string, enabled: boolean): Promise<void> {
  await db('installations').where({ id }).update({ enabled, updated_at: db.fn.now() });
}

/** Lists the GitHub ids of living installations that a complete listing begun at `before` does not show; one learned meanwhile is not among them. */
export async function listUnlistedInstallations(db: Db, host: string, listing: { githubIds: string[]; before: Date }): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { github_id: string }[] }>(
    `select github_id from installations
     where host = ? and deleted_at is null and updated_at < ? and not github_id = any(?::bigint[])`,
    [host, listing.before, listing.githubIds],
  );
  return rows.map((row) => row.github_id);
}

/** Makes the repositories of an installation due for a comparison, as after a time in which nothing was heard of them (handbook B14). */
export async function resumeRepositories(db: Db, id: string): Promise<void> {
  await db.raw(
    `update repositories set reconcile_due_at = least(reconcile_due_at, now()), refs_due_at = least(refs_due_at, now()),
       config_due_at = least(coalesce(config_due_at, now()), now())
     where installation_id = ? and removed_at is null`,
    [id],
  );
}

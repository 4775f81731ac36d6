import type { Db } from '../db/connect.ts';

/** An installation of the App, with the account it is on. */
export interface Installation {
  id: string;
  githubId: string;
  login: string;
  suspendedAt: Date | null;
  deletedAt: Date | null;
  listedAt: Date | null;
}

/** What GitHub says about an installation, as far as the mirror keeps it. */
export interface InstallationUpdate {
  github_id: string;
  account: { github_id: string; login: string; type: string; avatar_url: string | null };
  repository_selection: 'all' | 'selected';
  permissions: Record<string, string>;
  events: string[];
  app_slug: string | null;
  suspended_at: Date | null;
  created_at: Date | null;
}

const columns = `i.id, i.github_id as "githubId", a.login, i.suspended_at as "suspendedAt", i.deleted_at as "deletedAt", i.listed_at as "listedAt"`;

/** Finds an installation by GitHub's numeric id. */
export async function findInstallation(db: Db, host: string, githubId: string): Promise<Installation | undefined> {
  const { rows } = await db.raw<{ rows: Installation[] }>(
    `select ${columns} from installations i join accounts a on a.id = i.account_id where i.host = ? and i.github_id = ?`,
    [host, githubId],
  );
  return rows[0];
}

/** Writes down what GitHub says about an installation and answers its row's id. Any event about it is a reason to call this (handbook B1). */
export async function upsertInstallation(db: Db, host: string, update: InstallationUpdate): Promise<string> {
  const accountId = await upsertAccount(db, host, update.account);
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `insert into installations (host, github_id, account_id, repository_selection, permissions, events, app_slug, installed_at, suspended_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (host, github_id) do update set
       account_id = excluded.account_id, repository_selection = excluded.repository_selection, permissions = excluded.permissions,
       events = excluded.events, app_slug = coalesce(excluded.app_slug, installations.app_slug),
       installed_at = coalesce(excluded.installed_at, installations.installed_at), suspended_at = excluded.suspended_at,
       deleted_at = null, updated_at = now()
     returning id`,
    [
      host,
      update.github_id,
      accountId,
      update.repository_selection,
      JSON.stringify(update.permissions),
      JSON.stringify(update.events),
      update.app_slug,
      update.created_at,
      update.suspended_at,
    ],
  );
  return rows[0]!.id;
}

/** Makes a row for an installation that is only known by its id and the owner of one of its repositories (handbook B5); answers the row's id. */
export async function ensureInstallation(
  db: Db,
  host: string,
  known: { githubId: string; owner: { github_id: string; login: string; type: string } },
): Promise<string> {
  const found = await findInstallation(db, host, known.githubId);
  if (found) return found.id;
  const accountId = await upsertAccount(db, host, { ...known.owner, avatar_url: null });
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `insert into installations (host, github_id, account_id, repository_selection) values (?, ?, ?, 'selected')
     on conflict (host, github_id) do update set updated_at = now() returning id`,
    [host, known.githubId, accountId],
  );
  return rows[0]!.id;
}

/** Marks an installation as uninstalled, with everything in it; history stays. */
export async function deleteInstallation(db: Db, id: string): Promise<void> {
  await db.raw('update installations set deleted_at = coalesce(deleted_at, now()), updated_at = now() where id = ?', [id]);
  await db.raw(
    `update repositories set removed_at = now(), removed_reason = 'the App was uninstalled', updated_at = now()
     where installation_id = ? and removed_at is null`,
    [id],
  );
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

/** Marks an installation as suspended or not. */
export async function suspendInstallation(db: Db, id: string, suspendedAt: Date | null): Promise<void> {
  await db.raw('update installations set suspended_at = ?, updated_at = now() where id = ?', [suspendedAt, id]);
}

/** Notes how the last listing of an installation's repositories went: complete, or with an error that people can read. */
export async function recordListing(db: Db, id: string, error: string | null): Promise<void> {
  await db.raw(
    'update installations set listed_at = case when ?::text is null then now() else listed_at end, list_error = ?, updated_at = now() where id = ?',
    [error, error, id],
  );
}

async function upsertAccount(
  db: Db,
  host: string,
  account: { github_id: string; login: string; type: string; avatar_url: string | null },
): Promise<string> {
  const type = ['User', 'Organization', 'Enterprise'].includes(account.type) ? account.type : 'User';
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `insert into accounts (host, github_id, login, type, avatar_url) values (?, ?, ?, ?, ?)
     on conflict (host, github_id) do update set login = excluded.login, type = excluded.type,
       avatar_url = coalesce(excluded.avatar_url, accounts.avatar_url), updated_at = now()
     returning id`,
    [host, account.github_id, account.login, type, account.avatar_url],
  );
  return rows[0]!.id;
}

/** Lists installations whose repositories should be listed: never done, gone wrong a minute ago, or a day old; their GitHub ids. */
export async function listInstallationsToList(db: Db): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { github_id: string }[] }>(
    `select github_id from installations
     where deleted_at is null and suspended_at is null and updated_at < now() - interval '1 minute'
       and (listed_at is null or list_error is not null or listed_at < now() - interval '1 day')`,
  );
  return rows.map((row) => row.github_id);
}

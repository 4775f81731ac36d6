import type { Db } from '../db/connect.ts';

/** A person whom GitHub named to us after they said yes to the App. */
export interface GithubUser {
  githubId: string;
  login: string;
}

/** A person as they are kept. */
export interface KnownUser extends GithubUser {
  id: string;
  revokedAt: Date | null;
  /** When GitHub was asked last what they see; null while it never answered. */
  accessListedAt: Date | null;
}

/** Writes down that a person proved to GitHub who they are, also after they had taken it back; answers our id. */
export async function connectGithubUser(
  db: Db,
  host: string,
  user: GithubUser & { name?: string | null; avatarUrl?: string | null },
): Promise<string> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `insert into github_users (host, github_id, login, name, avatar_url) values (:host, :githubId, :login, :name, :avatarUrl)
     on conflict (host, github_id) do update set login = excluded.login, name = coalesce(excluded.name, github_users.name),
       avatar_url = coalesce(excluded.avatar_url, github_users.avatar_url), revoked_at = null, updated_at = now(),
       connected_at = case when github_users.revoked_at is null then github_users.connected_at else now() end
     returning id`,
    { name: null, avatarUrl: null, ...user, host } as unknown as Record<string, string>,
  );
  // From now on whoever a project named by this login is told by their number: a login can pass to somebody else.
  await db.raw(
    `update project_members m set github_id = :githubId where m.github_id is null and lower(m.login) = lower(:login)
       and not exists (select 1 from project_members o where o.project_id = m.project_id and o.github_id = :githubId)`,
    { githubId: user.githubId, login: user.login },
  );
  return rows[0]!.id;
}

/** Notes that a person took back what they said yes to (handbook I11); answers our id, undefined when they were not known. */
export async function disconnectGithubUser(db: Db, host: string, githubId: string): Promise<string | undefined> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    'update github_users set revoked_at = coalesce(revoked_at, now()), updated_at = now() where host = ? and github_id = ? returning id',
    [host, githubId],
  );
  return rows[0]?.id;
}

/** A person by our id. */
export async function findUser(db: Db, id: string): Promise<KnownUser | undefined> {
  const { rows } = await db.raw<{ rows: KnownUser[] }>(
    `select u.id, u.github_id as "githubId", u.login, u.revoked_at as "revokedAt", u.access_listed_at as "accessListedAt"
     from github_users u where u.id = ?`,
    [id],
  );
  return rows[0];
}

import type { Db } from '../db/connect.ts';

/** A person whom GitHub named to us after they said yes to the App. No token of theirs is kept. */
export interface GithubUser {
  githubId: string;
  login: string;
}

/** Writes down that a person proved to GitHub who they are; also after they had taken it back. */
export async function connectGithubUser(db: Db, host: string, user: GithubUser): Promise<void> {
  await db.raw(
    `insert into github_users (host, github_id, login) values (?, ?, ?)
     on conflict (host, github_id) do update set login = excluded.login, revoked_at = null, updated_at = now(),
       connected_at = case when github_users.revoked_at is null then github_users.connected_at else now() end`,
    [host, user.githubId, user.login],
  );
}

/** Notes that a person took back what they said yes to (handbook I11); answers whether they were known. */
export async function disconnectGithubUser(db: Db, host: string, githubId: string): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    'update github_users set revoked_at = coalesce(revoked_at, now()), updated_at = now() where host = ? and github_id = ?',
    [host, githubId],
  );
  return rowCount > 0;
}

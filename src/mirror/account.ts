import type { Db } from '../db/connect.ts';

/** What GitHub says about an account, as far as the mirror keeps it. */
export interface AccountUpdate {
  github_id: string;
  login: string;
  type: string;
  avatar_url: string | null;
}

const types = new Set(['User', 'Organization', 'Enterprise']);

/** Writes down what GitHub says about an account and answers its row's id. */
export async function upsertAccount(db: Db, host: string, account: AccountUpdate): Promise<string> {
  const type = types.has(account.type) ? account.type : 'User';
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `insert into accounts (host, github_id, login, type, avatar_url) values (?, ?, ?, ?, ?)
     on conflict (host, github_id) do update set login = excluded.login, type = excluded.type,
       avatar_url = coalesce(excluded.avatar_url, accounts.avatar_url), updated_at = now()
     returning id`,
    [host, account.github_id, account.login, type, account.avatar_url],
  );
  return rows[0]!.id;
}

/**
 * An account has another login now: so have all its repositories, in the caller's transaction (handbook B10). The names they had
 * stay known. Answers how many repositories were renamed.
 */
export async function renameOwner(trx: Db, host: string, account: Pick<AccountUpdate, 'github_id' | 'login'>): Promise<number> {
  const { github_id: githubId, login } = account;
  await trx.raw(
    `insert into repository_names (repository_id, installation_id, host, full_name)
     select r.id, r.installation_id, r.host, r.full_name from repositories r
     where r.host = ? and r.owner_github_id = ? and r.owner <> ?
     on conflict (repository_id, lower(full_name)) do update set until_at = now()`,
    [host, githubId, login],
  );
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `update repositories r set owner = :login, full_name = :login || '/' || r.name, html_url = null, updated_at = now()
     where r.host = :host and r.owner_github_id = :githubId and r.owner <> :login`,
    { host, githubId, login },
  );
  await trx.raw('update accounts set login = ?, updated_at = now() where host = ? and github_id = ?', [login, host, githubId]);
  return rowCount;
}

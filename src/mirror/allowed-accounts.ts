import type { Db } from '../db/connect.ts';

/** Which accounts the operator lets in: `all`, or logins in lower case and numeric ids as texts (handbook I14). */
export type AllowedAccounts = 'all' | ReadonlySet<string>;

/** True when an account is let in, by its login in any case or by its number, which survives a rename. */
export function isAllowedAccount(allowed: AllowedAccounts, account: { github_id: string; login: string }): boolean {
  return allowed === 'all' || allowed.has(account.login.toLowerCase()) || allowed.has(account.github_id);
}

/**
 * Compares every installation with the operator's list, which may be another one since the last start. Answers the GitHub ids of
 * those that are let in from now on: they are listed as if they were new.
 */
export async function applyAllowedAccounts(
  db: Db,
  host: string,
  isAllowed: (account: { github_id: string; login: string }) => boolean,
): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { id: string; github_id: string; allowed: boolean; account_id: string; login: string }[] }>(
    `select i.id, i.github_id, i.allowed, a.github_id as account_id, a.login from installations i join accounts a on a.id = i.account_id
     where i.host = ?`,
    [host],
  );
  const changed = rows.filter((row) => isAllowed({ github_id: row.account_id, login: row.login }) !== row.allowed);
  const admitted = changed.filter((row) => !row.allowed);
  await db.raw('update installations set allowed = not allowed, updated_at = now() where id = any(?::bigint[])', [
    changed.map((row) => row.id),
  ]);
  return admitted.map((row) => row.github_id);
}

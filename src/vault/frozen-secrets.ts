import type { Db } from '../db/connect.ts';

/**
 * True for a secret of a repository, or of a watch in it, that was set, or confirmed, for another owner than the account of this installation: secrets never
 * follow a repository to a new owner (handbook B7). `s` is the secret; the installation's account is given as SQL.
 */
export const isFrozen = (accountSql: string): string => `(s.repository_id is not null and s.account_id is distinct from ${accountSql})`;

/** Which of these names have a secret that a run of this installation may not see, because it belongs to a former owner. */
export async function listFrozenSecrets(
  db: Db,
  wanted: { installationId: string; repositoryId: string; names: readonly string[] },
): Promise<Set<string>> {
  const { installationId, repositoryId, names } = wanted;
  const { rows } = await db.raw<{ rows: { name: string }[] }>(
    `select s.name from secrets s
     where s.repository_id = :repositoryId and s.name = any(:names)
       and ${isFrozen('(select i.account_id from installations i where i.id = :installationId)')}`,
    { installationId, repositoryId, names: [...names] },
  );
  return new Set(rows.map((row) => row.name));
}

/** Gives a repository's secrets to its present owner, as an admin has confirmed; answers how many had another one. */
export async function confirmSecretsOwner(db: Db, repositoryId: string): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `update secrets s set account_id = i.account_id, updated_at = now()
     from repositories r join installations i on i.id = r.installation_id
     where r.id = ? and s.repository_id = r.id and s.account_id is distinct from i.account_id`,
    [repositoryId],
  );
  return rowCount;
}

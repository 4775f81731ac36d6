import type { Db } from '../db/connect.ts';
import { comparable } from './reconcile-due.ts';

/** Takes back a look that was noted for the case that this one did not come to its end. */
export async function clearConfigDue(trx: Db, repositoryId: string, noted: Date): Promise<void> {
  await trx.raw('update repositories set config_due_at = null where id = ? and config_due_at = ?', [repositoryId, noted]);
}

/** Makes the configurations of an installation's repositories due whose changes wait to be matched; their GitHub ids. */
export async function makeUnaskedDue(db: Db, installationId: string): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { github_id: string }[] }>(
    `update repositories r set config_due_at = now()
     where r.installation_id = ? and r.removed_at is null and exists (
       select 1 from changes c where c.repository_id = r.id and c.considered @> '[{"clause": "config"}]')
     returning r.github_id`,
    [installationId],
  );
  return rows.map((row) => row.github_id);
}

/** Makes the configurations due that extend a repository by name at a ref that has moved; their GitHub ids. */
export async function makeFollowingDue(trx: Db, moves: readonly { repositoryId: string; ref: string }[]): Promise<string[]> {
  const { rows } = await trx.raw<{ rows: { github_id: string }[] }>(
    `update repositories set config_due_at = now() where removed_at is null and id in (
       select r.id from json_to_recordset(?::json) as item ("repositoryId" bigint, ref text)
         join repositories r on r.extends_repository_id = item."repositoryId" and r.extends_ref = item.ref
       order by r.id for no key update of r)
     returning github_id`,
    [JSON.stringify(moves)],
  );
  return rows.map((row) => row.github_id);
}

/** Makes the configurations due that extend a repository by name; their GitHub ids. */
export async function makeExtendingDue(db: Db, repositoryId: string): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { github_id: string }[] }>(
    'update repositories set config_due_at = now() where extends_repository_id = ? and removed_at is null returning github_id',
    [repositoryId],
  );
  return rows.map((row) => row.github_id);
}

/** Makes the configuration of a repository due now; answers its GitHub id, undefined where GitHub is not asked about it. */
export async function makeConfigDue(trx: Db, repositoryId: string, at: Date): Promise<string | undefined> {
  const { rows } = await trx.raw<{ rows: { github_id: string }[] }>(
    `update repositories r set config_due_at = ? from installations i where i.id = r.installation_id and r.id = ? and ${comparable} returning r.github_id`,
    [at, repositoryId],
  );
  return rows[0]?.github_id;
}

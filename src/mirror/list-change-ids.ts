import type { Db } from '../db/connect.ts';

/** The ids of a repository's newest changes, oldest first; `since` leaves out what was recorded before. */
export async function listChangeIds(db: Db, wanted: { repositoryId: string; limit: number; since?: Date }): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `select c.id from changes c where c.repository_id = ? and c.created_at >= coalesce(?::timestamptz, '-infinity') order by c.id desc limit ?`,
    [wanted.repositoryId, wanted.since ?? null, wanted.limit],
  );
  return rows.map((row) => row.id).reverse();
}

/** Those of these changes beside which comparing found a newer one of the same ref: what is found together is recorded together. */
export async function listSuperseded(db: Db, ids: string[]): Promise<Set<string>> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `select c.id from changes c where c.id = any(?::bigint[]) and c.origin = 'reconcile' and exists (
       select 1 from changes n where n.repository_id = c.repository_id and n.id > c.id and n.ref_id = c.ref_id and n.created_at = c.created_at)`,
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Those of these ids that are changes of a repository, in the order of the ids. */
export async function listOwnChangeIds(db: Db, repositoryId: string, ids: string[]): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    'select c.id from changes c where c.repository_id = ? and c.id = any(?::bigint[]) order by c.id',
    [repositoryId, ids],
  );
  return rows.map(({ id }) => id);
}

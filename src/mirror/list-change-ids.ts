import type { Db } from '../db/connect.ts';

/** The ids of a repository's newest changes, oldest first; `since` leaves out what was recorded before. */
export async function listChangeIds(db: Db, wanted: { repositoryId: string; limit: number; since?: Date }): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `select c.id from changes c where c.repository_id = ? and c.created_at >= coalesce(?::timestamptz, '-infinity') order by c.id desc limit ?`,
    [wanted.repositoryId, wanted.since ?? null, wanted.limit],
  );
  return rows.map((row) => row.id).reverse();
}

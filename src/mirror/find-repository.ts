import type { Db } from '../db/connect.ts';
import { findRepositories, type Repository } from './repository.ts';

/** Finds a repository by the id of its row. */
export async function findRepositoryById(db: Db, id: string): Promise<Repository | undefined> {
  const { rows } = await db.raw<{ rows: { host: string; github_id: string }[] }>('select host, github_id from repositories where id = ?', [
    id,
  ]);
  const [row] = rows;
  return row && (await findRepositories(db, row.host, [row.github_id])).get(row.github_id);
}

import type { Db } from '../db/connect.ts';
import { findRepositories, type Repository } from './repository.ts';

/** The `.github` repository of an installation's account when it is tracked: what concerns the whole installation is told to its watches. */
export async function findHomeRepository(db: Db, host: string, installationGithubId: string): Promise<Repository | undefined> {
  const { rows } = await db.raw<{ rows: { github_id: string }[] }>(
    `select r.github_id from repositories r join installations i on i.id = r.installation_id
     where i.host = ? and i.github_id = ? and lower(r.name) = '.github' and r.removed_at is null order by r.id limit 1`,
    [host, installationGithubId],
  );
  const id = rows[0]?.github_id;
  return id === undefined ? undefined : (await findRepositories(db, host, [id])).get(id);
}

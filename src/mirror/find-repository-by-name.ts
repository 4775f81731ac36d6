import type { Db } from '../db/connect.ts';

/** Finds a repository of an installation by its name without the owner; undefined when the App does not see it. */
export async function findRepositoryByName(
  db: Db,
  wanted: { installationId: string; name: string },
): Promise<{ id: string; githubId: string } | undefined> {
  const { rows } = await db.raw<{ rows: { id: string; githubId: string }[] }>(
    `select id, github_id as "githubId" from repositories where installation_id = ? and lower(name) = lower(?) and removed_at is null limit 1`,
    [wanted.installationId, wanted.name],
  );
  return rows[0];
}

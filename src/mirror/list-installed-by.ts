import type { Db } from '../db/connect.ts';

/** GitHub's numbers of the living installations that a person made, by their number on GitHub. */
export async function listInstalledBy(db: Db, host: string, userGithubId: string): Promise<ReadonlySet<string>> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    'select i.github_id as id from installations i where i.host = ? and i.sender_github_id = ? and i.deleted_at is null',
    [host, userGithubId],
  );
  return new Set(rows.map(({ id }) => id));
}

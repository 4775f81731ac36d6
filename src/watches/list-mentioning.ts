import type { Db } from '../db/connect.ts';

/**
 * Lists repositories whose own configuration in force, or one that they extend by name, has a word in its text, and every owner's
 * `.github`; by GitHub's ids. Only a first sieve for what few files say: the files themselves decide.
 */
export async function listMentioning(db: Db, host: string, word: string): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { github_id: string }[] }>(
    `select r.github_id from repositories r
     where r.host = ? and r.removed_at is null and (lower(r.name) = '.github' or exists (
       select 1 from configs g where g.id in (r.config_id, r.extends_config_id) and position(? in g.content) > 0))
     order by r.id`,
    [host, word],
  );
  return rows.map((row) => row.github_id);
}

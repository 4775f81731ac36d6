import type { Db } from '../db/connect.ts';
import { followsSql } from '../db/follows.ts';

/**
 * Lists repositories whose own configuration in force, one that they extend by name, or a project's has a word in its text, and every owner's
 * `.github`; by GitHub's ids. Only a first sieve for what few files say: the files themselves decide.
 */
export async function listMentioning(db: Db, host: string, word: string): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { github_id: string }[] }>(
    `select r.github_id from repositories r
     where r.host = ? and r.removed_at is null and (lower(r.name) = '.github' or exists (
       select 1 from configs g where (g.id in (r.config_id, r.extends_config_id, r.api_config_id)
         or g.id in (select p.config_id from projects p where ${followsSql('p', 'r')})) and position(? in g.content) > 0))
     order by r.id`,
    [host, word],
  );
  return rows.map((row) => row.github_id);
}

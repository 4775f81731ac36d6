import type { Db } from '../db/connect.ts';

/** How much was deleted for good. */
export interface Purged {
  repositories: number;
  changes: number;
  runs: number;
  deliveries: number;
  secrets: number;
}

/** Tables that go by themselves with a repository, or whose rows a repository may have taken along to another installation. */
const kept = ['installations', 'repositories', 'configs', 'watches', 'refs', 'ref_gaps', 'repository_names', 'secrets'];

/**
 * Deletes for good what is kept of an installation: its repositories, history, deliveries and secrets (handbook I15). What a repository
 * took along to another installation is not its own any more. The row of the installation stays, so that a late delivery is known.
 */
export async function purgeInstallation(db: Db, id: string): Promise<Purged> {
  const count = async (sql: string, values: string[]) => (await db.raw<{ rowCount: number }>(sql, values)).rowCount;
  const secrets = await count(
    `delete from secrets s using installations i where i.id = ? and s.installation_id = i.id and (s.scope = 'installation'
       or not exists (select 1 from repositories r join installations o on o.id = r.installation_id
         where r.id = s.repository_id and r.installation_id <> i.id and o.account_id = s.account_id))`,
    [id],
  );
  const deliveries = await count(
    'delete from deliveries d using installations i where i.id = ? and d.installation_github_id = i.github_id',
    [id],
  );
  const { rows: tables } = await db.raw<{ rows: { name: string }[] }>(
    `select c.table_name as name from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
     where c.table_schema = 'public' and c.column_name = 'installation_id' and c.data_type = 'bigint' and t.table_type = 'BASE TABLE'
       and not c.table_name = any(?) order by name`,
    [kept],
  );
  const gone = new Map<string, number>();
  for (const { name } of tables) gone.set(name, await count(`delete from "${name}" where installation_id = ?`, [id]));
  await db.raw('update repositories set config_id = null where installation_id = ?', [id]);
  await db.raw('delete from watches w using repositories r where r.id = w.repository_id and r.installation_id = ?', [id]);
  const repositories = await count('delete from repositories where installation_id = ?', [id]);
  // Versions that are no repository's: those of its projects, whose actions often hold addresses with a token.
  await db.raw(
    `delete from configs c where c.installation_id = ? and c.repository_id is null
       and not exists (select 1 from watches w where w.config_id = c.id)`,
    [id],
  );
  await db.raw('update installations set purged_at = now() where id = ?', [id]);
  return { repositories, changes: gone.get('changes') ?? 0, runs: gone.get('runs') ?? 0, deliveries, secrets };
}

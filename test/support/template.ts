import { createDb } from '../../src/db/connect.ts';
import { migrateUp } from '../../src/db/migrate.ts';

/** The database that every test database is a copy of. */
export const templateName = 'repowatch_template';

/** Fills the template once per jest run. It must leave no connection open, or it cannot be copied. */
export async function prepareTemplate(url: string): Promise<void> {
  const db = createDb({ url, poolMax: 2 });
  try {
    await migrateUp(db);
  } finally {
    await db.destroy();
  }
}

import { createDb } from '../../src/db/connect.ts';
import { createLog } from '../../src/core/log.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import { Queue } from '../../src/queue/queue.ts';

/** The database that every test database is a copy of. */
export const templateName = 'repowatch_template';

/** Fills the template once per jest run. It must leave no connection open, or it cannot be copied. */
export async function prepareTemplate(url: string): Promise<void> {
  const db = createDb({ url, poolMax: 2 });
  try {
    await migrateUp(db);
    const queue = new Queue({ url, log: createLog({ level: 'silent' }), worker: false });
    await queue.start();
    await queue.stop();
  } finally {
    await db.destroy();
  }
}

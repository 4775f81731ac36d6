import { createLog } from '../core/log.ts';
import { createDb } from '../db/connect.ts';
import { startEmbeddedPostgres } from '../db/embedded-postgres.ts';
import { migrateDown, migrateUp } from '../db/migrate.ts';
import { loadSome } from '../env.ts';
import type { CommandContext, ExitCode } from './command-context.ts';

/** `repowatch migrate`: brings the schema up to this version; with `down` takes back the last migration, with `all` every one. */
export async function migrate(context: CommandContext, options: { down?: true; all?: true }): Promise<ExitCode> {
  if (options.all && !options.down) {
    context.tell('--all belongs to --down. Migrating up always applies everything; leave --all out, or write --down --all.');
    return 1;
  }
  const settings = loadSome(context.environment, ['DATABASE_URL', 'DATA_DIR', 'LOG_LEVEL']);
  if (!settings.ok) {
    context.tell(settings.message);
    return 1;
  }
  const { databaseUrl, dataDir, logLevel } = settings.value;
  // A signal in the middle is heard after the migration: half of one would be worse than a late stop.
  context.listenForStop();
  const embedded = databaseUrl === undefined ? await startEmbeddedPostgres({ dataDir, report: (line) => context.tell(line) }) : undefined;
  const db = createDb({
    url: databaseUrl ?? embedded!.url,
    poolMax: 2,
    log: createLog({ level: logLevel, write: (line) => context.tell(line.trimEnd()) }),
  });
  try {
    const names = options.down ? await migrateDown(db, { all: options.all ?? false }) : await migrateUp(db);
    for (const name of names) context.print(`${options.down ? 'Took back' : 'Applied'} ${name}`);
    if (names.length === 0) context.print(options.down ? 'There is no migration to take back.' : 'The database is up to date.');
    return 0;
  } finally {
    await db.destroy();
    await embedded?.stop();
  }
}

import { readdir } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { RepoWatchError } from '../core/errors.ts';

/** A migration file: both directions, each in its own transaction. */
interface MigrationModule {
  up: (db: Knex) => Promise<void>;
  down: (db: Knex) => Promise<void>;
}

/** Where a set of migrations lives. The default is the project's own folder, as source or as built JavaScript. */
interface MigrateOptions {
  directory?: string;
}

/** Beside src/ in the checkout, beside dist/src/ when built. */
const ownDirectory = fileURLToPath(new URL('../../migrations/', import.meta.url));

/** The advisory lock that every replica takes before it looks at the schema; any fixed number that nobody else uses. */
const migrationLock = '7308326911226405729';

const tableName = 'schema_migrations';
const fileName = /^(\d{4}-[a-z0-9-]+)\.(?:ts|js)$/;

/** Names carry no extension, so that a database migrated from source and one migrated from a build are the same. */
function createMigrationSource(directory: string): Knex.MigrationSource<string> {
  return {
    async getMigrations() {
      const files = await readdir(directory);
      return files.filter((file) => fileName.test(file)).sort();
    },
    getMigrationName: (file) => fileName.exec(file)?.[1] ?? file,
    async getMigration(file) {
      const module = (await import(pathToFileURL(join(directory, file)).href)) as MigrationModule;
      const unlimited = (step: (db: Knex) => Promise<void>) => async (db: Knex) => {
        // Building an index on a large table may rightly take longer than any request.
        await db.raw('set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0');
        await step(db);
      };
      return { up: unlimited(module.up), down: unlimited(module.down), config: { transaction: true } };
    },
  };
}

/**
 * Holds the advisory lock on one connection of its own while `work` runs on others. The lock ends with the connection,
 * so a process killed in the middle never leaves it behind (knex's lock row would).
 */
async function withMigrationLock<T>(db: Knex, work: () => Promise<T>): Promise<T> {
  const connection: unknown = await db.client.acquireConnection();
  try {
    await db.raw('set statement_timeout = 0').connection(connection);
    await db.raw(`select pg_advisory_lock(${migrationLock})`).connection(connection);
    try {
      return await work();
    } finally {
      await db.raw(`select pg_advisory_unlock(${migrationLock})`).connection(connection);
      await db.raw('reset statement_timeout').connection(connection);
    }
  } finally {
    await db.client.releaseConnection(connection);
  }
}

/** Unique rules with `nulls not distinct` came with Postgres 15. */
async function refuseOldPostgres(db: Knex): Promise<void> {
  const { rows } = await db.raw<{ rows: { version: string; number: number }[] }>(
    `select current_setting('server_version') as version, current_setting('server_version_num')::int as number`,
  );
  const server = rows[0]!;
  if (server.number < 150_000) {
    throw new RepoWatchError(
      'database_unavailable',
      `The server behind DATABASE_URL is Postgres ${server.version}; RepoWatch needs Postgres 15 or later.`,
    );
  }
}

async function refuseNewerSchema(db: Knex, source: Knex.MigrationSource<string>): Promise<void> {
  if (!(await db.schema.hasTable(tableName))) return;
  const files = await source.getMigrations([]);
  const known = new Set(files.map((file) => source.getMigrationName(file)));
  const applied: string[] = await db(tableName).orderBy('id').pluck('name');
  const unknown = applied.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new RepoWatchError(
      'schema_newer',
      `The database has migrations that this version does not know: ${unknown.join(', ')}. Start the newer RepoWatch, or let it undo them first (repowatch migrate --down).`,
      { details: { unknown } },
    );
  }
}

/** How far the schema is, without changing or locking anything. */
export async function readSchemaState(db: Knex): Promise<{ version: string; isOld: boolean; pending: string[]; unknown: string[] }> {
  const { rows } = await db.raw<{ rows: { version: string; number: number }[] }>(
    `select current_setting('server_version') as version, current_setting('server_version_num')::int as number`,
  );
  const server = rows[0]!;
  const source = createMigrationSource(ownDirectory);
  const known = (await source.getMigrations([])).map((file) => source.getMigrationName(file));
  const applied: string[] = (await db.schema.hasTable(tableName)) ? await db(tableName).orderBy('id').pluck('name') : [];
  return {
    version: server.version,
    isOld: server.number < 150_000,
    pending: known.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !known.includes(name)),
  };
}

async function underLock<T>(db: Knex, options: MigrateOptions, work: (config: Knex.MigratorConfig) => Promise<T>): Promise<T> {
  const migrationSource = createMigrationSource(options.directory ?? ownDirectory);
  const config: Knex.MigratorConfig = { migrationSource, tableName };
  return withMigrationLock(db, async () => {
    await refuseOldPostgres(db);
    await refuseNewerSchema(db, migrationSource);
    // Whoever holds the advisory lock is alone: a lock row found now was left by a killed process.
    await db.migrate.forceFreeMigrationsLock(config);
    return work(config);
  });
}

/**
 * Brings the schema up to this code and answers the names it applied. Replicas that start together take turns.
 * Needs a pool of at least two connections. Throws `schema_newer` when the database is ahead of this code.
 */
export async function migrateUp(db: Knex, options: MigrateOptions = {}): Promise<string[]> {
  return underLock(db, options, async (config) => {
    const [, applied] = (await db.migrate.latest(config)) as [number, string[]];
    return applied;
  });
}

/** Undoes the last migration, or all of them, and answers the names in the order in which they were undone. */
export async function migrateDown(db: Knex, options: MigrateOptions & { all?: boolean } = {}): Promise<string[]> {
  return underLock(db, options, async (config) => {
    const undone: string[] = [];
    for (;;) {
      const [, names] = (await db.migrate.down(config)) as [number, string[]];
      undone.push(...names);
      if (names.length === 0 || options.all !== true) return undone;
    }
  });
}

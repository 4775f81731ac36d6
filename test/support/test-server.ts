import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres, stopAbandonedPostgres, type EmbeddedPostgres } from '../../src/db/embedded-postgres.ts';

const prefix = 'repowatch-test-postgres-';

/** Where globalSetup leaves the server's address for the test files, which run in other processes. */
export const addressVariable = 'REPOWATCH_TEST_POSTGRES';

/** The Postgres of one whole jest run, with the folder that goes when it ends. */
export interface TestServer extends EmbeddedPostgres {
  folder: string;
}

/** Runs that were killed leave their server behind: end those whose process is gone. */
async function sweepAbandoned(): Promise<void> {
  const entries = await readdir(tmpdir());
  for (const name of entries.filter((entry) => entry.startsWith(prefix))) {
    const folder = join(tmpdir(), name);
    try {
      // A run that begins right now may not have taken its lock yet.
      if (Date.now() - (await stat(folder)).mtimeMs < 60_000) continue;
      await stopAbandonedPostgres(folder);
      await rm(folder, { recursive: true, force: true });
    } catch {
      // It belongs to a run that is going on, or to another user.
    }
  }
}

/** Starts a Postgres for tests in a folder and on a port of its own. It never waits for the disk: its data die with the run. */
export async function startTestServer(): Promise<TestServer> {
  await sweepAbandoned();
  const folder = await mkdtemp(join(tmpdir(), prefix));
  await chmod(folder, 0o711);
  const postgres = await startEmbeddedPostgres({
    dataDir: folder,
    durable: false,
    settings: {
      fsync: 'off',
      full_page_writes: 'off',
      synchronous_commit: 'off',
      max_connections: '300',
      shared_buffers: '128MB',
      max_wal_size: '2GB',
      autovacuum: 'off',
    },
  });
  return { ...postgres, folder };
}

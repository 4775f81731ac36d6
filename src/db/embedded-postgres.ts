import type { ChildProcess } from 'node:child_process';
import { access, chmod, constants, mkdir, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { claimDataDirectory, initializeCluster, readCredentials, refuseOtherMajor } from './cluster-files.ts';
import { addressOf, chooseFreePort, writeCredentials, type Credentials } from './embedded-credentials.ts';
import { acquireDataDirectoryLock } from './data-directory-lock.ts';
import { embeddedFailure } from './embedded-failure.ts';
import { findPostgresBinaries } from './postgres-binaries.ts';
import { findPostmaster, isServing, startPostmaster, stopPostmaster, waitUntilReady, type Cluster } from './postmaster.ts';
import { chooseServerAccount } from './server-account.ts';

/** A real Postgres that belongs to this process. */
export interface EmbeddedPostgres {
  /** Where to connect, with a password that only this data folder knows. */
  url: string;
  /** Ends the server cleanly; what was committed is there at the next start. */
  stop(): Promise<void>;
}

/** Where the embedded Postgres lives and whom it tells what it does. */
export interface EmbeddedOptions {
  /** The project's data folder; the server uses `postgres/` in it. */
  dataDir: string;
  /** Gets one plain sentence per step. */
  report?: (line: string) => void;
  /** Server settings over the defaults, for tests. */
  settings?: Record<string, string>;
  /** False skips waiting for the disk while the first files are written, for tests. */
  durable?: boolean;
}

/** Small, durable, loopback only. A handful of processes and about 64 MB of shared memory. */
const defaultSettings: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
  max_connections: '60',
  shared_buffers: '64MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  fsync: 'on',
  synchronous_commit: 'on',
  wal_level: 'minimal',
  max_wal_senders: '0',
  min_wal_size: '80MB',
  max_wal_size: '512MB',
  checkpoint_timeout: '10min',
  io_method: 'sync',
  max_logical_replication_workers: '0',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  // The client is told of every failed statement; writing it down too would fill the disk with expected conflicts.
  log_min_messages: 'log',
  log_checkpoints: 'off',
};

interface Story {
  cluster: Cluster;
  folder: string;
  shown: string;
  report: (line: string) => void;
  settings: Record<string, string>;
  isNew: boolean;
  /** When this start began, by performance.now(). */
  began: number;
}

async function openFolder(dataDir: string): Promise<string> {
  const folder = resolve(dataDir);
  try {
    // Others may pass but not look: the server's own account has to get through.
    if ((await mkdir(folder, { recursive: true, mode: 0o711 })) !== undefined) await chmod(folder, 0o711);
    await access(folder, constants.W_OK | constants.X_OK);
    return await realpath(folder);
  } catch (error) {
    throw embeddedFailure(`The folder ${folder} cannot be made or entered. Set DATA_DIR to a folder that this user can write.`, error);
  }
}

async function openCluster(folder: string, report: (line: string) => void): Promise<Cluster> {
  const dataDirectory = join(folder, 'postgres');
  const binaries = await findPostgresBinaries();
  const account = await chooseServerAccount({ dataDirectory, binaries, report });
  return { dataDirectory, logFile: join(folder, 'postgres.log'), binaries, account };
}

/** Takes over the server that a killed process left running; one that does not answer is ended. */
async function adopt(story: Story, credentials: Credentials): Promise<string | undefined> {
  const { cluster, report, shown } = story;
  if ((await findPostmaster(cluster)) === undefined) return undefined;
  const postmaster = await waitUntilReady(cluster, { ended: () => false, seconds: 60 });
  if (postmaster !== undefined) {
    const url = addressOf({ ...credentials, port: postmaster.port });
    if (await isServing(cluster, url)) {
      report(`The embedded Postgres in ${shown} is still running from an earlier process; adopted it.`);
      return url;
    }
  }
  report(`The embedded Postgres that an earlier process left in ${shown} does not answer; ending it.`);
  await stopPostmaster(cluster);
  return undefined;
}

function watchForEnd(child: ChildProcess, story: Story): void {
  child.once('exit', (code, signal) => {
    const how = signal ?? `code ${code}`;
    if (code !== 0) story.report(`The embedded Postgres in ${story.shown} ended by itself (${how}); see ${story.cluster.logFile}.`);
  });
}

async function startOrAdopt(story: Story, credentials: Credentials): Promise<string> {
  const { cluster, report, shown } = story;
  let said = '';
  for (let attempt = 0; attempt < 12; attempt += 1) {
    const adopted = await adopt(story, credentials);
    if (adopted !== undefined) return adopted;
    if (attempt === 0 && !story.isNew) report(`Starting the embedded Postgres in ${shown} …`);
    const port = await chooseFreePort(credentials.port);
    const started = await startPostmaster(cluster, { ...defaultSettings, ...story.settings, port: String(port) });
    if (started.ok) {
      await writeCredentials(story.folder, { ...credentials, port });
      watchForEnd(started.child, story);
      report(`The embedded Postgres listens on 127.0.0.1:${port} (started in ${((performance.now() - story.began) / 1000).toFixed(1)} s).`);
      return addressOf({ ...credentials, port });
    }
    said = started.said;
    if (started.problem === 'other') break;
    // Backends of a killed server need a moment to notice that it is gone.
    if (started.problem === 'winding_down') await pause(500);
  }
  throw embeddedFailure(`The embedded Postgres in ${shown} did not start. It said:\n${said}\nThe whole log is ${cluster.logFile}.`);
}

/**
 * Starts the bundled Postgres on `<dataDir>/postgres`, or adopts the one that a killed process left running there.
 * One process per folder: a second one gets `embedded_postgres_failed` with the first one's process id.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const report = options.report ?? (() => undefined);
  const began = performance.now();
  const folder = await openFolder(options.dataDir);
  const lock = await acquireDataDirectoryLock(folder);
  try {
    const cluster = await openCluster(folder, report);
    const isNew = !(await stat(cluster.dataDirectory).catch(() => undefined));
    const story: Story = { cluster, folder, shown: options.dataDir, report, settings: options.settings ?? {}, isNew, began };
    if (isNew) {
      report(`Starting the embedded Postgres in ${options.dataDir} (first start takes about 3 s) …`);
      await initializeCluster(cluster, { folder, durable: options.durable ?? true });
    } else {
      await claimDataDirectory(cluster);
      await refuseOtherMajor(cluster);
    }
    const url = await startOrAdopt(story, await readCredentials(cluster, folder));
    let stopping: Promise<void> | undefined;
    const stop = async () => {
      try {
        await stopPostmaster(cluster);
      } finally {
        await lock.release();
      }
    };
    return { url, stop: () => (stopping ??= stop()) };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Ends the server of a folder whose process is gone; does nothing while that process lives. Throws when it cannot tell. */
export async function stopAbandonedPostgres(dataDir: string): Promise<void> {
  const folder = await openFolder(dataDir);
  const lock = await acquireDataDirectoryLock(folder);
  try {
    await stopPostmaster(await openCluster(folder, () => undefined));
  } finally {
    await lock.release();
  }
}

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { describeError } from '../core/errors.ts';
import { embeddedFailure } from './embedded-failure.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { readCommandLine } from './process-identity.ts';
import { removeStalePidFile } from './stale-pid-file.ts';
import { serverEnvironment, type ServerAccount } from './server-account.ts';

const run = promisify(execFile);

/** A data directory with the programs and the account that serve it. */
export interface Cluster {
  dataDirectory: string;
  logFile: string;
  binaries: PostgresBinaries;
  account: ServerAccount;
}

/** What a server writes about itself into postmaster.pid. */
export interface Postmaster {
  pid: number;
  port: number;
  ready: boolean;
}

/** Why a start did not work, as far as the next try depends on it. */
export type StartProblem = 'port_taken' | 'already_running' | 'winding_down' | 'other';

/** A log larger than this is put aside (one older file is kept) before the next start. */
const logLimit = 10 * 1024 * 1024;

function pidFile(cluster: Cluster): string {
  return join(cluster.dataDirectory, 'postmaster.pid');
}

/** Finds the server that runs on the data directory, started by whomever. */
export async function findPostmaster(cluster: Cluster): Promise<Postmaster | undefined> {
  const text = await readFile(pidFile(cluster), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  // The number may have been given to another program meanwhile.
  if (!(await readCommandLine(pid)).includes(cluster.dataDirectory)) return undefined;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

/** True when the address answers and serves this very data directory. */
export async function isServing(cluster: Cluster, url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000, query_timeout: 5000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ directory: string }>(`select current_setting('data_directory') as directory`);
    return rows[0]?.directory === cluster.dataDirectory;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Waits until the server says that it is ready; undefined when it ends before that, or when the time is up. */
export async function waitUntilReady(
  cluster: Cluster,
  options: { ended: () => boolean; seconds: number },
): Promise<Postmaster | undefined> {
  const deadline = Date.now() + options.seconds * 1000;
  while (!options.ended() && Date.now() < deadline) {
    const postmaster = await findPostmaster(cluster);
    if (postmaster?.ready === true) return postmaster;
    await pause(10);
  }
  return undefined;
}

function judgeLog(text: string): StartProblem {
  if (text.includes('could not create any TCP/IP sockets') || text.includes('Address already in use')) return 'port_taken';
  if (text.includes('"postmaster.pid" already exists')) return 'already_running';
  if (text.includes('pre-existing shared memory block')) return 'winding_down';
  return 'other';
}

async function openLog(cluster: Cluster): Promise<{ fd: number; close(): Promise<void>; readNew(): Promise<string> }> {
  const size = await stat(cluster.logFile).then(
    (file) => file.size,
    () => 0,
  );
  if (size > logLimit) await rename(cluster.logFile, `${cluster.logFile}.1`);
  const file = await open(cluster.logFile, 'a', 0o600);
  const { size: from } = await file.stat();
  return {
    fd: file.fd,
    close: () => file.close(),
    readNew: async () => (await readFile(cluster.logFile)).subarray(from).toString('utf8'),
  };
}

/**
 * Starts the server in a session of its own: neither Ctrl+C nor the death of this process reaches it, so that it can
 * finish its work, and be found again by the next process.
 */
export async function startPostmaster(
  cluster: Cluster,
  settings: Record<string, string>,
): Promise<{ ok: true; postmaster: Postmaster; child: ChildProcess } | { ok: false; problem: StartProblem; said: string }> {
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const { command, args, identity } = cluster.account.launch(cluster.binaries.postgres, ['-D', cluster.dataDirectory, ...options]);
  if (!(await removeStalePidFile(pidFile(cluster))))
    return { ok: false, problem: 'winding_down', said: 'Workers of a killed server are still there.' };
  const log = await openLog(cluster);
  try {
    const child = spawn(command, args, { ...identity, env: serverEnvironment, detached: true, stdio: ['ignore', log.fd, log.fd] });
    let failure: unknown;
    let ended = false;
    child.once('error', (error) => {
      failure = error;
      ended = true;
    });
    child.once('exit', () => {
      ended = true;
    });
    const postmaster = await waitUntilReady(cluster, { ended: () => ended, seconds: 120 });
    if (postmaster?.pid === child.pid && postmaster !== undefined) {
      child.unref();
      return { ok: true, postmaster, child };
    }
    if (!ended) child.kill('SIGINT');
    const said = failure === undefined ? await log.readNew() : describeError(failure);
    return { ok: false, problem: judgeLog(said), said: said.trim().split('\n').slice(-6).join('\n') };
  } finally {
    await log.close();
  }
}

/** Runs a server program to its end as the server's account; answers what it printed, or throws `embedded_postgres_failed`. */
export async function runServerProgram(account: ServerAccount, program: string, args: string[]): Promise<string> {
  const launch = account.launch(program, args);
  try {
    const { stdout } = await run(launch.command, launch.args, { ...launch.identity, env: serverEnvironment });
    return stdout;
  } catch (error) {
    const said = Error.isError(error) && 'stderr' in error ? String(error.stderr).trim() : '';
    throw embeddedFailure(`The embedded Postgres failed at ${program.split('/').at(-1)}: ${said || describeError(error)}`, error);
  }
}

/** Ends the server: open transactions are rolled back, everything committed is on disk. Does nothing when none runs. */
export async function stopPostmaster(cluster: Cluster): Promise<void> {
  // A server that hangs is ended ever harder; its write-ahead log brings everything committed back.
  for (const mode of ['fast', 'immediate']) {
    if ((await findPostmaster(cluster)) === undefined) return;
    const args = ['stop', '-D', cluster.dataDirectory, '-m', mode, '-w', '-t', '20', '-s'];
    await runServerProgram(cluster.account, cluster.binaries.pgCtl, args).catch(() => undefined);
  }
  const left = await findPostmaster(cluster);
  if (left === undefined) return;
  process.kill(left.pid, 'SIGKILL');
  while ((await findPostmaster(cluster)) !== undefined) await pause(10);
}

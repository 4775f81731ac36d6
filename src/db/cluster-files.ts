import { spawn } from 'node:child_process';
import { chmod, chown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCredentials, embeddedRole, findCredentials, writeCredentials, type Credentials } from './embedded-credentials.ts';
import { embeddedFailure } from './embedded-failure.ts';
import { runServerProgram, stopPostmaster, type Cluster } from './postmaster.ts';
import { serverEnvironment } from './server-account.ts';

async function giveTo(cluster: Cluster, path: string): Promise<void> {
  const { ids } = cluster.account;
  if (ids !== undefined) await chown(path, ids.uid, ids.gid);
}

/**
 * Makes the server's first files. They grow in a folder of their own and are moved into place when complete, so that
 * a process killed in between leaves nothing that looks like a database.
 */
export async function initializeCluster(cluster: Cluster, options: { folder: string; durable: boolean }): Promise<void> {
  const draft = `${cluster.dataDirectory}.new`;
  const passwordFile = join(options.folder, 'postgres.password');
  const credentials = createCredentials();
  try {
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { mode: 0o700 });
    await giveTo(cluster, draft);
    await writeFile(passwordFile, credentials.password, { mode: 0o600 });
    await giveTo(cluster, passwordFile);
    // The same order and upper case on every machine, whatever locales it has.
    const locale = ['--encoding', 'UTF8', '--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'];
    // The password is random, so stretching it would only slow every new connection down.
    const access = ['--username', embeddedRole, '--pwfile', passwordFile, '--auth', 'scram-sha-256', '--set', 'scram_iterations=16'];
    const args = ['--pgdata', draft, ...access, ...locale, ...(options.durable ? [] : ['--no-sync'])];
    await runServerProgram(cluster.account, cluster.binaries.initdb, args);
    await writeCredentials(options.folder, credentials);
    await rename(draft, cluster.dataDirectory);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** A data directory can only be opened by the major version that made it. */
export async function refuseOtherMajor(cluster: Cluster): Promise<void> {
  const version = await readFile(join(cluster.dataDirectory, 'PG_VERSION'), 'utf8').catch((error: unknown) => {
    throw embeddedFailure(
      `${cluster.dataDirectory} exists but is not a database this user can read. Move it away, or start RepoWatch as its owner.`,
      error,
    );
  });
  if (version.trim() === cluster.binaries.major) return;
  throw embeddedFailure(
    `${cluster.dataDirectory} was written by Postgres ${version.trim()}, this RepoWatch brings Postgres ${cluster.binaries.major}. ` +
      `Dump it with the RepoWatch that wrote it and restore it here, or move it away to begin anew.`,
  );
}

/** Sets the password without knowing the old one, by the server's single-user mode. */
async function replacePassword(cluster: Cluster, password: string): Promise<void> {
  const { command, args, identity } = cluster.account.launch(cluster.binaries.postgres, [
    '--single',
    '-D',
    cluster.dataDirectory,
    'postgres',
  ]);
  const child = spawn(command, args, { ...identity, env: serverEnvironment, stdio: ['pipe', 'ignore', 'ignore'] });
  const code = await new Promise<number | null>((settle, fail) => {
    child.once('error', fail);
    child.once('exit', settle);
    child.stdin.end(`alter role ${embeddedRole} password '${password}'\n`);
  });
  if (code !== 0)
    throw embeddedFailure(`The password of the embedded Postgres in ${cluster.dataDirectory} could not be replaced (code ${code}).`);
}

/** Reads the kept password; when its file was lost (a partly restored backup, say), the server is given a new one. */
export async function readCredentials(cluster: Cluster, folder: string): Promise<Credentials> {
  const kept = await findCredentials(folder);
  if (kept !== undefined) return kept;
  await stopPostmaster(cluster);
  const credentials = createCredentials();
  await replacePassword(cluster, credentials.password);
  await writeCredentials(folder, credentials);
  return credentials;
}

/** A restored backup may belong to root, for whom Postgres does not run: it is handed to the server's account. */
export async function claimDataDirectory(cluster: Cluster): Promise<void> {
  const { dataDirectory, account } = cluster;
  if (account.ids === undefined || (await stat(dataDirectory)).uid !== 0) return;
  const entries = await readdir(dataDirectory, { recursive: true });
  for (const entry of entries) await giveTo(cluster, join(dataDirectory, entry));
  await giveTo(cluster, dataDirectory);
  await chmod(dataDirectory, 0o700);
}

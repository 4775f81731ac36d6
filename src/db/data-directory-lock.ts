import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { embeddedFailure } from './embedded-failure.ts';
import { readProcessStart } from './process-identity.ts';

/** Held while this process may use the data directory. */
export interface DataDirectoryLock {
  release(): Promise<void>;
}

interface Holder {
  pid: number;
  start: string;
}

const fileName = 'postgres.lock';

/** How long a living holder is waited for: one whose launcher was just killed is about to end. Milliseconds. */
const holderPatienceMs = 2_000;

function parseHolder(text: string): Holder | undefined {
  try {
    const { pid, start } = JSON.parse(text) as Partial<Holder>;
    return typeof pid === 'number' && typeof start === 'string' ? { pid, start } : undefined;
  } catch {
    return undefined;
  }
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

/** A link appears with its whole content or not at all; a file written in place could be read half. */
async function place(content: string, path: string): Promise<boolean> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, content, { mode: 0o600 });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (Error.isError(error) && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Takes a dead holder's file away; when another process was faster and ours was a fresh lock, it is put back. */
async function removeStale(path: string, judged: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await readText(aside)) !== judged) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

/** The process that holds the directory, or undefined when nobody alive does. */
async function findLockHolder(folder: string): Promise<number | undefined> {
  const holder = parseHolder((await readText(join(folder, fileName))) ?? '');
  if (holder === undefined) return undefined;
  return (await readProcessStart(holder.pid)) === holder.start ? holder.pid : undefined;
}

/**
 * Makes this process the only user of a folder's embedded Postgres. A lock whose process is gone counts for nothing.
 * Throws `embedded_postgres_failed` with the holder's process id.
 */
export async function acquireDataDirectoryLock(folder: string): Promise<DataDirectoryLock> {
  const path = join(folder, fileName);
  const start = (await readProcessStart(process.pid)) ?? '';
  const mine = JSON.stringify({ pid: process.pid, start });
  const patientUntil = performance.now() + holderPatienceMs;
  for (let attempt = 0; attempt < 20; attempt += 1) {
    if (await place(mine, path)) {
      return {
        async release() {
          if ((await readText(path)) === mine) await rm(path, { force: true });
        },
      };
    }
    const pid = await findLockHolder(folder);
    if (pid !== undefined && performance.now() < patientUntil) {
      await pause(50);
      attempt -= 1;
      continue;
    }
    if (pid !== undefined) {
      throw embeddedFailure(
        `Another RepoWatch (process ${pid}) is using the embedded Postgres in ${folder}. Stop it, give this one its own DATA_DIR, or point both at one DATABASE_URL.`,
      );
    }
    const text = await readText(path);
    if (text !== undefined) await removeStale(path, text);
  }
  throw embeddedFailure(`The lock ${path} changes hands all the time. Stop the other processes that use this folder.`);
}

import { randomBytes } from 'node:crypto';
import { access, chmod, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { RepoWatchError, describeError } from '../core/errors.ts';

const stateSchema = z.object({ webhookSecret: z.string(), secretsKey: z.string(), adminToken: z.string() });

/** The throw-away credentials of a demo; kept, so that what is stored in its database stays readable at the next start. */
export type DemoState = z.output<typeof stateSchema>;

const fileName = 'demo.json';

/**
 * Reads the demo's credentials from its data directory, or makes both. Throws `settings_invalid` for a directory that holds the
 * database of a real RepoWatch: there the demo's GitHub would be taken for the real one.
 */
export async function openDemoState(dataDir: string): Promise<DemoState> {
  const folder = resolve(dataDir);
  try {
    // Others may pass but not look: the account of the embedded Postgres has to get through.
    if ((await mkdir(folder, { recursive: true, mode: 0o711 })) !== undefined) await chmod(folder, 0o711);
    const kept = await readText(join(folder, fileName));
    if (kept !== undefined) return stateSchema.parse(JSON.parse(kept));
  } catch (error) {
    throw new RepoWatchError(
      'settings_invalid',
      `The demo cannot use ${folder}: ${describeError(error)}. Set DATA_DIR to an empty folder.`,
      {
        cause: error,
      },
    );
  }
  if (await exists(join(folder, 'postgres'))) {
    throw new RepoWatchError(
      'settings_invalid',
      `${dataDir} holds the database of a RepoWatch that is no demo. Give the demo its own folder, for example DATA_DIR=.repowatch-demo.`,
    );
  }
  const state = createState();
  await writeFile(join(folder, fileName), `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  return state;
}

/** A new folder for this start's GitHub; it keeps nothing in memory that an older folder could be read with. */
export async function makeGithubFolder(dataDir: string, now: Date): Promise<string> {
  const folder = join(resolve(dataDir), 'github', now.toISOString().replaceAll(/[:.]/g, '-'));
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Removes the folders of earlier starts; call it only while this process holds the data directory. */
export async function removeOlderGithubFolders(folder: string): Promise<void> {
  const parent = resolve(folder, '..');
  for (const name of await readdir(parent)) {
    const isOlder = /^\d{4}-\d\d-\d\dT[\d-]+Z$/.test(name) && join(parent, name) < folder;
    if (isOlder) await rm(join(parent, name), { recursive: true, force: true });
  }
}

function createState(): DemoState {
  return {
    webhookSecret: randomBytes(32).toString('hex'),
    secretsKey: `demo:${randomBytes(32).toString('base64')}`,
    adminToken: randomBytes(16).toString('hex'),
  };
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (Error.isError(error) && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

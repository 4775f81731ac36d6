import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chmod, link, mkdir, open, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { describeError, RepoWatchError } from './core/errors.ts';
import { failed, ok, type Outcome } from './core/outcome.ts';

/** What GitHub gave out for the App, by the names of the settings. */
const appSchema = z.object({
  APP_ID: z.string(),
  PRIVATE_KEY: z.string(),
  WEBHOOK_SECRET: z.string(),
  CLIENT_ID: z.string().optional(),
  CLIENT_SECRET: z.string().optional(),
  GITHUB_URL: z.string(),
  GITHUB_API_URL: z.string(),
  PUBLIC_URL: z.string().optional(),
  INTAKE: z.literal('poll').optional(),
  APP_SLUG: z.string(),
  REGISTERED_AT: z.string(),
});

/** An App as it was registered from here. */
export type RegisteredApp = z.output<typeof appSchema>;

/** What was made here and never leaves this machine. */
const keysSchema = z.object({ SECRETS_KEY: z.string().optional(), ADMIN_TOKEN: z.string().optional() });

/** The settings that registration keeps in DATA_DIR. */
export interface StoredSettings {
  app: RegisteredApp | undefined;
  keys: z.output<typeof keysSchema>;
}

type Source = Record<string, string | undefined>;

const appFile = 'app.json';
const keysFile = 'keys.json';

/** Where the App's credentials are kept. */
export function appFileOf(dataDir: string): string {
  return join(resolve(dataDir), appFile);
}

/** Where SECRETS_KEY and ADMIN_TOKEN are kept that were made at the first setup. */
export function keysFileOf(dataDir: string): string {
  return join(resolve(dataDir), keysFile);
}

function readJson<T>(path: string, schema: z.ZodType<T>): Outcome<T | undefined, 'settings_invalid'> {
  try {
    return ok(schema.parse(JSON.parse(readFileSync(path, 'utf8'))));
  } catch (error) {
    if (Error.isError(error) && 'code' in error && error.code === 'ENOENT') return ok(undefined);
    // Not the parser's own text: it quotes what it read.
    const why = Error.isError(error) && 'code' in error ? describeError(error) : 'it is not the JSON that RepoWatch wrote';
    return failed('settings_invalid', `${path} cannot be used: ${why}. Mend it, or remove it and run "repowatch register" again.`);
  }
}

/** Reads what registration kept; nothing of it when there is none. */
export function readStoredSettings(dataDir: string): Outcome<StoredSettings, 'settings_invalid'> {
  const app = readJson(appFileOf(dataDir), appSchema);
  if (!app.ok) return app;
  const keys = readJson(keysFileOf(dataDir), keysSchema);
  return keys.ok ? ok({ app: app.value, keys: keys.value ?? {} }) : keys;
}

/** True when a setting has a value; an empty one is how compose files and forms say "not set". */
export function isSet(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '';
}

/** What makes a server's App; PRIVATE_KEY_PATH stands for PRIVATE_KEY. */
const credentialNames = ['APP_ID', 'PRIVATE_KEY', 'PRIVATE_KEY_PATH', 'WEBHOOK_SECRET', 'CLIENT_ID', 'CLIENT_SECRET'] as const;

/** True when nothing at all says which App this is: then it can be registered. Half of the credentials are a mistake instead. */
export function isUnregistered(source: Source): boolean {
  return credentialNames.every((name) => !isSet(source[name]));
}

/**
 * The environment with what registration kept beneath it: the environment wins, setting by setting. The credentials of
 * another App or of another GitHub than the environment names are left out as a whole.
 */
export function addStoredSettings(environment: Source, stored: StoredSettings): Source {
  const given = Object.fromEntries(Object.entries(environment).filter(([, text]) => isSet(text)));
  const { APP_SLUG: _slug, REGISTERED_AT: _at, ...rest } = stored.app ?? ({} as Partial<RegisteredApp>);
  const app: Source = rest;
  const isOther = (['APP_ID', 'GITHUB_URL'] as const).some((name) => given[name] !== undefined && !isSame(given[name], app[name]));
  const beneath: Source = isOther ? { ...stored.keys } : { ...app, ...stored.keys };
  if (given['PRIVATE_KEY_PATH'] !== undefined) delete beneath['PRIVATE_KEY'];
  return { ...environment, ...beneath, ...given };
}

function isSame(one: string | undefined, other: string | undefined): boolean {
  return one?.trim().replace(/\/+$/, '') === other?.replace(/\/+$/, '');
}

/** Keeps the App's credentials, whole or not at all and for this user only. Throws `conflict` when there are some and they may not be replaced. */
export async function writeApp(dataDir: string, app: RegisteredApp, options: { force: boolean }): Promise<string> {
  const path = appFileOf(dataDir);
  await writePrivate(path, app, options);
  return path;
}

/** Makes and keeps the SECRETS_KEY and the ADMIN_TOKEN that neither the environment nor an earlier setup has; answers their names. */
export async function ensureKeys(dataDir: string, environment: Source): Promise<string[]> {
  const stored = readJson(keysFileOf(dataDir), keysSchema);
  if (!stored.ok) throw new RepoWatchError('settings_invalid', stored.message);
  const keys = { ...stored.value };
  const made: string[] = [];
  const ensure = (name: keyof typeof keys, make: () => string): void => {
    if (isSet(environment[name]) || keys[name] !== undefined) return;
    keys[name] = make();
    made.push(name);
  };
  ensure('SECRETS_KEY', () => `k1:${randomBytes(32).toString('base64')}`);
  ensure('ADMIN_TOKEN', () => randomBytes(32).toString('hex'));
  if (made.length > 0) await writePrivate(keysFileOf(dataDir), keys, { force: true });
  return made;
}

async function writePrivate(path: string, content: object, { force }: { force: boolean }): Promise<void> {
  const folder = resolve(path, '..');
  // Others may pass but not look: the account of the embedded Postgres has to get through.
  if ((await mkdir(folder, { recursive: true, mode: 0o711 })) !== undefined) await chmod(folder, 0o711);
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  // `wx` and the mode at once: at no instant can somebody else read it, or have put it there before us.
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(content, null, 2)}\n`);
    await file.sync();
    await file.close();
    // A link refuses to replace, and leaves no instant in which another setup could slip in.
    await (force ? rename(draft, path) : link(draft, path));
  } catch (error) {
    if (!(Error.isError(error) && 'code' in error && error.code === 'EEXIST')) throw error;
    throw new RepoWatchError(
      'conflict',
      `${path} has the credentials of an App already. Remove the file, or register with --force to replace them.`,
      { cause: error },
    );
  } finally {
    await file.close().catch(() => undefined);
    await rm(draft, { force: true });
  }
}

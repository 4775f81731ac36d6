import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describeError } from './core/errors.ts';
import { findApiUrl } from './core/github-address.ts';
import { failed, ok, type Outcome } from './core/outcome.ts';
import * as formats from './setting-formats.ts';
import type { Setting } from './setting-formats.ts';
import { settingsTable, type SettingName } from './settings-table.ts';
import { addStoredSettings, isSet, isUnregistered, readStoredSettings } from './stored-settings.ts';

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<CamelCase<Tail>>}`
  : Lowercase<Name>;
type ValueOf<Name extends SettingName> = (typeof settingsTable)[Name]['format'] extends formats.SettingFormat<infer T> ? T : never;
type IsThere<Name extends SettingName> = (typeof settingsTable)[Name] extends { default: string } | { required: true } ? true : false;

/** The settings by their camel-case names; times are in milliseconds, those without default or need may be undefined. */
export type Settings<Name extends SettingName = SettingName> = {
  [N in Name as CamelCase<N>]: IsThere<N> extends true ? ValueOf<N> : ValueOf<N> | undefined;
};

/** One thing that is wrong with the settings. */
export interface SettingProblem {
  name: SettingName;
  problem: string;
  how: string;
}

/** The settings a server needs; the key has come from whichever of its two settings was set. */
export type ServerSettings = Omit<Settings, 'privateKey' | 'privateKeyPath'> & { privateKey: string };

function camelCase(name: string): string {
  return name.toLowerCase().replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function readOne(name: SettingName, text: string | undefined): Outcome<unknown> {
  const setting: Setting = settingsTable[name];
  // An empty variable is how compose files and forms say "not set".
  const given = isSet(text) ? (setting.format === formats.sharedSecretFormat ? text : text.trim()) : setting.default;
  if (given === undefined) return setting.required === true ? failed('settings_invalid', 'is missing') : ok(undefined);
  const parsed = setting.format.safeParse(given);
  return parsed.success ? ok(parsed.data) : failed('settings_invalid', parsed.error.issues[0]?.message ?? 'is not valid');
}

type Source = Record<string, string | undefined>;
type Failure = Extract<Outcome<never, 'settings_invalid'>, { ok: false }>;

function refuse(problems: SettingProblem[]): Failure {
  const lines = problems.map(({ name, problem, how }) => `${name} ${problem}. ${how}`);
  return failed('settings_invalid', lines.join('\n'), { problems });
}

function collect(source: Source, names: readonly SettingName[]): { values: Record<string, unknown>; problems: SettingProblem[] } {
  const values: Record<string, unknown> = {};
  const problems: SettingProblem[] = [];
  for (const name of names) {
    const outcome = readOne(name, source[name]);
    if (outcome.ok) values[camelCase(name)] = outcome.value;
    else problems.push({ name, problem: outcome.message, how: settingsTable[name].how });
  }
  return { values, problems };
}

/** Reads only the named settings, for commands that need a few. Fails with all problems at once, one line each. */
export function loadSome<Name extends SettingName>(source: Source, names: readonly Name[]): Outcome<Settings<Name>, 'settings_invalid'> {
  const { values, problems } = collect(source, names);
  return problems.length > 0 ? refuse(problems) : ok(values as Settings<Name>);
}

/** Reads some settings, those that registration or the first start made and keeps in DATA_DIR among them. */
export function loadSomeStored<Name extends SettingName>(
  environment: Source,
  names: readonly Name[],
): Outcome<Settings<Name>, 'settings_invalid'> {
  const source = loadStored(environment);
  return source.ok ? loadSome(source.value, names) : source;
}

function readKeyFile(path: string): Outcome<string> {
  try {
    const parsed = formats.privateKeyFormat.safeParse(readFileSync(path, 'utf8'));
    return parsed.success ? ok(parsed.data) : failed('settings_invalid', `names ${path}, which ${parsed.error.issues[0]?.message}`);
  } catch (error) {
    return failed('settings_invalid', `names a file that cannot be read (${describeError(error)})`);
  }
}

const allNames = Object.keys(settingsTable) as SettingName[];

/** Who names an Enterprise Server names its API with it (handbook J1, J2). */
function addApiUrl(source: Source): Source {
  const url = source['GITHUB_URL'];
  if (isSet(source['GITHUB_API_URL']) || !isSet(url) || !formats.webAddressFormat.safeParse(url.trim()).success) return source;
  return { ...source, GITHUB_API_URL: findApiUrl(url.trim()) };
}

/** Reads everything the server needs. Fails with all problems at once: one line each with name, what is wrong and how to get it. */
export function loadSettings(source: Source): Outcome<ServerSettings, 'settings_invalid'> {
  const { values, problems } = collect(addApiUrl(source), allNames);
  const { privateKey, privateKeyPath, ...rest } = values as Settings;
  const report = (name: SettingName, problem: string) => problems.push({ name, problem, how: settingsTable[name].how });
  let key = privateKey;
  const keyIsBad = problems.some(({ name }) => name === 'PRIVATE_KEY');
  if (key !== undefined && privateKeyPath !== undefined) {
    report('PRIVATE_KEY_PATH', 'is set beside PRIVATE_KEY, and only one of them can count');
  } else if (key === undefined && privateKeyPath !== undefined) {
    const file = readKeyFile(privateKeyPath);
    if (file.ok) key = file.value;
    else report('PRIVATE_KEY_PATH', file.message);
  } else if (key === undefined && !keyIsBad) {
    report('PRIVATE_KEY', 'is missing');
  }
  if (rest.webhookSecret !== undefined && rest.webhookSecret === rest.webhookSecretPrevious) {
    report('WEBHOOK_SECRET_PREVIOUS', 'is the same as WEBHOOK_SECRET');
  }
  if (isSet(source['CLIENT_ID']) && !isSet(source['CLIENT_SECRET'])) report('CLIENT_SECRET', 'is missing beside CLIENT_ID');
  if (!isSet(source['CLIENT_ID']) && isSet(source['CLIENT_SECRET'])) report('CLIENT_ID', 'is missing beside CLIENT_SECRET');
  return problems.length > 0 || key === undefined ? refuse(problems) : ok({ ...rest, privateKey: key });
}

/** What registration gives; without all of it a server can only be registered. */
const registeredNames = ['APP_ID', 'PRIVATE_KEY', 'PRIVATE_KEY_PATH', 'WEBHOOK_SECRET', 'CLIENT_ID', 'CLIENT_SECRET'] as const;
const madeNames = ['SECRETS_KEY', 'ADMIN_TOKEN'] as const;
type RegisteredName = (typeof registeredNames)[number] | (typeof madeNames)[number];

/** The settings of a server that has no App yet. */
export type SetupSettings = Settings<Exclude<SettingName, RegisteredName>>;

/** What the settings let a process be: a server, a server that waits for its App, or nothing. */
export type LoadedServer =
  | { state: 'registered'; settings: ServerSettings }
  | { state: 'unregistered'; settings: SetupSettings }
  | { state: 'invalid'; message: string };

/** Reads the environment and what registration keeps in DATA_DIR beneath it. Only when nothing names an App the server may wait for one. */
export function loadServer(environment: Source): LoadedServer {
  const source = loadStored(environment);
  if (!source.ok) return { state: 'invalid', message: source.message };
  const settings = loadSettings(source.value);
  if (settings.ok) return { state: 'registered', settings: settings.value };
  const names = allNames.filter(
    (name) => !(registeredNames as readonly string[]).includes(name) && (isSet(source.value[name]) || !isMade(name)),
  );
  const setup = loadSome(addApiUrl(source.value), names);
  if (!isUnregistered(source.value) || !setup.ok) return { state: 'invalid', message: settings.message };
  return { state: 'unregistered', settings: setup.value as unknown as SetupSettings };
}

function isMade(name: SettingName): boolean {
  return (madeNames as readonly string[]).includes(name);
}

/** The environment with what registration keeps in DATA_DIR beneath it. */
function loadStored(environment: Source): Outcome<Source, 'settings_invalid'> {
  const folder = loadSome(environment, ['DATA_DIR']);
  if (!folder.ok) return folder;
  const stored = readStoredSettings(folder.value.dataDir);
  return stored.ok ? ok(addStoredSettings(environment, stored.value)) : stored;
}

/** The environment with the `.env` file of the current folder beneath it; a variable that is really set wins. */
export function readEnvironment(): Source {
  let file: Source = {};
  try {
    file = parseEnv(readFileSync('.env', 'utf8'));
  } catch (error) {
    if (!(Error.isError(error) && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  return { ...file, ...process.env };
}

import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describeError } from './core/errors.ts';
import { failed, ok, type Outcome } from './core/outcome.ts';
import * as formats from './setting-formats.ts';
import { settingsTable, type Setting, type SettingName } from './settings-table.ts';

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
  const isSet = text !== undefined && text.trim() !== '';
  const given = isSet ? (setting.format === formats.sharedSecretFormat ? text : text.trim()) : setting.default;
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

function readKeyFile(path: string): Outcome<string> {
  try {
    const parsed = formats.privateKeyFormat.safeParse(readFileSync(path, 'utf8'));
    return parsed.success ? ok(parsed.data) : failed('settings_invalid', `names ${path}, which ${parsed.error.issues[0]?.message}`);
  } catch (error) {
    return failed('settings_invalid', `names a file that cannot be read (${describeError(error)})`);
  }
}

/** Reads everything the server needs. Fails with all problems at once: one line each with name, what is wrong and how to get it. */
export function loadSettings(source: Source): Outcome<ServerSettings, 'settings_invalid'> {
  const { values, problems } = collect(source, Object.keys(settingsTable) as SettingName[]);
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
  return problems.length > 0 || key === undefined ? refuse(problems) : ok({ ...rest, privateKey: key });
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

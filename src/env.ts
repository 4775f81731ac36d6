import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { parseOutboundAllow } from './actions/outbound-allow.ts';
import { describeError } from './core/errors.ts';
import { failed, ok, type Outcome } from './core/outcome.ts';
import * as formats from './setting-formats.ts';
import { parseKeyRing } from './vault/key-ring.ts';

/** One setting: what it is for, how to come by it, and how its text is read. */
export interface Setting<T = unknown> {
  format: formats.SettingFormat<T>;
  /** For people: the shape of the text. */
  type: string;
  /** Used when the setting is not set. */
  default?: string;
  /** True when the start stops without it. */
  required?: boolean;
  /** What it does. */
  help: string;
  /** How to get a good value: the remedy printed with every problem. */
  how: string;
  /** True when its value must never be shown. */
  secret?: boolean;
}

/** What a process can be told to do. */
const roles = ['web', 'worker', 'scheduler'] as const;

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Every setting there is. `.env.example` and docs/settings.md are written from this table, and a test keeps them equal. */
export const settingsTable = {
  PORT: {
    format: formats.portFormat,
    type: 'port',
    default: '3000',
    help: 'The port RepoWatch listens on; 0 takes any free one.',
    how: 'Choose a free port.',
  },
  HOST: {
    format: formats.hostFormat,
    type: 'address',
    default: '127.0.0.1',
    help: 'The address RepoWatch listens on. The default is reached from this machine only, as behind a reverse proxy; a container needs 0.0.0.0.',
    how: 'Use 127.0.0.1 behind a reverse proxy on the same machine, 0.0.0.0 otherwise.',
  },
  PUBLIC_URL: {
    format: formats.webAddressFormat,
    type: 'web address',
    help: 'Where people and GitHub reach RepoWatch; used for links. Without it, links point at HOST and PORT.',
    how: 'Take the address of your reverse proxy, for example https://repowatch.example.com.',
  },
  DATABASE_URL: {
    format: formats.databaseAddressFormat,
    type: 'Postgres address',
    help: 'A Postgres 15 or later. Without it, RepoWatch runs its own Postgres inside DATA_DIR. PgBouncer works in session mode only.',
    how: 'Leave it empty for the embedded Postgres, or write postgres://user:password@host:5432/name.',
    secret: true,
  },
  APP_ID: {
    format: formats.appIdFormat,
    type: 'number',
    required: true,
    help: 'The number of your GitHub App.',
    how: 'Open the App on GitHub (Settings, Developer settings, GitHub Apps, your App); it is under "About" as "App ID".',
  },
  PRIVATE_KEY: {
    format: formats.privateKeyFormat,
    type: 'PEM text',
    help: 'The private key of your GitHub App: PEM, PEM in one line with \\n, or base64 of the file. Either this or PRIVATE_KEY_PATH is needed.',
    how: 'On the App\'s page on GitHub, under "Private keys", press "Generate a private key"; then set PRIVATE_KEY_PATH to the downloaded file, or PRIVATE_KEY to its text.',
    secret: true,
  },
  PRIVATE_KEY_PATH: {
    format: formats.textFormat,
    type: 'path',
    help: 'The file with the private key of your GitHub App, instead of PRIVATE_KEY.',
    how: 'Give the path of the .pem file that GitHub let you download.',
  },
  WEBHOOK_SECRET: {
    format: formats.sharedSecretFormat,
    type: 'text, at least 16 characters',
    required: true,
    help: 'Proves that a webhook comes from GitHub. The same value stands in the App\'s settings on GitHub under "Webhook secret".',
    how: 'Make one with "openssl rand -hex 32" and enter it here and on the App\'s page on GitHub.',
    secret: true,
  },
  WEBHOOK_SECRET_PREVIOUS: {
    format: formats.sharedSecretFormat,
    type: 'text, at least 16 characters',
    help: 'The webhook secret before the last change; deliveries signed with it are still accepted. Remove it when the change is over.',
    how: 'Move the old WEBHOOK_SECRET here while you change it on GitHub.',
    secret: true,
  },
  GITHUB_API_URL: {
    format: formats.webAddressFormat,
    type: 'web address',
    default: 'https://api.github.com',
    help: "GitHub's REST API. On GitHub Enterprise Server it is https://HOST/api/v3.",
    how: 'Leave it empty for github.com.',
  },
  GITHUB_URL: {
    format: formats.webAddressFormat,
    type: 'web address',
    default: 'https://github.com',
    help: "GitHub's pages, for links.",
    how: 'Leave it empty for github.com; on GitHub Enterprise Server write https://HOST.',
  },
  SECRETS_KEY: {
    format: formats.formatOf(parseKeyRing),
    type: 'id:base64key[,id:base64key]',
    required: true,
    help: 'Encrypts the stored secrets. Keys of 32 bytes, the first is the current one; to rotate, put a new pair in front and keep the old one. Keep a copy outside the database: without it the stored secrets are lost.',
    how: 'Write k1: followed by what "openssl rand -base64 32" prints.',
    secret: true,
  },
  ADMIN_TOKEN: {
    format: formats.tokenFormat,
    type: 'text, at least 8 characters',
    required: true,
    help: 'The bearer token for the REST API and the command line.',
    how: 'Make one with "openssl rand -hex 32".',
    secret: true,
  },
  OUTBOUND_ALLOW: {
    format: formats.formatOf(parseOutboundAllow),
    type: 'list of host, host:port or CIDR',
    default: '',
    help: 'Destinations inside your network that actions may call, also over plain http. Private, loopback and link-local addresses are refused otherwise.',
    how: 'List them with commas, for example ci.internal:8080,10.1.0.0/16.',
  },
  ROLES: {
    format: formats.listFormat(roles),
    type: 'list of web, worker, scheduler',
    default: 'web,worker,scheduler',
    help: 'What this process does. Several processes on one database share the work.',
    how: 'Leave it empty to do everything in one process.',
  },
  RECONCILE_INTERVAL: {
    format: formats.durationFormat({ min: '1m', max: '24h' }),
    type: 'time from 1m to 24h',
    default: '5m',
    help: 'How often every repository is compared with GitHub, so that a lost webhook is found.',
    how: 'Write a number with s, m or h, for example 5m.',
  },
  LOG_LEVEL: {
    format: formats.choiceFormat(logLevels),
    type: logLevels.join(', '),
    default: 'info',
    help: 'How much is logged, as one JSON line each on standard output.',
    how: 'Use info, or debug while looking for a fault.',
  },
  DATA_DIR: {
    format: formats.textFormat,
    type: 'path',
    default: '.repowatch',
    help: 'Where the embedded Postgres keeps its data. One RepoWatch per folder.',
    how: 'Choose a folder that this user can write and that is backed up.',
  },
} satisfies Record<string, Setting>;

/** The name of a setting, as it stands in the environment. */
export type SettingName = keyof typeof settingsTable;

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

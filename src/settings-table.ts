import { parseOutboundAllow } from './actions/outbound-allow.ts';
import * as formats from './setting-formats.ts';
import { restraintSettings } from './restraint-settings.ts';
import type { Setting } from './setting-formats.ts';
import { parseKeyRing } from './vault/key-ring.ts';

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
    help: 'The number of your GitHub App. When nothing names an App, what registration kept in DATA_DIR counts; without that the server serves the page that registers one.',
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
  CLIENT_ID: {
    format: formats.clientIdFormat,
    type: 'text',
    help: 'The client id of your GitHub App. With CLIENT_SECRET it lets people prove on GitHub that an installation is theirs; without both nobody is asked.',
    how: 'It is on the App\'s page on GitHub under "About" as "Client ID".',
  },
  CLIENT_SECRET: {
    format: formats.textFormat,
    type: 'text',
    help: 'The client secret of your GitHub App, which belongs to CLIENT_ID.',
    how: 'On the App\'s page on GitHub press "Generate a new client secret".',
    secret: true,
  },
  GITHUB_API_URL: {
    format: formats.webAddressFormat,
    type: 'web address',
    default: 'https://api.github.com',
    help: "GitHub's REST API; GraphQL is found from it. Without it, it follows from GITHUB_URL: https://HOST/api/v3 on Enterprise Server, https://api.NAME.ghe.com on ghe.com. Behind a proxy or a private certificate authority start RepoWatch with NODE_USE_ENV_PROXY=1 and HTTPS_PROXY, or with NODE_EXTRA_CA_CERTS, in the real environment (docs/github-api.md).",
    how: 'Leave it empty for github.com.',
  },
  GITHUB_URL: {
    format: formats.webAddressFormat,
    type: 'web address',
    default: 'https://github.com',
    help: "GitHub's pages, for links.",
    how: 'Leave it empty for github.com; on GitHub Enterprise Server write https://HOST, on ghe.com https://NAME.ghe.com.',
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
  ADMIN_USERS: {
    format: formats.personListFormat,
    type: 'list of logins or numbers',
    default: '',
    help: 'People on GitHub who administer this server once they have signed in, as ADMIN_TOKEN does. Numbers are the ids of accounts and survive a rename; a login that was given up can be taken by somebody else.',
    how: 'List them with commas, for example octocat,583231. Signing in takes CLIENT_ID and CLIENT_SECRET.',
  },
  OUTBOUND_ALLOW: {
    format: formats.formatOf(parseOutboundAllow),
    type: 'list of host, host:port or CIDR',
    default: '',
    help: 'Destinations inside your network that actions may call, also over plain http. Private, loopback and link-local addresses are refused otherwise.',
    how: 'List them with commas, for example ci.internal:8080,10.1.0.0/16.',
  },
  SMTP_URL: {
    format: formats.mailServerFormat,
    type: 'smtp(s)://user:password@host:port',
    help: 'The mail server for steps of the kind email that name none of their own. STARTTLS is demanded unless OUTBOUND_ALLOW lists the server, which one inside your network needs in any case.',
    how: 'Write smtps://user:password@mail.example.com:465, or smtp:// with 587; encode signs such as @ in the password as %40.',
    secret: true,
  },
  MAIL_FROM: {
    format: formats.mailboxFormat,
    type: 'e-mail address',
    help: 'The sender of the mail that goes through SMTP_URL; no step can name another one there.',
    how: 'Write repowatch@example.com or RepoWatch <repowatch@example.com>.',
  },
  ALLOW_ACCESS_ACTION: {
    format: formats.choiceFormat(['false', 'true'] as const),
    type: 'true or false',
    default: 'false',
    help: 'Whether steps of the kind github/access may change who has access to a repository. With true, whoever can change the configuration of a repository can let people into it, as far as the App has administration: write.',
    how: 'Leave it at false; people with the right to manage can change access by the API all the same.',
  },
  ROLES: {
    format: formats.listFormat(roles),
    type: 'list of web, worker, scheduler',
    default: 'web,worker,scheduler',
    help: 'What this process does. Several processes on one database share the work.',
    how: 'Leave it empty to do everything in one process.',
  },
  ALLOWED_ACCOUNTS: {
    format: formats.accountListFormat,
    type: 'list of logins or numbers, or *',
    default: '*',
    help: 'The accounts on GitHub that RepoWatch works for. Anybody can install a public App: installations on other accounts are shown as not_allowed, their deliveries are kept and ignored, and GitHub is asked nothing about them. Numbers are the ids of accounts and survive a rename.',
    how: 'Leave it empty for a private App; for a public one list yours with commas, for example acme,octocat,583231.',
  },
  RECONCILE_INTERVAL: {
    format: formats.durationFormat({ min: '1m', max: '24h' }),
    type: 'time from 1m to 24h',
    default: '5m',
    help: 'How fresh RepoWatch keeps what it knows of repositories that people push to, so that a lost webhook is found; idle ones are compared more rarely, up to once an hour. A configuration can name its own interval.',
    how: 'Write a number with s, m or h, for example 5m.',
  },
  INTAKE: {
    format: formats.choiceFormat(['webhook', 'poll'] as const),
    type: 'webhook or poll',
    default: 'webhook',
    help: "How deliveries come in. With poll, RepoWatch reads them from GitHub's record and needs no address that GitHub can reach (docs/recovery.md).",
    how: 'Use webhook when GitHub can reach this server, poll behind a firewall.',
  },
  RECOVERY_INTERVAL: {
    format: formats.durationFormat({ min: '5s', max: '24h' }),
    type: 'time from 5s to 24h',
    help: "How often GitHub's record of deliveries is read for what did not arrive; 1m without it, 15s with INTAKE=poll.",
    how: 'Write a number with s, m or h, for example 1m.',
  },
  ...restraintSettings,
  PRESENCE_TIMEOUT: {
    format: formats.durationFormat({ min: '3s', max: '5m' }),
    type: 'time from 3s to 5m',
    default: '30s',
    help: 'After so long without a sign of life from the server that held it, the live stream of a branch counts as left.',
    how: 'Write a number with s or m, for example 30s.',
  },
  CONFIG_ISSUE_AFTER: {
    format: formats.durationOrOffFormat({ min: '1s', max: '720h' }),
    type: 'time from 1s to 720h, or off',
    default: '1h',
    help: 'How long a configuration may stay broken on the default branch until an issue tells it, where the App may write issues (docs/feedback.md).',
    how: 'Write a number with s, m or h, for example 1h, or off for no issues.',
  },
  WHY_NOT_DAYS: {
    format: formats.countFormat({ min: 1, max: 3650 }),
    type: 'number from 1 to 3650',
    default: '30',
    help: 'How many days it is kept why the watches said yes or no to a change. The changes and their runs stay.',
    how: 'Write a number of days, for example 30.',
  },
  RATE_LIMIT: {
    format: formats.countFormat({ min: 0, max: 1_000_000 }),
    type: 'number from 0 to 1000000',
    default: '6000',
    help: 'How many requests a minute each requester (a token, a person, ADMIN_TOKEN) may send to the REST API of one process; more are answered 429. 0 is no limit. Health and webhooks have none.',
    how: 'Lower it when many share this server.',
  },
  CORS_ORIGINS: {
    format: formats.originListFormat,
    type: 'list of origins, or *',
    default: '',
    help: 'Pages of other origins whose scripts may call the REST API with a token. Cookies never count there. Without it no other page may.',
    how: 'List them with commas, for example https://tools.example.com.',
  },
  REPOWATCH_URL: {
    format: formats.webAddressFormat,
    type: 'web address',
    default: 'http://127.0.0.1:3000',
    help: 'Where the commands that talk to a running server find it, such as `repowatch reconcile`. The server itself does not read it.',
    how: 'Take the address of the server, for example https://repowatch.example.com.',
  },
  REPOWATCH_TOKEN: {
    format: formats.tokenFormat,
    type: 'text, at least 8 characters',
    help: 'The bearer token that those commands come with. Without it they take ADMIN_TOKEN.',
    how: 'Take a token of the server.',
    secret: true,
  },
  LOG_LEVEL: {
    format: formats.choiceFormat(logLevels),
    type: logLevels.join(', '),
    default: 'info',
    help: 'How much is logged, as one JSON line each on standard output.',
    how: 'Use info, or debug while looking for a fault.',
  },
  DEFAULTS_FILE: {
    format: formats.textFormat,
    type: 'path',
    help: "A file in the language of an organisation's repowatch.yml. Its watches, defaults and `allow` lie below those of every organisation and repository.",
    how: 'Leave it empty, or give the path of a file that `repowatch validate --organization` finds fine.',
  },
  DATA_DIR: {
    format: formats.textFormat,
    type: 'path',
    default: '.repowatch',
    help: 'Where the embedded Postgres keeps its data, and registration the credentials of the App. One RepoWatch per folder.',
    how: 'Choose a folder that this user can write and that is backed up.',
  },
} satisfies Record<string, Setting>;

/** The name of a setting, as it stands in the environment. */
export type SettingName = keyof typeof settingsTable;

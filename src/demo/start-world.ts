import { createWriteStream } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { RepoWatchError } from '../core/errors.ts';
import { createLog } from '../core/log.ts';
import { loadSettings, loadSome, type ServerSettings } from '../env.ts';
import { startRepoWatch, type RepoWatch } from '../main.ts';
import { settingsTable } from '../settings-table.ts';
import { createStandIn, type StandIn } from '../stand-in/stand-in.ts';
import { createApiClient, type ApiClient } from './api-client.ts';
import { makeGithubFolder, openDemoState, removeOlderGithubFolders, type DemoState } from './demo-state.ts';
import { createReceiver, type Receiver } from './receiver.ts';

/** Everything that runs during a demo. */
export interface DemoWorld {
  github: StandIn;
  /** Where this start's GitHub and the working copy are. */
  folder: string;
  receiver: Receiver;
  /** The receiver's signing secret. */
  signingSecret: string;
  api: ApiClient;
  /** Where RepoWatch answers on this machine. */
  url: string;
  adminToken: string;
  dataDir: string;
  logFile: string;
  /** PATH, on which git is found. */
  path: string | undefined;
  stop(): Promise<void>;
}

/** What a demo is started from. */
export interface WorldOptions {
  environment: Record<string, string | undefined>;
  version: string;
  /** Gets plain sentences about the start. */
  report: (line: string) => void;
  signal: AbortSignal;
}

const honoured = ['PORT', 'HOST', 'ADMIN_TOKEN', 'DATA_DIR', 'LOG_LEVEL'] as const;

/** Starts the stand-in GitHub, the receiver and RepoWatch on its embedded Postgres, and connects them. Throws `settings_invalid` for a bad setting. */
export async function startWorld(options: WorldOptions): Promise<DemoWorld> {
  const given = Object.fromEntries(honoured.map((name) => [name, options.environment[name]]));
  const { dataDir } = orThrow(loadSome(given, ['DATA_DIR']));
  const state = await openDemoState(dataDir);
  if ((given['ADMIN_TOKEN'] ?? '') === '') given['ADMIN_TOKEN'] = state.adminToken;
  const checked = orThrow(loadSome(given, honoured));
  given['PORT'] = await choosePort(given['PORT'], checked.host, options.report);
  if ((options.environment['DATABASE_URL'] ?? '') !== '')
    options.report('DATABASE_URL is left alone: the demo keeps its data in DATA_DIR.');
  const undo: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const folder = await makeGithubFolder(dataDir, new Date());
    const path = options.environment['PATH'];
    const github = await createStandIn({ directory: folder, webhookSecret: state.webhookSecret, ...(path === undefined ? {} : { path }) });
    undo.push(() => github.close());
    const signingSecret = `whsec_${randomBytes(32).toString('base64')}`;
    const receiver = await createReceiver(signingSecret);
    undo.push(() => receiver.close());
    const settings = orThrow(loadSettings({ ...given, ...describeConnections({ state, github, receiver }) }));
    const logFile = join(dataDir, 'demo.log');
    const repowatch = await startServer(options, settings, logFile);
    undo.push(() => repowatch.stop());
    await removeOlderGithubFolders(folder);
    const url = reachableUrl(repowatch);
    await github.setWebhookUrl(`${url}/api/github/webhooks`);
    const api = createApiClient(url, settings.adminToken);
    return { github, folder, receiver, signingSecret, api, url, adminToken: settings.adminToken, dataDir, logFile, path, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The settings that a person would copy from GitHub's pages. */
function describeConnections(from: { state: DemoState; github: StandIn; receiver: Receiver }): Record<string, string> {
  const { state, github, receiver } = from;
  return {
    APP_ID: String(github.appId),
    PRIVATE_KEY: github.privateKey,
    WEBHOOK_SECRET: state.webhookSecret,
    SECRETS_KEY: state.secretsKey,
    GITHUB_API_URL: github.apiUrl,
    GITHUB_URL: github.url,
    OUTBOUND_ALLOW: new URL(receiver.url).host,
  };
}

/** The log goes to a file: the terminal belongs to the story. */
async function startServer(options: WorldOptions, settings: ServerSettings, logFile: string): Promise<RepoWatch> {
  const file = createWriteStream(logFile, { flags: 'a', mode: 0o600 });
  const log = createLog({ level: settings.logLevel, write: (line) => void file.write(line) });
  const { version, report, signal } = options;
  try {
    const repowatch = await startRepoWatch({ settings, log, version, report, signal });
    return {
      ...repowatch,
      async stop() {
        await repowatch.stop();
        await new Promise<void>((resolve) => file.end(resolve));
      },
    };
  } catch (error) {
    file.end();
    throw error;
  }
}

/** The port that was asked for, which must be free; without one the default, or any other when somebody has that already. */
async function choosePort(given: string | undefined, host: string, report: (line: string) => void): Promise<string> {
  const isGiven = given !== undefined && given.trim() !== '';
  const port = isGiven ? Number(given) : Number(settingsTable.PORT.default);
  const isFree = await new Promise<boolean>((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
  if (isFree) return String(port);
  if (isGiven)
    throw new RepoWatchError(
      'settings_invalid',
      `PORT ${port} on ${host} cannot be used: it is taken or not allowed. Choose a free port; 0 takes any.`,
    );
  report(`Port ${port} is in use, so RepoWatch takes a free one. Set PORT to choose it.`);
  return '0';
}

/** An address to listen on everywhere is none to connect to. */
function reachableUrl({ url }: RepoWatch): string {
  return (url ?? '').replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}

function orThrow<T>(outcome: { ok: true; value: T } | { ok: false; message: string }): T {
  if (outcome.ok) return outcome.value;
  throw new RepoWatchError('settings_invalid', outcome.message);
}

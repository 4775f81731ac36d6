import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { zeroSha } from '../../src/changes/ref-change.ts';
import { createStandIn } from '../../src/stand-in/stand-in.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { pushPayload, shaOf, type RepositoryOptions } from './payloads.ts';
import { createServerProcess, type ServerProcess } from './server-process.ts';
import { createSink, type Sink } from './sink.ts';
import { adminToken, deliver, eventually, webhookSecret } from './test-app.ts';
import { testPrivateKey } from './private-key.ts';

/** One push that was sent until somebody acknowledged it. */
export interface SentPush {
  branch: string;
  number: number;
  before: string;
  after: string;
  guid: string;
}

/** A database, a sink, a GitHub that has one repository installed, and server processes that may be killed. */
export interface CrashWorld extends AsyncDisposable {
  database: TestDatabase;
  sink: Sink;
  /** The servers in the order they were added; all on one database. */
  servers: ServerProcess[];
  /** The settings of every server. */
  settings: Record<string, string>;
  /** Sets up a further server, not started yet. */
  addServer(settings?: Record<string, string>): Promise<ServerProcess>;
  /** Sends a push once and answers the status; 0 when nobody answered. */
  send(push: SentPush, server?: ServerProcess): Promise<number>;
  /** Sends chains of pushes, one after the other per branch, each until it is acknowledged. */
  sendChains(chains: Chains): Promise<Sending>;
  /** Resolves when every acknowledged push has its run and no run is open. */
  finished(pushes: number, deadlineMs?: number): Promise<void>;
}

/** Chains of pushes to send. */
interface Chains {
  branches: string[];
  perBranch: number;
  /** The number of the first push of each; 0 by default. */
  from?: number;
  /** Who gets them; the first server by default. */
  server?: ServerProcess;
  onAcknowledged?: (push: SentPush) => void;
}

/** What a sender saw. */
interface Sending {
  sent: SentPush[];
  /** Answers other than 2xx and silence, by status. */
  refused: Map<number, number>;
}

/** The settings of a server process on this database, without a GitHub. */
export function serverSettings(databaseUrl: string): Record<string, string> {
  return {
    APP_ID: '4242',
    PRIVATE_KEY: testPrivateKey('pkcs8'),
    WEBHOOK_SECRET: webhookSecret,
    SECRETS_KEY: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
    ADMIN_TOKEN: adminToken,
    GITHUB_API_URL: 'http://127.0.0.1:9',
    GITHUB_URL: 'http://127.0.0.1:9',
    DATABASE_URL: databaseUrl,
    // Nothing but the deliveries may make changes here.
    RECONCILE_INTERVAL: '24h',
  };
}

const repository = { owner: 'acme', name: 'app' };

/** One watch posts every push; another one, for branches below `script/`, tells the sink that it is busy and computes for ever. */
const configFor = (sink: string) => `version: 1
watches:
  notify:
    on: push
    steps:
      - uses: webhook
        timeout: 30s
        with: { url: "${sink}/notify" }
  busy:
    on: { push: { branches: ["script/**"] } }
    steps:
      - uses: script
        with:
          run: |
            export default async ({ fetch }) => { await fetch('${sink}/busy', { method: 'POST', body: '{}' }); for (;;); }
`;

/** Starts the first server and waits until it tracks acme/app with its watches. */
export async function startCrashWorld(options: { database?: TestDatabase } = {}): Promise<CrashWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'repowatch-crash-'));
  const stack = new AsyncDisposableStack();
  // Ends everything when the start itself fails; afterwards the world's own end does.
  await using starting = new AsyncDisposableStack();
  starting.use(stack);
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const database = stack.use(options.database ?? (await createTestDatabase()));
  const sink = stack.use(await createSink());
  const github = stack.use(await createStandIn({ directory, webhookSecret, privateKey: testPrivateKey('pkcs1') }));
  const settings = {
    ...serverSettings(database.url),
    APP_ID: String(github.appId),
    PRIVATE_KEY: github.privateKey,
    OUTBOUND_ALLOW: sink.host,
    GITHUB_API_URL: github.apiUrl,
    GITHUB_URL: github.url,
  };
  const servers: ServerProcess[] = [];
  const addServer = async (more: Record<string, string> = {}) => {
    const server = stack.use(await createServerProcess({ ...settings, ...more }));
    servers.push(server);
    return server;
  };
  const first = await addServer();
  await first.start();
  await github.setWebhookUrl(`${first.url}/api/github/webhooks`);
  const { id: ownerId } = await github.createAccount(repository.owner, 'Organization');
  const { id } = await github.createRepository({ ...repository, files: { '.github/repowatch.yml': configFor(sink.url) } });
  await github.installApp(repository.owner, 'all');
  const installation = await eventually('acme/app tracked with its configuration', async () => {
    const { rows } = await database.db.raw<{ rows: { github_id: string }[] }>(
      `select i.github_id from repositories r join installations i on i.id = r.installation_id
       where r.config_status = 'ok' and r.baseline_at is not null`,
    );
    return rows[0];
  });
  // As GitHub tells of it: a push that contradicts what is known of its repository makes RepoWatch ask.
  const pushed = { ...repository, id, ownerId, private: true };
  const send = (push: SentPush, server = first) =>
    sendPush(server.url, push, { repository: pushed, installation: Number(installation.github_id) });
  starting.move();
  return {
    database,
    sink,
    servers,
    settings,
    addServer,
    send,
    sendChains: (chains) => sendChains((push) => send(push, chains.server), chains),
    finished: (pushes, deadlineMs = 120_000) => finished(database, pushes, deadlineMs),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Names of branches that nobody else uses. */
export function branchNames(count: number, prefix = 'topic'): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}/${index}`);
}

/** The push with this number of a branch: it goes on where the one before it ended. */
export function chainedPush(branch: string, number: number): SentPush {
  const sha = (position: number) => (position < 0 ? zeroSha : shaOf(`${branch} ${position}`));
  return { branch, number, before: sha(number - 1), after: sha(number), guid: randomUUID() };
}

async function sendPush(url: string, push: SentPush, about: { repository: RepositoryOptions; installation: number }): Promise<number> {
  const { branch, before, after, guid } = push;
  try {
    const { status } = await deliver(url, { event: 'push', guid, payload: pushPayload({ branch, before, after, ...about }) });
    return status;
  } catch {
    // The connection was refused or broke: whether it was stored is unknown.
    return 0;
  }
}

async function sendChains(send: (push: SentPush) => Promise<number>, options: Chains): Promise<Sending> {
  const sent: SentPush[] = [];
  const refused = new Map<number, number>();
  const sendOne = async (push: SentPush) => {
    for (;;) {
      const status = await send(push);
      if (status >= 200 && status < 300) break;
      if (status !== 0) refused.set(status, (refused.get(status) ?? 0) + 1);
      // A sender that does not hammer a server that is down.
      await pause(20);
    }
    sent.push(push);
    options.onAcknowledged?.(push);
  };
  await Promise.all(
    options.branches.map(async (branch) => {
      const { from = 0, perBranch } = options;
      for (let number = from; number < from + perBranch; number += 1) await sendOne(chainedPush(branch, number));
    }),
  );
  return { sent, refused };
}

async function finished(database: TestDatabase, pushes: number, deadlineMs: number): Promise<void> {
  await eventually(
    `${pushes} runs finished`,
    async () => {
      const { rows } = await database.db.raw<{ rows: { open: string; runs: string; waiting: string }[] }>(
        `select (select count(*) from runs where status in ('queued', 'running', 'waiting')) as open, (select count(*) from runs) as runs,
           (select count(*) from deliveries where status in ('unprocessed', 'processing', 'reprocessing')) as waiting`,
      );
      const { open, runs, waiting } = rows[0]!;
      return open === '0' && waiting === '0' && Number(runs) >= pushes;
    },
    deadlineMs,
  );
}

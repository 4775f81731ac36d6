import { createHmac, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createApp, type App } from '../../src/app.ts';
import { createLog } from '../../src/core/log.ts';
import { loadSettings, type ServerSettings } from '../../src/env.ts';
import { createStandIn, type StandIn } from '../../src/stand-in/stand-in.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { testPrivateKey } from './private-key.ts';
import { createSink, type Sink } from './sink.ts';

/** The webhook secret of every test application. */
export const webhookSecret = 'a webhook secret for tests only';

/** The bearer token of every test application. */
export const adminToken = 'admin-token-for-tests-only';

/** A row of an API list, or a thing the API describes. */
export type ApiObject = Record<string, unknown>;

/** RepoWatch with a database of its own, a sink to send to, and a stand-in GitHub when the test wants one. */
export interface TestApp extends AsyncDisposable {
  app: App;
  url: string;
  database: TestDatabase;
  sink: Sink;
  github: StandIn | undefined;
  logs: string[];
  /** A folder that goes with the application. */
  directory: string;
  /** Calls the REST API and answers its JSON; throws with the answer when the status is not expected. */
  api<T = ApiObject>(path: string, options?: { method?: string; body?: unknown; status?: number }): Promise<T>;
  /** The rows of one page of a list. */
  list(path: string): Promise<ApiObject[]>;
  /** Sends a signed delivery as GitHub would and answers status and GUID. */
  deliver(
    event: string,
    payload: unknown,
    options?: { guid?: string; body?: Buffer; headers?: Record<string, string> },
  ): Promise<{ status: number; guid: string }>;
  /** Waits until the delivery is settled and answers it. */
  settled(guid: string): Promise<ApiObject>;
  /** Waits until the read answers something; fails after the deadline with what is asked for. */
  eventually<T>(what: string, read: () => Promise<T | undefined | false>, deadlineMs?: number): Promise<T>;
}

/** Settings that are good for tests, some of them replaced. */
export function testSettings(replaced: Record<string, string>): ServerSettings {
  const settings = loadSettings({
    PORT: '0',
    APP_ID: '4242',
    PRIVATE_KEY: testPrivateKey('pkcs8'),
    WEBHOOK_SECRET: webhookSecret,
    SECRETS_KEY: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
    ADMIN_TOKEN: adminToken,
    // A closed port unless there is a stand-in: tests never reach the network.
    GITHUB_API_URL: 'http://127.0.0.1:9',
    GITHUB_URL: 'http://127.0.0.1:9',
    RECONCILE_INTERVAL: '24h',
    RECOVERY_INTERVAL: '24h',
    ...replaced,
  });
  if (!settings.ok) throw new Error(settings.message);
  return settings.value;
}

/**
 * Starts everything. `github: true` brings a stand-in GitHub whose webhooks come here; `events` what its App
 * subscribes to, `permissions` what it is granted, `kinds` a folder with further action kinds. */
export async function startTestApp(
  options: {
    github?: boolean;
    events?: string[];
    permissions?: Record<string, string>;
    settings?: Record<string, string>;
    kinds?: URL;
  } = {},
): Promise<TestApp> {
  const directory = await mkdtemp(join(tmpdir(), 'repowatch-test-'));
  const database = await createTestDatabase();
  const sink = await createSink();
  const { CLIENT_ID: clientId, CLIENT_SECRET: clientSecret } = options.settings ?? {};
  const signIn = clientId === undefined || clientSecret === undefined ? {} : { clientId, clientSecret };
  const github = options.github
    ? await createStandIn({
        directory: join(directory, 'github'),
        webhookSecret,
        privateKey: testPrivateKey('pkcs1'),
        ...signIn,
        ...(options.events && { events: options.events }),
        ...(options.permissions && { permissions: options.permissions }),
      })
    : undefined;
  const logs: string[] = [];
  const settings = testSettings({
    ...(github && { APP_ID: String(github.appId), PRIVATE_KEY: github.privateKey, GITHUB_API_URL: github.apiUrl, GITHUB_URL: github.url }),
    OUTBOUND_ALLOW: sink.host,
    DATABASE_URL: database.url,
    ...options.settings,
  });
  const log = createLog({ level: 'debug', write: (line) => void logs.push(line) });
  const app = await createApp({
    settings,
    databaseUrl: database.url,
    log,
    version: '0.0.0-test',
    ...(options.kinds && { kindsFolder: options.kinds }),
  });
  await app.startWork();
  const url = `http://127.0.0.1:${app.http?.port ?? 0}`;
  await github?.setWebhookUrl(`${url}/api/github/webhooks`);
  const api = createApiClient(url);
  const wait: TestApp['eventually'] = (what, read, deadlineMs) => eventually(what, hurried(app, read), deadlineMs);
  return {
    app,
    url,
    database,
    sink,
    github,
    logs,
    directory,
    api,
    list: async (path) => (await api<{ data: ApiObject[] }>(path)).data,
    deliver: (event, payload, extra) => deliver(url, { event, payload, ...extra }),
    settled: (guid) =>
      wait(`delivery ${guid} settled`, async () => {
        const { data } = await api<{ data: ApiObject[] }>(`/api/deliveries?guid=${guid}`);
        const delivery = data[0];
        return delivery && ['processed', 'ignored', 'errored'].includes(String(delivery['status'])) ? delivery : undefined;
      }),
    eventually: wait,
    async [Symbol.asyncDispose]() {
      await app.stop();
      await github?.close();
      await sink[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Waits for a fact by looking again and again; fails with its name after the deadline. */
export async function eventually<T>(what: string, read: () => Promise<T | undefined | false>, deadlineMs = 30_000): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const value = await read();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`Waited ${deadlineMs} ms in vain for: ${what}`);
    await pause(25);
  }
}

/** How often the clock is asked to look while a test waits, which it does by itself every second. Milliseconds. */
const hurryMs = 250;

/** A read that asks the clock to look whenever the fact is not there yet: tests wait for work, not for the next full second. */
function hurried<T>(app: App, read: () => Promise<T | undefined | false>): () => Promise<T | undefined | false> {
  let lookedAt = Date.now();
  return async () => {
    const value = await read();
    if ((value === undefined || value === false) && Date.now() - lookedAt >= hurryMs) {
      lookedAt = Date.now();
      app.lookNow();
    }
    return value;
  };
}

/** A client of the REST API that says what came back when it is not what was expected. */
function createApiClient(url: string): TestApp['api'] {
  return async <T>(path: string, options: { method?: string; body?: unknown; status?: number } = {}): Promise<T> => {
    const response = await fetch(url + path, {
      method: options.method ?? 'GET',
      headers: { authorization: `Bearer ${adminToken}`, ...(options.body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    const text = await response.text();
    const fits = options.status === undefined ? response.ok : response.status === options.status;
    if (!fits) throw new Error(`${options.method ?? 'GET'} ${path} answered ${response.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
}

/** Signs a body as GitHub does. */
export function signatureOf(body: Buffer, secret = webhookSecret): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** Sends a signed delivery to a server. */
export async function deliver(
  url: string,
  delivery: { event: string; payload: unknown; guid?: string; body?: Buffer; headers?: Record<string, string> },
): Promise<{ status: number; guid: string }> {
  const guid = delivery.guid ?? randomUUID();
  const body = delivery.body ?? Buffer.from(JSON.stringify(delivery.payload));
  const response = await fetch(`${url}/api/github/webhooks`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': delivery.event,
      'x-github-delivery': guid,
      'x-hub-signature-256': signatureOf(body),
      ...delivery.headers,
    },
    body: new Uint8Array(body),
  });
  await response.text();
  return { status: response.status, guid };
}

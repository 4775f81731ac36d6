import { createSign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStandIn, type StandIn, type StandInOptions } from './stand-in.ts';
import { createWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';
import type { Json } from './world.ts';

/** A stand-in with the organisation `acme`, a receiver for its webhooks, and the App's side of the API. */
export interface TestBench extends AsyncDisposable {
  directory: string;
  standIn: StandIn;
  receiver: WebhookReceiver;
  /** A JWT of the App; claims can be spoilt. */
  appToken(claims?: Json, algorithm?: string): string;
  /** An installation token of an account. */
  installationToken(account: string, body?: Json): Promise<string>;
  /** Calls the API; `token` is sent as bearer. */
  call(path: string, options?: { token?: string; method?: string; body?: unknown; headers?: Record<string, string> }): Promise<ApiReply>;
}

/** What the API answered; `json` is undefined where there is no body. */
export interface ApiReply {
  status: number;
  headers: Headers;
  text: string;
  json: GitHubJson;
  /** The same where it is a list. */
  list: GitHubJson[];
}

/** The fields of GitHub's answers that the tests read; whether they are there, the assertions say. */
interface GitHubJson {
  id: number;
  guid: string;
  name: string;
  path: string;
  message: string;
  token: string;
  expires_at: string;
  content: string;
  node_id: string;
  total_count: number;
  account: { login: string };
  object: { sha: string };
  resources: { core: object };
  repositories: GitHubJson[];
  files: GitHubJson[];
  tree: GitHubJson[];
}

const webhookSecret = 'a secret that only the tests know';

/** Builds the bench; dispose it at the end. */
export async function createTestBench(options: Partial<StandInOptions> = {}): Promise<TestBench> {
  const directory = await mkdtemp(join(tmpdir(), 'stand-in-'));
  const receiver = await createWebhookReceiver(webhookSecret);
  const standIn = await createStandIn({ directory: join(directory, 'github'), webhookSecret, webhookUrl: receiver.url, ...options });
  await standIn.createAccount('acme', 'Organization');
  const appToken: TestBench['appToken'] = (claims = {}, algorithm = 'RS256') => {
    const now = Math.floor(Date.now() / 1000);
    const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const content = `${encode({ alg: algorithm, typ: 'JWT' })}.${encode({ iat: now - 60, exp: now + 540, iss: standIn.appId, ...claims })}`;
    return `${content}.${createSign('RSA-SHA256').update(content).sign(standIn.privateKey, 'base64url')}`;
  };
  const call: TestBench['call'] = async (path, { token, method = 'GET', body, headers = {} } = {}) => {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${standIn.apiUrl}${path}`, {
      method,
      headers: { ...authorization, ...headers },
      redirect: 'manual',
      ...content,
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    const json = (isJson ? JSON.parse(text) : undefined) as GitHubJson;
    return { status: response.status, headers: response.headers, text, json, list: Array.isArray(json) ? (json as GitHubJson[]) : [] };
  };
  return {
    directory,
    standIn,
    receiver,
    appToken,
    call,
    async installationToken(account, body) {
      const installations = await call('/app/installations', { token: appToken() });
      const found = installations.list.find((each) => each.account.login === account);
      const reply = await call(`/app/installations/${found?.id}/access_tokens`, { token: appToken(), method: 'POST', body: body ?? {} });
      return reply.json.token;
    },
    async [Symbol.asyncDispose]() {
      await standIn.close();
      await receiver[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

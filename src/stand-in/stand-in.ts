import { generateKeyPair, createPublicKey, randomBytes } from 'node:crypto';
import { access, mkdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RepoWatchError, describeError } from '../core/errors.ts';
import { serveApi } from './api-server.ts';
import { serveControl } from './control.ts';
import { createControls, type Controls } from './controls.ts';
import { createCheapGit, type CheapGit } from './cheap-git.ts';
import { createGit, type Git } from './git-process.ts';
import { createKeyedQueue } from '../core/keyed-queue.ts';
import { createAccount } from './operations.ts';
import { peopleOf } from './people.ts';
import { serveSignIn } from './sign-in-pages.ts';
import { parseGitPath, serveGit } from './smart-http.ts';
import type { Account, World } from './world.ts';

/** How a stand-in GitHub is set up; only the directory and the secret have no default. */
export interface StandInOptions {
  /** Where the bare repositories live; made when missing. */
  directory: string;
  /** Where deliveries go; until it is known they are recorded as lost. */
  webhookUrl?: string;
  webhookSecret: string;
  /** 127.0.0.1; anybody who reaches it may push, so keep it on loopback. */
  host?: string;
  /** Any free port. */
  port?: number;
  appId?: number;
  /** With which people sign in; made by default. */
  clientId?: string;
  clientSecret?: string;
  /** PEM, RSA; a fresh one by default. */
  privateKey?: string;
  permissions?: Record<string, string>;
  /** What the App subscribes to besides what GitHub sends to every App. */
  events?: string[];
  /** API requests per hour and installation; 15,000 as in an Enterprise Cloud organisation (handbook E1). */
  rateLimit?: number;
  now?: () => Date;
  /** PATH on which git is found. */
  path?: string;
}

/** A running stand-in GitHub: addresses, credentials, and everything that a person would do on github.com. */
export interface StandIn extends Controls, AsyncDisposable {
  /** Web base; clone addresses are `${url}/owner/name.git`. */
  readonly url: string;
  /** REST base in the shape of GitHub Enterprise Server; GraphQL is at `${url}/api/graphql`. */
  readonly apiUrl: string;
  readonly appId: number;
  readonly privateKey: string;
  readonly webhookSecret: string;
  /** Stops listening and sending; the repositories stay on disk. */
  close(): Promise<void>;
}

const defaultPermissions = { metadata: 'read', contents: 'write', checks: 'write', issues: 'write', pull_requests: 'read' };
const defaultEvents = ['push', 'create', 'delete', 'repository'];

/** Starts a stand-in GitHub (docs/stand-in.md). Throws `git_missing` when this machine has no git that can serve HTTP. */
export async function createStandIn(options: StandInOptions): Promise<StandIn> {
  const git = createCheapGit(createGit({ path: options.path ?? '/usr/local/bin:/usr/bin:/bin', home: options.directory }));
  await mkdir(join(options.directory, 'repositories'), { recursive: true });
  await requireHttpBackend(git, options.directory);
  const privateKey = options.privateKey ?? (await createPrivateKey());
  const world = createWorld(options, { git, privateKey });
  const standIn: Omit<StandIn, 'close' | typeof Symbol.asyncDispose> = {
    ...createControls(world),
    url: '',
    apiUrl: '',
    appId: world.app.id,
    privateKey,
    webhookSecret: options.webhookSecret,
  };
  const server = createServer((request, response) => void serve(world, standIn, { request, response }));
  await listen(server, options.port ?? 0, options.host ?? '127.0.0.1');
  const { address, port, family } = server.address() as AddressInfo;
  world.url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  const close = (): Promise<void> => stop(world, server);
  return Object.assign(standIn, { url: world.url, apiUrl: `${world.url}/api/v3`, close, [Symbol.asyncDispose]: close });
}

async function requireHttpBackend(git: Git, directory: string): Promise<void> {
  try {
    const { stdout } = await git.run(directory, ['--exec-path']);
    await access(join(stdout.toString().trim(), 'git-http-backend'));
  } catch (cause) {
    const next = 'Install git with its http-backend (the package git on Debian and macOS, git-daemon on Alpine).';
    throw new RepoWatchError('git_missing', `The stand-in GitHub needs git and git-http-backend: ${describeError(cause)}. ${next}`, {
      cause,
    });
  }
}

async function createPrivateKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    // The form in which GitHub hands out keys.
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return privateKey;
}

function createWorld(options: StandInOptions, { git, privateKey }: { git: CheapGit; privateKey: string }): World {
  const now = options.now ?? (() => new Date());
  // Ids start where the clock stands, so that a second stand-in for the same database brings new repositories and not the old ones changed.
  let lastId = Math.floor((Date.now() - Date.parse('2025-01-01T00:00:00Z')) / 10);
  const nextId = (): number => (lastId += 1);
  const pusher: Account = { id: nextId(), login: 'octocat', type: 'User', email: 'octocat@example.com' };
  const world: World = {
    directory: options.directory,
    url: '',
    now,
    nextId,
    git,
    pusher,
    webhooks: 'on',
    app: {
      id: options.appId ?? 424_242,
      slug: 'repowatch',
      clientId: options.clientId ?? `Iv23li${randomBytes(7).toString('hex')}`,
      createdAt: now(),
      publicKey: createPublicKey(privateKey),
      webhookSecret: options.webhookSecret,
      webhookUrl: options.webhookUrl ?? null,
      permissions: options.permissions ?? defaultPermissions,
      events: options.events ?? defaultEvents,
      bot: pusher,
    },
    rateLimit: options.rateLimit ?? 15_000,
    accounts: new Map(),
    repositories: new Map(),
    installations: new Map(),
    tokens: new Map(),
    usage: new Map(),
    deliveries: [],
    apiCalls: [],
    failures: [],
    dispatches: [],
    closing: new AbortController(),
    locks: createKeyedQueue(),
    sends: createKeyedQueue(),
  };
  if (options.clientSecret !== undefined) peopleOf(world).clientSecret = options.clientSecret;
  world.accounts.set(pusher.login, pusher);
  world.app.bot = createAccount(world, `${world.app.slug}[bot]`, 'Bot');
  return world;
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

type Exchange = { request: IncomingMessage; response: ServerResponse };

async function serve(world: World, controls: Controls, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  const target = request.url ?? '/';
  const path = target.split('?')[0] ?? '/';
  try {
    const git = parseGitPath(path);
    if (git) await serveGit(world, exchange, git);
    else if (await serveSignIn(world, exchange)) return;
    else if (path.startsWith('/_control/')) await serveControl(world, controls, exchange);
    else await serveApi(world, exchange, target.replace(/^\/api\/graphql/, '/graphql').replace(/^\/api\/v3/, ''));
  } catch (error) {
    // A broken connection or a bug; the client sees an error, and the server lives on.
    if (response.headersSent) response.destroy();
    else response.writeHead(500, { 'Content-Type': 'application/json' }).end(JSON.stringify({ message: describeError(error) }));
  }
}

async function stop(world: World, server: Server): Promise<void> {
  world.closing.abort();
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
  await Promise.all([world.locks.idle(), world.sends.idle()]);
}

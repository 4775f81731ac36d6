import type { Octokit } from '@octokit/rest';
import { Probot, ProbotOctokit } from 'probot';
import { z } from 'zod';
import { systemClock, type Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { Budget } from './budget.ts';
import { guardRequests } from './guard-requests.ts';
import type { Hookable } from './octokit-hook.ts';
import type { Purpose } from './purpose.ts';
import { rememberAnswers } from './remember-answers.ts';
import { createSharedTokenAuth } from './shared-token-auth.ts';
import { SharedTokens, type Mint, type TokenStore } from './shared-tokens.ts';
import { fingerprintOf, type TokenScope } from './token.ts';

/**
 * A client of GitHub's API. Ids in its answers may be BigInt: never JSON.stringify them (handbook A18).
 * Without `paginate`, which takes a failure for the end of a list (E9): use readPages.
 */
export type GitHubClient = Pick<Octokit, 'request' | 'rest' | 'graphql' | 'auth'>;

/** Where clients come from. Build one per piece of work and let it go: tokens are cached behind it (handbook E12). */
export interface Clients {
  /** The client that speaks as the App itself (JWT). */
  app(): Promise<GitHubClient>;
  /**
   * The client of one installation, by its id on GitHub, spending what its purpose may (interactive without one). Takes its
   * token at the first request. A request that the budget does not allow is thrown as `github_budget_spent` with `retryAt`.
   */
  installation(githubInstallationId: string, purpose?: Purpose, scope?: TokenScope): Promise<GitHubClient>;
  /**
   * Replaces the shared token, which keeps its permissions for an hour (handbook E12). Where the database shows that permissions or
   * selection changed, that happens by itself at the next request.
   */
  renewToken(githubInstallationId: string): Promise<void>;
  /** Writes down what was counted and not yet written. */
  close(): Promise<void>;
}

/** The version whose answers this code reads; without the header GitHub would choose. Enterprise Server takes it as well (handbook J7). */
const apiVersion = '2022-11-28';

/** How long one attempt may take, in milliseconds. */
interface Timeouts {
  request: number;
  listing: number;
}
const defaultTimeouts: Timeouts = { request: 10_000, listing: 30_000 };

/** Makes a fetch with a time limit for each attempt (Node's has none, handbook E11) that names the API version (E10). */
function createFetch(timeouts: Timeouts): (url: string, init?: RequestInit) => Promise<Response> {
  return (url, init = {}) => {
    const isListing = /[?&]per_page=|\/matching-refs\//.test(url);
    const limit = AbortSignal.timeout(isListing ? timeouts.listing : timeouts.request);
    const headers = new Headers(init.headers);
    if (!headers.has('x-github-api-version')) headers.set('x-github-api-version', apiVersion);
    return fetch(url, { ...init, headers, signal: init.signal ? AbortSignal.any([init.signal, limit]) : limit });
  };
}

/** The options that Probot has made for a client by the time they get to us. */
interface ProbotOptions {
  auth?: { request?: { defaults(options: object): unknown } };
}

/**
 * Octokit for workers. A rate limit is the caller's to reschedule in the database: with Probot's defaults it would sleep in the
 * process for up to an hour (handbook E5), and retries double POSTs and stretch a failure to half a minute (E6, E9). The
 * throttle is off altogether: with callbacks that decline it still costs 11 ms of timers per request against 0.7 ms without.
 */
function createWorkerOctokit(baseUrl: string): typeof ProbotOctokit {
  // The function form, because Probot's own throttle options come later and would win over plain defaults.
  return ProbotOctokit.defaults((options: ProbotOptions) => ({
    ...options,
    userAgent: 'repowatch',
    // Tokens are asked for at the same server.
    auth: { ...options.auth, ...(options.auth?.request && { request: options.auth.request.defaults({ baseUrl }) }) },
    throttle: { enabled: false },
    retry: { enabled: false },
  }));
}

/** What the clients need to know; `apiUrl` is GITHUB_API_URL. */
export interface ClientOptions {
  appId: string;
  privateKey: string;
  apiUrl: string;
  log: Log;
  timeouts?: Timeouts;
  clock?: Clock;
  /** Where tokens, budgets and answers are shared by all processes. Without it each process has its own, and forgets them. */
  store?: TokenStore;
}

const mintedSchema = z.object({ token: z.string().min(1), expires_at: z.coerce.date() });

/** Asks for tokens in the name of the App. */
function createMint(probot: Probot, clock: Clock): Mint {
  return async (installation, scope) => {
    const app = await probot.auth();
    const { data } = await app.request('POST /app/installations/{installation_id}/access_tokens', {
      installation_id: Number(installation),
      ...(scope.repositoryIds && { repository_ids: [...scope.repositoryIds] }),
      ...(scope.permissions && { permissions: scope.permissions }),
    });
    const minted = mintedSchema.safeParse(data);
    // As if no answer had come: half of one says nothing.
    if (!minted.success) throw Object.assign(new Error("GitHub's answer with a token was cut off"), { status: 500 });
    const { token, expires_at: expiresAt } = minted.data;
    return { text: token, fingerprint: fingerprintOf(token), mintedAt: clock.now(), expiresAt };
  };
}

/** Wires the clients of one App on one GitHub. */
export function createClients(options: ClientOptions): Clients {
  const { store, clock = systemClock } = options;
  const baseUrl = options.apiUrl.replace(/\/+$/, '');
  // Below warn Octokit prints every request with its body.
  const log = options.log.child({}, { level: options.log.isLevelEnabled('warn') ? 'warn' : options.log.level });
  const WorkerOctokit = createWorkerOctokit(baseUrl);
  const request = { fetch: createFetch(options.timeouts ?? defaultTimeouts) };
  const probot = new Probot({ appId: options.appId, privateKey: options.privateKey, baseUrl, Octokit: WorkerOctokit, log, request });
  const tokens = new SharedTokens({ mint: createMint(probot, clock), clock, store });
  const budget = new Budget({ clock, log: options.log, store });
  const checks = new Map<string, number>();
  return {
    app: () => probot.auth(),
    async installation(id, purpose = 'interactive', scope = {}) {
      const authStrategy = () => createSharedTokenAuth({ tokens, installation: id, scope });
      const client = new WorkerOctokit({ baseUrl, log, request, authStrategy });
      const octokit = client as unknown as Hookable;
      guardRequests({ octokit, budget, clock, installation: id, purpose, checks });
      if (store) rememberAnswers({ octokit, place: { db: store.db, host: store.host, installation: id }, log });
      return client;
    },
    renewToken: (id) => tokens.renew(id),
    close: () => budget.close(),
  };
}

import type { Octokit } from '@octokit/rest';
import { Probot, ProbotOctokit } from 'probot';
import type { Log } from '../core/log.ts';
import type { Purpose } from './purpose.ts';

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
  installation(githubInstallationId: string, purpose?: Purpose): Promise<GitHubClient>;
  /** Replaces the cached token, which keeps its permissions for an hour, after an installation's permissions changed (handbook E12). */
  renewToken(githubInstallationId: string): Promise<void>;
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
    // Tokens are asked for at the same server, also by renewToken.
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
}

/** Wires the clients of one App on one GitHub. */
export function createClients(options: ClientOptions): Clients {
  const baseUrl = options.apiUrl.replace(/\/+$/, '');
  // Below warn Octokit prints every request with its body.
  const level = options.log.isLevelEnabled('warn') ? 'warn' : options.log.level;
  const probot = new Probot({
    appId: options.appId,
    privateKey: options.privateKey,
    baseUrl,
    Octokit: createWorkerOctokit(baseUrl),
    log: options.log.child({}, { level }),
    request: { fetch: createFetch(options.timeouts ?? defaultTimeouts) },
  });
  return {
    app: () => probot.auth(),
    installation: (id) => probot.auth(Number(id)),
    async renewToken(id) {
      const client = await probot.auth(Number(id));
      await client.auth({ type: 'installation', refresh: true });
    },
  };
}

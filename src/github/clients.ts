import type { Octokit } from '@octokit/rest';
import { Probot, ProbotOctokit } from 'probot';
import type { Log } from '../core/log.ts';

/**
 * A client of GitHub's API. Ids in its answers may be BigInt: never JSON.stringify them (handbook A18).
 * Without `paginate`, which takes a failure for the end of a list (E9): use readPages.
 */
export type GitHubClient = Pick<Octokit, 'request' | 'rest' | 'graphql' | 'auth'>;

/** Where clients come from. Build one per piece of work and let it go: tokens are cached behind it (handbook E12). */
export interface Clients {
  /** The client that speaks as the App itself (JWT). */
  app(): Promise<GitHubClient>;
  /** The client of one installation, by its id on GitHub. Mints its token at the first request. */
  installation(githubInstallationId: string): Promise<GitHubClient>;
  /** Replaces the cached token, which keeps its permissions for an hour, after an installation's permissions changed (handbook E12). */
  renewToken(githubInstallationId: string): Promise<void>;
}

/** The version whose answers this code reads; without the header GitHub would choose. Enterprise Server takes it as well (handbook J7). */
const apiVersion = '2022-11-28';
const timeoutMs = 10_000;
const listingTimeoutMs = 30_000;

function timeoutOf(url: string): number {
  return /[?&]per_page=|\/matching-refs\//.test(url) ? listingTimeoutMs : timeoutMs;
}

/** fetch with a time limit for each attempt (Node's has none, handbook E11) and the API version named (E10). */
function fetchFromGitHub(url: string, init: RequestInit = {}): Promise<Response> {
  const limit = AbortSignal.timeout(timeoutOf(url));
  const headers = new Headers(init.headers);
  if (!headers.has('x-github-api-version')) headers.set('x-github-api-version', apiVersion);
  return fetch(url, {
    ...init,
    headers,
    signal: init.signal ? AbortSignal.any([init.signal, limit]) : limit,
  });
}

/** The options that Probot has made for a client by the time they get to us. */
interface ProbotOptions {
  auth?: { request?: { defaults(options: object): unknown } };
  throttle?: object;
}

/**
 * Octokit for workers. A rate limit is the caller's to reschedule: Probot would sleep in the process for up to an hour
 * (handbook E5), and its retries double POSTs and stretch a failure to half a minute (E6, E9).
 */
function createWorkerOctokit(baseUrl: string): typeof ProbotOctokit {
  // The function form, because Probot's own callbacks come with the options and would win over plain defaults.
  return ProbotOctokit.defaults((options: ProbotOptions) => ({
    ...options,
    userAgent: 'repowatch',
    auth: { ...options.auth, ...(options.auth?.request && { request: options.auth.request.defaults({ baseUrl }) }) },
    throttle: { enabled: true, ...options.throttle, onRateLimit: () => false, onSecondaryRateLimit: () => false },
    retry: { enabled: false },
  }));
}

/** Wires the clients of one App on one GitHub; `apiUrl` is GITHUB_API_URL. */
export function createClients(options: { appId: string; privateKey: string; apiUrl: string; log: Log }): Clients {
  const baseUrl = options.apiUrl.replace(/\/+$/, '');
  // Below warn Octokit prints every request with its body.
  const level = options.log.isLevelEnabled('warn') ? 'warn' : options.log.level;
  const probot = new Probot({
    appId: options.appId,
    privateKey: options.privateKey,
    baseUrl,
    Octokit: createWorkerOctokit(baseUrl),
    log: options.log.child({}, { level }),
    request: { fetch: fetchFromGitHub },
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

import { setTimeout as pause } from 'node:timers/promises';
import type { Db } from '../db/connect.ts';
import type { Read } from './ask.ts';
import type { Clients, GitHubClient } from './clients.ts';
import { fieldsOf, headerOf } from './failure-facts.ts';
import { judgeGitHubError } from './judge.ts';
import { repositoryRoute, type RepositoryPlace } from './repository-path.ts';
import { takeWriteTurn } from './write-pace.ts';

/** One request that speaks for one repository with a token made for it. */
export interface NarrowRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** What follows the repository's own address, encoded. */
  path: string;
  body?: Record<string, unknown>;
  permissions: Readonly<Record<string, 'read' | 'write'>>;
  signal: AbortSignal;
}

/** What GitHub said, whatever its status. */
export interface NarrowAnswer {
  status: number;
  headers: Record<string, string>;
  data: unknown;
}

/** More than this of an answer is not read. */
const maxAnswerBytes = 1024 * 1024;

/** Headers that say something of the answer, and nothing of us. */
const shownHeaders = [
  'content-type',
  'etag',
  'last-modified',
  'link',
  'retry-after',
  'x-github-request-id',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
];

/** Fields in which GitHub hands out tokens of its own. */
const tokenFields = new Set(['temp_clone_token', 'download_url']);

/**
 * Sends requests with a token that is narrowed to one repository and to what was declared, out of the budget of actions; what changes
 * something stands in the installation's line of writes. Never follows anybody to another address.
 */
export function createNarrowRequests({ clients, db, host }: { clients: Clients; db: Db; host: string }) {
  return async (place: RepositoryPlace, request: NarrowRequest): Promise<Read<NarrowAnswer>> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      // What scripts make counts as content: nobody can tell from a route whether GitHub tells people of it (handbook E2).
      const content = request.method === 'POST' ? 'one' : undefined;
      const turn = await takeWriteTurn(db, { host, installation: place.installation, content });
      if (!turn.ok) {
        const message = `${turn.why} (before ${request.method} ${request.path})`;
        return { ok: false, code: 'github_budget_spent', message, retryAt: new Date(Date.now() + turn.againMs) };
      }
      if (turn.waitMs > 0) await pause(turn.waitMs, undefined, { signal: request.signal }).catch(() => undefined);
    }
    if (request.signal.aborted) return { ok: false, code: 'interrupted', message: 'The script ended before its request was sent' };
    const repositoryIds = [Number(place.github_id)];
    const client = await clients.installation(place.installation, 'actions', { repositoryIds, permissions: request.permissions });
    return await send(client, repositoryRoute(place, request.path).replace(/^GET/, request.method), request);
  };
}

async function send(client: GitHubClient, route: string, { body, signal }: NarrowRequest): Promise<Read<NarrowAnswer>> {
  const capped = capAnswer(client.request.endpoint.DEFAULTS.request?.fetch as typeof fetch | undefined);
  const options = {
    ...(body !== undefined && Object.keys(body).length > 0 && { data: body }),
    // GitHub sends downloads elsewhere: only its own address is ever called.
    request: { redirect: 'manual', signal, fetch: capped.fetch },
  };
  try {
    const response = await client.request(route, options as Record<string, unknown>);
    return capped.exceeded() ? tooLarge : { ok: true, value: show(response) };
  } catch (error) {
    const failure = judgeGitHubError(error, new Date());
    const { response } = fieldsOf(error);
    // An answer is an answer: only what concerns everybody of the installation is not the script's to see.
    const isAnswer = response !== undefined && failure.code !== 'github_rate_limited' && !isOfToken(error);
    if (isAnswer) return capped.exceeded() ? tooLarge : { ok: true, value: show(fieldsOf(response)) };
    return { ok: false, ...failure };
  }
}

const tooLarge = {
  ok: false,
  code: 'github_refused',
  message: "GitHub's answer is larger than 1 MiB; ask for less, with per_page",
} as const;

/** True when it was the token that GitHub did not give. */
function isOfToken(error: unknown): boolean {
  return String(fieldsOf(fieldsOf(error)['request'])['url']).endsWith('/access_tokens');
}

function show(response: { status?: unknown; headers?: unknown; data?: unknown }): NarrowAnswer {
  const headers = fieldsOf(response.headers);
  const shown = shownHeaders.flatMap((name) => {
    const text = headerOf({ headers }, name);
    return text === undefined ? [] : [[name, text]];
  });
  return { status: Number(response.status), headers: Object.fromEntries(shown) as Record<string, string>, data: plain(response.data) };
}

/** Plain JSON: big ids as text (handbook A18), and without the tokens that GitHub puts into answers. */
function plain(data: unknown): unknown {
  if (data === undefined) return null;
  return JSON.parse(
    JSON.stringify(data, (key, value: unknown) => (tokenFields.has(key) ? undefined : typeof value === 'bigint' ? String(value) : value)),
  );
}

/**
 * A fetch that reads no more of an answer than may be given to a script, and says whether there was more: Octokit takes a cut answer for
 * an empty one.
 */
function capAnswer(base: typeof fetch = fetch): { fetch: typeof fetch; exceeded(): boolean } {
  let bytes = 0;
  const limit = () =>
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.length;
        if (bytes > maxAnswerBytes) controller.error(new Error(tooLarge.message));
        else controller.enqueue(chunk);
      },
    });
  return {
    exceeded: () => bytes > maxAnswerBytes,
    async fetch(url, init) {
      const response = await base(url, init);
      bytes = 0;
      if (response.body === null) return response;
      const { status, statusText, headers } = response;
      const capped = new Response(response.body.pipeThrough(limit()), { status, statusText, headers });
      Object.defineProperty(capped, 'url', { value: response.url });
      return capped;
    },
  };
}

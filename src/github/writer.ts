import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import type { Db } from '../db/connect.ts';
import { ask, describeMismatch, readOne, type Read } from './ask.ts';
import type { Clients, GitHubClient } from './clients.ts';
import type { Purpose } from './purpose.ts';
import { readPages, type Listing } from './read-pages.ts';
import { organizationRoute, repositoryRoute, type RepositoryPlace } from './repository-path.ts';
import { takeWriteTurn, type ContentPace } from './write-pace.ts';

/** A request that changes something in a repository; `path` is what follows the repository's own address. */
export interface WriteRequest<T> {
  method: 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  path: string;
  /** The path follows the address of the organisation that owns the repository. */
  at?: 'organization';
  body?: Record<string, unknown>;
  /** What the answer must be. */
  answer: z.ZodType<T>;
  /** Set for what GitHub counts as new content: issues, comments, pull requests, reviews (handbook E2). */
  content?: ContentPace;
}

/**
 * The way to write to GitHub: one request at a time and a second apart for each installation, out of the budget of actions,
 * never repeated by itself. An answer that was lost says nothing about whether it happened: look before you write again (handbook E6, G8).
 * The signal ends a request, and standing in line.
 */
export interface Writer {
  /** Looks before a write, from the same budget. */
  read<T>(place: RepositoryPlace, what: string | { path: string; signal: AbortSignal | undefined }, answer: z.ZodType<T>): Promise<Read<T>>;
  /** Looks at a whole list before a write. */
  list<Page, Item>(
    place: RepositoryPlace,
    path: string,
    listing: Pick<Listing<Page, Item>, 'page' | 'itemsOf' | 'params' | 'signal'>,
  ): Promise<Read<Item[]>>;
  /** Writes once. Waits up to some seconds for its turn; `github_budget_spent` when the line is longer, or when enough content was made. */
  write<T>(place: RepositoryPlace, request: WriteRequest<T>, signal?: AbortSignal): Promise<Read<T>>;
  /** The App's number: what another App wrote is not ours. */
  readonly appId: string;
}

/** Wires the writer to the clients and to the line of writes in the database. */
export function createWriter(tools: { clients: Clients; db: Db; host: string; appId: string; purpose?: Purpose }): Writer {
  const { clients, db, host, appId, purpose = 'actions' } = tools;
  const client = (place: RepositoryPlace) => clients.installation(place.installation, purpose);
  return {
    appId,
    read: (place, what, answer) =>
      ask(async () => {
        const { path, signal } = typeof what === 'string' ? { path: what, signal: undefined } : what;
        return await readOne(
          await client(place),
          { route: repositoryRoute(place, path), ...(signal && { params: { request: { signal } } }) },
          answer,
        );
      }),
    list: (place, path, listing) =>
      ask(async () =>
        readPages(await client(place), { route: repositoryRoute(place, path), ...listing, params: { per_page: '100', ...listing.params } }),
      ),
    async write<T>(place: RepositoryPlace, request: WriteRequest<T>, signal?: AbortSignal): Promise<Read<T>> {
      const turn = await takeWriteTurn(db, { host, installation: place.installation, content: request.content });
      if (!turn.ok) {
        const message = `${request.method} ${request.path} waits for its turn: ${turn.why}. Nothing was sent`;
        return { ok: false, code: 'github_budget_spent', message, retryAt: new Date(Date.now() + turn.againMs) };
      }
      if (turn.waitMs > 0) await pause(turn.waitMs, undefined, signal && { signal }).catch(() => undefined);
      if (signal?.aborted)
        return {
          ok: false,
          nothingSent: true,
          code: 'github_unavailable',
          message: `${request.method} ${request.path} was not sent any more`,
        };
      return await ask(async () => sendWrite(await client(place), { place, request, signal }));
    },
  };
}

/** Sends one write and checks that the answer is one. What GitHub refuses is thrown. */
export async function sendWrite<T>(
  client: GitHubClient,
  {
    place,
    request,
    signal,
  }: { place: Pick<RepositoryPlace, 'owner' | 'name'>; request: WriteRequest<T>; signal?: AbortSignal | undefined },
): Promise<Read<T>> {
  const below = request.at === 'organization' ? organizationRoute(place, request.path) : repositoryRoute(place, request.path);
  const route = below.replace(/^GET/, request.method);
  const { data } = (await client.request(route, { ...request.body, ...(signal && { request: { signal } }) })) as { data: unknown };
  const parsed = request.answer.safeParse(data);
  if (parsed.success) return { ok: true, value: parsed.data };
  const what = `GitHub's answer to ${route} was cut off or is not what it should be (${describeMismatch(parsed.error)})`;
  return { ok: false, code: 'github_unavailable', message: what };
}

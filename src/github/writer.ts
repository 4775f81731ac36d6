import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import type { Db } from '../db/connect.ts';
import { ask, describeMismatch, readOne, type Read } from './ask.ts';
import type { Clients } from './clients.ts';
import type { Purpose } from './purpose.ts';
import { readPages, type Listing } from './read-pages.ts';
import { repositoryRoute, type RepositoryPlace } from './repository-path.ts';
import { takeWriteTurn } from './write-pace.ts';

/** A request that changes something in a repository; `path` is what follows the repository's own address. */
export interface WriteRequest<T> {
  method: 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  path: string;
  body?: Record<string, unknown>;
  /** What the answer must be. */
  answer: z.ZodType<T>;
}

/**
 * The way to write to GitHub: one request at a time and a second apart for each installation, out of the budget of actions,
 * never repeated by itself. An answer that was lost says nothing about whether it happened: look before you write again (handbook E6, G8).
 */
export interface Writer {
  /** Looks before a write, from the same budget. */
  read<T>(place: RepositoryPlace, path: string, answer: z.ZodType<T>): Promise<Read<T>>;
  /** Looks at a whole list before a write. */
  list<Page, Item>(
    place: RepositoryPlace,
    path: string,
    listing: Pick<Listing<Page, Item>, 'page' | 'itemsOf' | 'params'>,
  ): Promise<Read<Item[]>>;
  /** Writes once. Waits up to some seconds for its turn; `github_budget_spent` when the line is longer. */
  write<T>(place: RepositoryPlace, request: WriteRequest<T>): Promise<Read<T>>;
  /** The App's number: what another App wrote is not ours. */
  readonly appId: string;
}

/** Wires the writer to the clients and to the line of writes in the database. */
export function createWriter(tools: { clients: Clients; db: Db; host: string; appId: string; purpose?: Purpose }): Writer {
  const { clients, db, host, appId, purpose = 'actions' } = tools;
  const client = (place: RepositoryPlace) => clients.installation(place.installation, purpose);
  return {
    appId,
    read: (place, path, answer) => ask(async () => readOne(await client(place), { route: repositoryRoute(place, path) }, answer)),
    list: (place, path, listing) =>
      ask(async () =>
        readPages(await client(place), { route: repositoryRoute(place, path), ...listing, params: { per_page: '100', ...listing.params } }),
      ),
    async write<T>(place: RepositoryPlace, request: WriteRequest<T>): Promise<Read<T>> {
      const turn = await takeWriteTurn(db, host, place.installation);
      if (!turn.ok) {
        const message = `Too many writes of this installation wait for their turn before ${request.method} ${request.path}`;
        return { ok: false, code: 'github_budget_spent', message, retryAt: new Date(Date.now() + turn.againMs) };
      }
      if (turn.waitMs > 0) await pause(turn.waitMs);
      return await ask(async () => {
        const route = repositoryRoute(place, request.path).replace(/^GET/, request.method);
        const { data } = (await (await client(place)).request(route, { ...request.body })) as { data: unknown };
        const parsed = request.answer.safeParse(data);
        if (parsed.success) return { ok: true, value: parsed.data };
        const what = `GitHub's answer to ${route} was cut off or is not what it should be (${describeMismatch(parsed.error)})`;
        return { ok: false, code: 'github_unavailable', message: what };
      });
    },
  };
}

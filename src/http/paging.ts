import type { FastifyReply, FastifyRequest } from 'fastify';
import { RepoWatchError } from '../core/errors.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The address that people and GitHub use, when it is set; links start with it. */
    publicUrl: string | null;
  }
}

/** The paging part of a list's query, as its schema lets it in. */
export interface PageRequest {
  cursor?: string | undefined;
  limit?: number | undefined;
  per_page?: number | undefined;
  total?: '1' | 'true' | undefined;
}

/** One page and the cursor of the next one. */
export interface Page<Item> {
  data: Item[];
  meta: { next: string | null } & Partial<Total>;
}

/** How many rows a whole list has, where somebody asked; `total_is_at_least`: there are more, and they were not counted. */
export interface Total {
  total: number;
  total_is_at_least: boolean;
}

const defaultLimit = 20;

/** How many rows a page has at most. */
export function pageLimit(page: PageRequest): number {
  return page.limit ?? page.per_page ?? defaultLimit;
}

/** The place a cursor names: the key of the last row of the page before. Opaque to callers, so that it may change. */
export function readCursor(page: PageRequest, pattern: RegExp): string | undefined {
  if (page.cursor === undefined) return undefined;
  const key = Buffer.from(page.cursor, 'base64url').toString('utf8');
  if (!pattern.test(key) || Buffer.from(key).toString('base64url') !== page.cursor) {
    throw new RepoWatchError('request_invalid', 'The cursor is not one of ours. Use `meta.next` of the page before, or leave it out.', {
      details: [{ path: 'cursor', message: 'must be the meta.next of a page' }],
    });
  }
  return key;
}

/** The key of rows that are listed by our id. */
export const idKey = /^\d{1,18}$/;

/** Cuts a page out of rows that were read with one more than the limit. */
export function toPage<Row, Item>(rows: Row[], limit: number, shape: { item: (row: Row) => Item; key: (row: Row) => string }): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next = rows.length > limit && last !== undefined ? Buffer.from(shape.key(last)).toString('base64url') : null;
  return { data: shown.map(shape.item), meta: { next } };
}

/** Adds the `Link` header of the next page, and of the first (RFC 8288), and answers the page. */
export function withLink<Item>(request: FastifyRequest, reply: FastifyReply, page: Page<Item>): Page<Item> {
  // Not as the base of an address: behind a proxy, ours may begin with a path.
  const url = new URL(`${reply.server.publicUrl ?? `${request.protocol}://${request.host}`}${request.url}`);
  const links: string[] = [];
  if (page.meta.next !== null) {
    url.searchParams.set('cursor', page.meta.next);
    links.push(`<${url.href}>; rel="next"`);
  }
  if ((request.query as PageRequest).cursor !== undefined) {
    url.searchParams.delete('cursor');
    links.push(`<${url.href}>; rel="first"`);
  }
  if (links.length > 0) void reply.header('link', links.join(', '));
  return page;
}

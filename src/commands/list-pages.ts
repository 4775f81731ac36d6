import { ok, type Outcome } from '../core/outcome.ts';
import type { ApiClient } from './api-client.ts';
import { addQuery } from './fill-path.ts';

/** A page of a list, as the API answers it. */
interface ListPage<Item> {
  data: Item[];
  meta: { next: string | null };
}

/** The rows of a list, and the cursor of what was left off. */
interface List<Item> {
  rows: Item[];
  next: string | null;
}

/** How many rows one question asks for at most. */
const pageSize = 100;

/** Reads a list page by page until it ends or has `limit` rows; `next` is the cursor of what was left off, null when nothing was. */
export async function listPages<Item>(
  api: Pick<ApiClient, 'get'>,
  path: string,
  { query = {}, limit = Number.POSITIVE_INFINITY }: { query?: Record<string, string | readonly string[] | undefined>; limit?: number },
): Promise<Outcome<List<Item>>> {
  const rows: Item[] = [];
  let next: string | null = null;
  do {
    const place: Record<string, string> = {
      limit: String(Math.min(pageSize, limit - rows.length)),
      ...(next !== null && { cursor: next }),
    };
    const page: Outcome<ListPage<Item>> = await api.get<ListPage<Item>>(addQuery(path, { ...query, ...place }));
    if (!page.ok) return page;
    rows.push(...page.value.data);
    next = page.value.meta.next;
  } while (next !== null && rows.length < limit);
  return ok({ rows, next });
}

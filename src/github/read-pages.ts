import type { z } from 'zod';
import { failed, ok } from '../core/outcome.ts';
import { describeMismatch, isEmptyRepository, type Read } from './ask.ts';
import type { GitHubClient } from './clients.ts';

/** One listing: its route, how to read a page, and the total that GitHub names, where it names one. */
export interface Listing<Page, Item> {
  route: string;
  params?: Record<string, string>;
  page: z.ZodType<Page>;
  itemsOf: (page: Page) => Item[];
  totalOf?: (page: Page) => number;
  /** True when it is read again and again: pages that did not change are free then, and come from what was kept of them. */
  remember?: true;
  /** Ends the reading. */
  signal?: AbortSignal;
}

const maxPages = 2000;
/** What a Link may change about a request; the address stays ours, because the token goes with it. */
const pageParams = ['page', 'per_page', 'after', 'cursor', 'since'];

/** The paging parameters of the next page; undefined on the last one, null when a Link names a next page that cannot be read. */
export function nextParams(link: string | undefined): Record<string, string> | null | undefined {
  const next = link?.split(',').find((part) => /;\s*rel="?next"?/.test(part));
  if (next === undefined) return undefined;
  const address = /<([^<>]*)>/.exec(next)?.[1];
  if (address === undefined || !URL.canParse(address)) return null;
  const params = new URL(address).searchParams;
  return Object.fromEntries(pageParams.flatMap((name) => (params.has(name) ? [[name, params.get(name)!]] : [])));
}

interface PageResponse {
  data: unknown;
  headers: { link?: string };
}

/** One page; undefined for GitHub's 409 of a repository without commits. */
async function readPage(client: GitHubClient, route: string, params: Record<string, unknown>): Promise<PageResponse | undefined> {
  try {
    return (await client.request(route, params)) as PageResponse;
  } catch (error) {
    if (isEmptyRepository(error)) return undefined;
    throw error;
  }
}

/**
 * Reads a listing to its provable end, page by page, or fails: absence from it is taken for a deletion (handbook D12).
 * Octokit's own paginate takes a 409 on any page for the end (E9); here only the first page of an empty repository may be one.
 */
export async function readPages<Page, Item>(client: GitHubClient, listing: Listing<Page, Item>): Promise<Read<Item[]>> {
  const incomplete = (why: string) =>
    failed('listing_incomplete' as const, `${listing.route} could not be read to its end: ${why}. It will be read again`);
  const items: Item[] = [];
  let params: Record<string, string> = { ...listing.params };
  for (let page = 1; page <= maxPages; page += 1) {
    const response = await readPage(client, listing.route, {
      ...params,
      request: { remember: listing.remember, ...(listing.signal && { signal: listing.signal }) },
    });
    if (!response) return page === 1 ? ok([]) : incomplete(`page ${page} says that the repository is empty`);
    const parsed = listing.page.safeParse(response.data);
    if (!parsed.success) return incomplete(`page ${page} was cut off or is not the list it should be (${describeMismatch(parsed.error)})`);
    for (const item of listing.itemsOf(parsed.data)) items.push(item);
    const next = nextParams(response.headers.link);
    if (next === undefined) {
      const total = listing.totalOf?.(parsed.data);
      return total === undefined || total === items.length ? ok(items) : incomplete(`${items.length} of ${total} came`);
    }
    const following = { ...params, ...next };
    if (JSON.stringify(following) === JSON.stringify(params)) return incomplete(`page ${page} does not say what the next one is`);
    params = following;
  }
  return incomplete(`it has more than ${maxPages} pages`);
}

import { z } from 'zod';

/** One of our own ids, or one of GitHub's: digits, as text, because they outgrow a double. */
export const idText = z.string().regex(/^\d{1,18}$/, 'must be a number');

/** A moment as ISO-8601 in UTC. */
export const timestamp = z.iso.datetime();

/** Text of a filter: bounded, and without the one character that Postgres cannot hold. */
export function filterText(max: number) {
  return z
    .string()
    .min(1)
    .max(max)
    .refine((text) => !text.includes('\0'), 'must not contain NUL');
}

/** `owner/name`, in any case. */
export const repositoryName = filterText(201).regex(/^[^/\s]{1,100}\/[^/\s]{1,100}$/, 'must look like owner/name');

/** The parameter of a route that names one row by our id. */
export const idParams = z.strictObject({ id: idText });

/** The parameters of a route that names a repository. */
export const repositoryParams = z.strictObject({ owner: filterText(100), name: filterText(100) });

/** The query of every list: where to go on, and how many. */
export const pageQuery = {
  cursor: filterText(400).optional().describe('The `meta.next` of the page before'),
  limit: z.coerce.number().int().min(1).max(100).optional().describe('How many at most: 1 to 100, 20 without it'),
  per_page: z.coerce.number().int().min(1).max(100).optional().describe('Another name for `limit`'),
};

/** A page of a list: the rows, and the cursor of the next page or null at the end. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item), meta: z.object({ next: z.string().nullable() }) });
}

/** The body of a request that takes none: absent, or an empty object. */
export const emptyBody = z.strictObject({}).nullish();

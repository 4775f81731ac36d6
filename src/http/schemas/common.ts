import { z } from 'zod';

/** One of our own ids, or one of GitHub's: digits, as text, because they outgrow a double. */
export const idText = z.string().regex(/^\d{1,18}$/, 'must be a number');

/** A moment as ISO-8601 in UTC. */
export const timestamp = z.iso.datetime();

/** A moment in a query, in any zone. */
export const moment = z.iso.datetime({ offset: true });

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

/** One of these words or several of them, between commas or given several times. */
export function someOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.preprocess(
    (given) => (Array.isArray(given) ? given : [given]).flatMap((part: unknown) => (typeof part === 'string' ? part.split(',') : [part])),
    z.array(z.enum(words)).min(1).max(words.length),
  );
}

/** A repository by its name, or by our id. */
export const repositoryNameOrId = filterText(201).regex(
  /^(\d{1,18}|[^/\s]{1,100}\/[^/\s]{1,100})$/,
  'must look like owner/name, or be an id',
);

/** The query of every list: where to go on, and how many. */
export const pageQuery = {
  cursor: filterText(400).optional().describe('The `meta.next` of the page before'),
  limit: z.coerce.number().int().min(1).max(100).optional().describe('How many at most: 1 to 100, 20 without it'),
  per_page: z.coerce.number().int().min(1).max(100).optional().describe('Another name for `limit`'),
};

/** The query of lists that can be counted. */
export const countedPageQuery = {
  ...pageQuery,
  total: z.enum(['1', 'true']).optional().describe('Also count the whole list, up to 10,000 rows: `meta.total`'),
};

const pageMeta = z.object({
  next: z.string().nullable(),
  total: z.number().int().optional().describe('How many rows the whole list has; only with `total=1`'),
  total_is_at_least: z.boolean().optional().describe('True when there are more than `total`'),
});

/** A page of a list: the rows, and the cursor of the next page or null at the end. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item), meta: pageMeta });
}

/** The body of a request that takes none: absent, or an empty object. */
export const emptyBody = z.strictObject({}).nullish();

import { z } from 'zod';
import { filterText, timestamp } from './common.ts';

/** What can be found. Results come in this order. */
export const searchKinds = [
  'repository',
  'project',
  'installation',
  'branch',
  'tag',
  'watch',
  'run',
  'change',
  'delivery',
  'ticket',
  'trigger',
  'secret',
  'person',
] as const;
export type SearchKind = (typeof searchKinds)[number];

/** One thing that was found. */
const searchHit = z
  .object({
    kind: z.enum(searchKinds),
    id: z.string().describe('Our id; of branches and tags the name, of watches the key, of secrets the name'),
    title: z.string(),
    detail: z.string().nullable(),
    repository: z.string().nullable().describe('owner/name, where it belongs to one'),
    status: z.string().nullable(),
    at: timestamp.nullable(),
    exact: z.boolean().describe('It is called, or is, exactly what was searched for'),
  })
  .meta({ id: 'SearchHit' });
export type SearchHit = z.output<typeof searchHit>;

/** What was found of each kind, the best first. */
export const searchResult = z.object({
  data: z.array(searchHit),
  meta: z.object({ more: z.array(z.enum(searchKinds)).describe('Kinds of which there are more than are shown') }),
});
export type SearchResult = z.output<typeof searchResult>;

/** What is searched for. */
export const searchQuery = z.strictObject({
  q: filterText(200).describe('A name or a part of one, an id, a GUID, a commit; or `run 42`, `change 42`, `owner/name:branch`'),
});

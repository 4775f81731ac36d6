import { z } from 'zod';
import { changeTypes } from '../../changes/change.ts';
import { changeOrigins, refKinds } from '../../core/statuses.ts';
import { filterText, idText, countedPageQuery, moment, repositoryName, someOf, timestamp } from './common.ts';

/** A change as lists show it. */
export const changeSummary = z
  .object({
    id: idText,
    type: z.string(),
    origin: z.enum(changeOrigins),
    sentence: z.string().describe('One sentence for people'),
    repository: z.object({ id: idText, full_name: z.string() }),
    installation_id: idText,
    ref: z.object({ kind: z.enum(refKinds), name: z.string(), full: z.string() }).nullable(),
    before: z.string().nullable(),
    after: z.string().nullable(),
    actor: z.object({ id: z.string().nullable(), login: z.string(), type: z.string() }).nullable(),
    delivery_id: idText.nullable().describe('Null when no delivery announced it'),
    happened_at: timestamp,
    created_at: timestamp,
  })
  .meta({ id: 'Change' });

export type ChangeSummary = z.output<typeof changeSummary>;

/** A watch that was asked whether it wants a change, with its answer. */
export const consideredWatch = z
  .object({
    watch: z.string(),
    key: z.string(),
    matched: z.boolean(),
    clause: z.string().nullable().describe('The first part of the watch that said no'),
    reason: z.string().nullable().describe('Why it said no, for people'),
    repository: z.string().nullable().describe('Where the file lies; null for the operator’s own'),
    path: z.string().nullable(),
    line: z.number().int().nullable().describe('Where that part, or the watch that said yes, stands in the version that was asked'),
    column: z.number().int().nullable(),
    origin: z.string().nullable().describe('path:line:column, with the repository in front when it is another one'),
  })
  .meta({ id: 'ConsideredWatch' });

export type ConsideredWatch = z.output<typeof consideredWatch>;

const changeGroups = [...new Set(changeTypes.map((type) => `${type.split('.', 1)[0]!}.*`))];

/** The types that words of the filter mean: a type means itself, `issue.*` all of its noun. */
export function expandChangeTypes(words: readonly string[]): string[] {
  return changeTypes.filter((type) => words.includes(type) || words.includes(`${type.split('.', 1)[0]!}.*`));
}

/** The filters of the list of changes. */
export const changeQuery = z.strictObject({
  repository: repositoryName.optional(),
  ref: filterText(300).optional().describe('A short name (`main`) or a full one (`refs/heads/main`)'),
  type: someOf([...changeTypes, ...changeGroups])
    .optional()
    .describe('One type or several, between commas or given several times; `pull_request.*` for all of a noun'),
  origin: z.enum(changeOrigins).optional(),
  delivery: idText.optional().describe('The id of a delivery'),
  installation: idText.optional().describe('The id of an installation'),
  since: moment.optional().describe('Recorded at or after this moment'),
  until: moment.optional().describe('Recorded before this moment'),
  ...countedPageQuery,
});
export type ChangeQuery = z.output<typeof changeQuery>;

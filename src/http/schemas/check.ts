import { z } from 'zod';
import { checkResults, checkTriggers, refKinds } from '../../core/statuses.ts';
import { filterText, idText, countedPageQuery, timestamp } from './common.ts';

/** What comparing a repository with GitHub found, for one ref or for the repository. */
export const checkSchema = z
  .object({
    id: idText,
    result: z.enum(checkResults).describe('manual: a person asked for a check; what it found is a record of its own'),
    trigger: z.enum(checkTriggers).describe('manual: the check was made because a person asked'),
    requested_by: z.string().nullable(),
    job_id: idText.nullable(),
    branch: z.string().nullable().describe('The branch that was found changed; otherwise the default branch. Null for a tag'),
    ref: z.object({ kind: z.enum(refKinds), name: z.string() }).nullable(),
    before: z.string().nullable(),
    sha: z.string().nullable().describe('Where it points; null when it is gone'),
    message: z.string().nullable().describe('The message of that commit, as far as it was read'),
    author: z.string().nullable(),
    date: timestamp.nullable().describe('The commit’s own time, chosen by its author'),
    changes: z.number().int(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    times: z.number().int().describe('How many checks in a row this record stands for'),
    first_checked_at: timestamp,
    checked_at: timestamp,
  })
  .meta({ id: 'Check' });

export type Check = z.output<typeof checkSchema>;

/** The filters of the list of checks. */
export const checkQuery = z.strictObject({
  result: z.enum(checkResults).optional(),
  trigger: z.enum(checkTriggers).optional(),
  branch: filterText(300).optional(),
  since: timestamp.optional().describe('Checked at this moment or later'),
  until: timestamp.optional().describe('Checked before this moment'),
  ...countedPageQuery,
});
export type CheckQuery = z.output<typeof checkQuery>;

import { z } from 'zod';
import { filterText, idText, pageQuery, timestamp } from './common.ts';

const shared = {
  number: z.number().int(),
  title: z.string(),
  author: z.string().nullable().describe('A login; null when the account was deleted'),
  labels: z.array(z.string()),
  assignees: z.array(z.string()).describe('Logins'),
  html_url: z.string().nullable(),
  happened_at: timestamp.describe('When the last thing that is known happened to it'),
  change_id: idText.describe('The change that told it'),
};

/** An issue, as the last change told of it. */
export const issueItem = z
  .object({ ...shared, state: z.enum(['open', 'closed']), comments: z.number().int() })
  .meta({ id: 'MirroredIssue' });

/** A pull request, as the last change told of it. */
export const pullItem = z
  .object({
    ...shared,
    state: z.enum(['open', 'closed', 'merged']),
    draft: z.boolean(),
    base: z.string().describe('The branch that it wants to change'),
    head: z.string().describe('The branch that it brings; OWNER:BRANCH from a fork'),
  })
  .meta({ id: 'MirroredPull' });

export type IssueItem = z.output<typeof issueItem>;
export type PullItem = z.output<typeof pullItem>;

const q = filterText(200).optional().describe('Part of the title, in any case');

/** The filters of the list of issues. */
export const issueListQuery = z.strictObject({
  state: z.enum(['open', 'closed', 'all']).optional().describe('open without it'),
  q,
  ...pageQuery,
});

/** The filters of the list of pull requests. */
export const pullListQuery = z.strictObject({
  state: z.enum(['open', 'closed', 'merged', 'all']).optional().describe('open without it; closed: without being merged'),
  q,
  ...pageQuery,
});
export type WorkListQuery = z.output<typeof pullListQuery>;

import { z } from 'zod';
import { accessShape } from '../../actions/github/access/change-access.ts';
import { pullRequestInput } from '../../actions/github/pull-request/index.ts';
import { peopleField } from '../../actions/github-input.ts';
import { branchField } from '../../actions/github-target.ts';

/** Bodies: the inputs of the action kinds. */
export const pullBody = pullRequestInput
  .omit({ repository: true })
  .extend({ head: branchField.describe('The branch to be merged, or OWNER:BRANCH of a fork') });
export const accessBody = z.strictObject(accessShape);
export const reviewersBody = z
  .strictObject({
    users: peopleField.default([]),
    teams: peopleField.default([]).describe('Teams of the organisation by their slug'),
    reviewers: peopleField.default([]).describe('Another name for `users`'),
    team_reviewers: peopleField.default([]).describe('Another name for `teams`'),
  })
  .refine((body) => Object.values(body).some((names) => names.length > 0), 'Name `users` or `teams`.');

const dropped = z
  .array(z.object({ field: z.string(), value: z.string(), reason: z.string().optional() }))
  .describe('What was asked for and GitHub left out');

/** What the routes answer. */
export const openedPull = z.object({
  number: z.number().int(),
  url: z.string(),
  state: z.string(),
  draft: z.boolean(),
  head_sha: z.string(),
  existing: z.boolean().describe('True when it was open already'),
  updated: z.boolean(),
  dropped,
});
export const askedReviewers = z.object({
  number: z.number().int(),
  url: z.string(),
  users: z.array(z.string()).describe('Who is asked now'),
  teams: z.array(z.string()),
  dropped,
});
export const changedAccess = z.object({
  action: accessShape.action,
  identifier: z.string(),
  state: z.enum(['invited', 'member', 'removed']).describe('invited: no access until they accept'),
  permission: z.string().nullable().describe('What GitHub says they may do'),
  invitation_url: z.string().nullable(),
  changed: z.boolean().describe('False when it was so already'),
  dropped,
});

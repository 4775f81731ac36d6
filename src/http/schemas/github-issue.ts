import { z } from 'zod';
import { assignShape } from '../../actions/github/assign/index.ts';
import { commentInput } from '../../actions/github/comment/index.ts';
import { closeInput } from '../../actions/github/close/index.ts';
import { issueInput } from '../../actions/github/issue/index.ts';
import { issuesInput } from '../../actions/github/issues/index.ts';
import { labelsShape } from '../../actions/github/labels/index.ts';
import { repositoryParams } from './common.ts';
import { acceptedJob } from './job.ts';

const ours = { repository: true, number: true } as const;

/** The parameters of a route that names an issue or pull request. */
export const issueParams = repositoryParams.extend({ number: z.coerce.number().int().positive().max(2_147_483_647) });

/** With this a request can be sent again without being done again. */
export const idempotencyHeaders = z.looseObject({
  'idempotency-key': z.string().min(1).max(200).optional().describe('Sent again with the same key, nothing is done a second time'),
});

/** Bodies: the inputs of the action kinds, whose texts are posted for the person who asks. */
export const issueBody = issueInput.omit({ repository: true });
export const commentBody = commentInput.omit(ours);
export const closeBody = closeInput.omit(ours);
export const labelsBody = z.strictObject(labelsShape);
export const assignBody = z.strictObject(assignShape);
export const bulkBody = z.union([issuesInput.omit({ repository: true }), issuesInput.shape.issues]);

const dropped = z
  .array(z.object({ field: z.string(), value: z.string() }))
  .describe('What was asked for and GitHub left out: labels, people, a milestone');
const place = { number: z.number().int(), url: z.string() };
const unmapped = z.array(z.string()).describe('Whom neither GitHub nor the map of people can know by that name');

/** What the routes answer. */
export const openedIssue = z.object({
  ...place,
  action: z.enum(['created', 'updated', 'commented', 'nothing']),
  created: z.boolean(),
  dropped,
  unmapped,
});
export const openedIssues = z.object({
  created: z.number().int(),
  updated: z.number().int().describe('Changed, or commented on, because their key was open already'),
  existing: z.number().int().describe('Left alone, because their key was open already'),
  errors: z.array(z.object({ index: z.number().int(), title: z.string(), code: z.string(), message: z.string() })),
  issues: z.array(z.object({ index: z.number().int(), ...place, action: z.string(), dropped, unmapped })),
});
export const acceptedIssues = acceptedJob;
export const postedComment = z.object({ id: z.string(), ...place, action: z.enum(['created', 'updated']), created: z.boolean() });
export const changedLabels = z.object({
  ...place,
  labels: z.array(z.string()),
  added: z.array(z.string()),
  removed: z.array(z.string()),
  dropped,
});
export const changedPeople = z.object({ ...place, assignees: z.array(z.string()), unmapped, dropped });
export const closedIssue = z.object({ ...place, state: z.string(), closed: z.boolean().describe('False when it was closed already') });

import { z } from 'zod';
import { idText, timestamp } from './common.ts';

const count = z.number().int();

/** How much there is in a repository. */
export const repositoryStatistics = z.object({
  issues: z.object({ total: count, open: count, closed: count }).describe('Those that changes told of'),
  pull_requests: z.object({ total: count, open: count, merged: count, closed: count }).describe('`closed` without being merged'),
  branches: count,
  tags: count,
  members: count,
});
export type RepositoryStatistics = z.output<typeof repositoryStatistics>;

const latest = z.object({
  id: idText.describe('The change'),
  type: z.string(),
  ref_name: z.string().nullable(),
  number: count.nullable(),
  title: z.string().nullable(),
  happened_at: timestamp,
});
const happened = z.object({ total: count, latest: z.array(latest).describe('The ten latest') });

/** What happened in a repository. */
export const activity = z.object({
  period_days: count,
  since: timestamp,
  commits: happened.describe('Branches that were made or moved'),
  issues: happened.describe('Issues that were opened'),
  pulls: happened.describe('Pull requests that were opened'),
});
export type Activity = z.output<typeof activity>;

/** How many days activity is asked for: 1 to 365, whatever was said; 30 for what is no number. */
export const activityQuery = z.strictObject({
  days: z.coerce
    .number()
    .catch(30)
    .transform((days) => Math.min(365, Math.max(1, Math.trunc(days))))
    .optional()
    .describe('1 to 365; 30 without it'),
});

/** How the comparing with GitHub stands. */
export const statistics = z.object({
  repositories: count,
  compared: count.describe('Those that were compared at least once'),
  failing: count.describe('Those whose last comparison failed'),
  last_compared_at: timestamp.nullable(),
});
export type Statistics = z.output<typeof statistics>;

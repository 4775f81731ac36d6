import { z } from 'zod';
import { countedPageQuery, filterText, idText, pageQuery, repositoryName, timestamp } from './common.ts';

/** A concurrency key with runs that are not over, or that a dead run holds up. */
export const laneSchema = z
  .object({
    lane: z.string().describe('The key, as runs show it'),
    installation_id: idText,
    open: z.number().int().describe('How many runs are queued, running or waiting; counted up to 1,000'),
    oldest_at: timestamp.nullable().describe('When the oldest of them was made'),
    running: idText.nullable().describe('The run that is being worked on'),
    blocked_by: z
      .object({
        run: idText,
        watch: z.string(),
        repository: z.string(),
        repository_id: idText.nullable().describe('Null for whoever may not see it'),
        code: z.string().nullable(),
        message: z.string().nullable(),
        since: timestamp.nullable(),
      })
      .nullable()
      .describe('The dead run of a strict order that holds it up'),
  })
  .meta({ id: 'Lane' });

export type Lane = z.output<typeof laneSchema>;

/** The filters of the list of lanes. */
export const laneQuery = z.strictObject({
  blocked: z.enum(['true', 'false']).optional().describe('true: only those that a dead run holds up; false: only the others'),
  installation: idText.optional().describe('The id of an installation'),
  repository: repositoryName.optional(),
  ...pageQuery,
});
export type LaneQuery = z.output<typeof laneQuery>;

/** The parameter of a route that names a lane; percent-encoded in the path. */
export const laneParams = z.strictObject({ lane: filterText(400) });

/** The body of unblocking a lane. */
export const unblockBody = z
  .strictObject({
    skip: z.boolean().optional().describe('true: the lane goes on without the dead run, which stays dead; false (default): with it'),
  })
  .nullish();

/** What became of the run that held a lane up. */
export const unblocked = z.object({ lane: z.string(), run: idText, action: z.enum(['skipped', 'redriven']) });

/** A watch that was taken for a loop. */
export const breakerSchema = z
  .object({
    id: idText,
    repository: z.object({ id: idText, full_name: z.string() }),
    installation_id: idText,
    watch: z.string(),
    about: z.string().describe('What the changes are about: a ref, an issue, a pull request; empty for the repository'),
    made_by: z.enum(['repowatch', 'bot']).describe('Whose changes they are'),
    open: z.boolean().describe('True while it stops what comes'),
    stopped: z.number().int().describe('How many runs it has stopped since it tripped'),
    tripped_at: timestamp,
    last_at: timestamp.describe('When it stopped the last one'),
    reset_at: timestamp.nullable(),
  })
  .meta({ id: 'Breaker' });

export type Breaker = z.output<typeof breakerSchema>;

/** The filters of the list of breakers. */
export const breakerQuery = z.strictObject({ repository: repositoryName.optional(), installation: idText.optional(), ...countedPageQuery });
export type BreakerQuery = z.output<typeof breakerQuery>;

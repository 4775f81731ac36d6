import { z } from 'zod';
import { jobKinds, jobStatuses, replayConfigs } from '../../core/statuses.ts';
import { idText, countedPageQuery, moment, repositoryName, someOf, timestamp } from './common.ts';

/** Something that people asked for, for one repository or many; it counts up as they are done. */
export const jobSchema = z
  .object({
    id: idText,
    kind: z
      .enum(jobKinds)
      .describe('replay and redrive count runs, issues counts issues, rotate_key counts encrypted values, the others count repositories'),
    status: z.enum(jobStatuses).describe('failed: it is over, and at least one repository could not be done'),
    target: z.string().describe('A repository, an account, or all'),
    installation_id: idText.nullable(),
    total: z.number().int().describe('How many repositories, runs or issues it is about'),
    done: z.number().int().describe('How many are done well'),
    failed: z.number().int(),
    progress: z.number().int().describe('done and failed together; it counts up to total'),
    changes: z.number().int().describe('How many changes were found'),
    replay_config: z.enum(replayConfigs).nullable().describe('Whose configuration the replays of a job follow'),
    repository: z.string().nullable().describe('The one that was done last'),
    errors: z.array(z.object({ repository: z.string(), code: z.string(), message: z.string() })).describe('The first twenty'),
    requested_by: z.string(),
    created_at: timestamp,
    started_at: timestamp.nullable().describe('When the first repository was done'),
    finished_at: timestamp.nullable(),
    duration_ms: z.number().int().describe('Since it was asked for, up to its end or now'),
  })
  .meta({ id: 'Job' });

export type Job = z.output<typeof jobSchema>;

/** The filters of the list of jobs. */
export const jobQuery = z.strictObject({
  kind: z.enum(jobKinds).optional(),
  status: someOf(jobStatuses).optional().describe('One status or several: with commas, or given several times'),
  installation: idText.optional().describe('The id of an installation'),
  repository: repositoryName.optional().describe('Jobs that it is part of'),
  since: moment.optional().describe('Asked for at or after this moment'),
  until: moment.optional().describe('Asked for before this moment'),
  ...countedPageQuery,
});
export type JobQuery = z.output<typeof jobQuery>;

/** The answer to a request that makes a job. */
export const acceptedJob = z.object({
  job: jobSchema,
  requested: z.number().int().describe('How many repositories are now due; the same as job.total'),
});

import { z } from 'zod';
import { attemptStatuses, replayConfigs, runStatuses, stepStatuses } from '../../core/statuses.ts';
import { blockReasons } from '../read/blocked-by.ts';
import { changeSummary } from './change.ts';
import { filterText, idText, countedPageQuery, moment, repositoryName, someOf, timestamp } from './common.ts';
import { jobSchema } from './job.ts';
import { ticketResult } from './ticket.ts';

/** Why a run that could go does not: the run that is before it in its lane. */
const blockedBy = z
  .object({
    run: idText,
    status: z.enum(runStatuses),
    reason: z
      .enum(blockReasons)
      .describe(
        'dead: a strict order waits until that run is redriven or skipped; retrying: a strict order waits for its next try, or nothing was sent of it yet because its destination rests; busy: it is its turn',
      ),
  })
  .meta({ id: 'BlockedBy' });
export type BlockedBy = z.output<typeof blockedBy>;

/** A run as lists show it. */
export const runSummary = z
  .object({
    id: idText,
    watch: z.object({ key: z.string(), name: z.string() }),
    repository: z.object({ id: idText, full_name: z.string() }),
    installation_id: idText,
    change: z.object({ id: idText, type: z.string(), ref_name: z.string().nullable() }),
    status: z.enum(runStatuses),
    code: z.string().nullable(),
    message: z.string().nullable(),
    lane: z.string().describe('Its concurrency key: runs of one lane go one after the other'),
    seq: z.string().describe('Its place in the lane'),
    due_at: timestamp,
    dry_run: z.boolean().describe('True when nothing is sent: it shows what it would do'),
    blocked_by: blockedBy.nullable().describe('What a run waits for that is not over; null when nothing is in its way'),
    blocks: z.boolean().describe('True for a dead run that holds up its lane, because the order is strict'),
    superseded_by: idText.nullable().describe('The run that goes instead of this one'),
    replay_of: idText.nullable().describe('The first run of the chain that this one repeats'),
    replay_config: z.enum(replayConfigs).nullable().describe('Whose configuration a replay follows'),
    redrives: z.number().int().describe('How often it went on after it was dead'),
    redriven_at: timestamp.nullable(),
    job_id: idText.nullable().describe('The job that made or redrove it, with many others'),
    created_at: timestamp,
    started_at: timestamp.nullable(),
    finished_at: timestamp.nullable(),
  })
  .meta({ id: 'Run' });

export type RunSummary = z.output<typeof runSummary>;

/** One try of a step, with what was sent and what came back. Secrets are masked. */
export const attemptDetail = z
  .object({
    number: z.number().int(),
    status: z.enum(attemptStatuses),
    code: z.string().nullable(),
    message: z.string().nullable(),
    request: z.unknown().describe('What was sent, or null'),
    response: z.unknown().describe('What came back, or null'),
    log: z.unknown().describe('What a script logged, or null'),
    retry_at: timestamp.nullable(),
    started_at: timestamp,
    finished_at: timestamp.nullable(),
    duration_ms: z.number().int().nullable(),
  })
  .meta({ id: 'Attempt' });

/** One action of a run. */
export const stepDetail = z
  .object({
    position: z.number().int(),
    key: z.string().nullable(),
    name: z.string().nullable(),
    kind: z.string(),
    status: z.enum(stepStatuses),
    outputs: z.record(z.string(), z.unknown()),
    code: z.string().nullable(),
    message: z.string().nullable(),
    idempotency_key: z.string(),
    started_at: timestamp,
    finished_at: timestamp.nullable(),
    attempts: z.array(attemptDetail),
  })
  .meta({ id: 'Step' });

/** A run with its change, its steps and their attempts. */
export const runDetail = runSummary
  .extend({
    config: z.object({ path: z.string(), blob_sha: z.string(), line: z.number().int().nullable() }).describe('Where its watch was written'),
    change: changeSummary,
    parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).describe('The parameters of its branch, by name'),
    gathered: z.array(idText).describe('The changes that a run with a batch window has gathered, oldest first'),
    steps: z.array(stepDetail),
    tickets: z.array(ticketResult).describe('What its steps made of tickets'),
  })
  .meta({ id: 'RunDetail' });

export type RunDetail = z.output<typeof runDetail>;
export type AttemptDetail = z.output<typeof attemptDetail>;

/** The parameters of a route that names one try of a step. */
export const attemptParams = z.strictObject({
  id: idText,
  step: z.string().regex(/^\d{1,6}$/, 'must be the position of a step, from 0'),
  number: z.string().regex(/^\d{1,6}$/, 'must be a number'),
});

/** One status or several. */
const someStatuses = someOf(runStatuses);

/** What both the list of runs and a bulk replay can be told by. */
const filters = {
  watch: filterText(200).optional().describe('The key of a watch'),
  type: filterText(100).optional().describe('A type of changes, such as branch.updated'),
  ref: filterText(300).optional().describe('The name of a branch or tag'),
  code: filterText(100).optional().describe('A code of the error catalogue'),
  change: idText.optional().describe('The id of a change'),
  since: moment.optional().describe('Runs that were made at this time or later'),
  until: moment.optional().describe('Runs that were made before this time'),
};

/** The filters of the list of runs. */
export const runQuery = z.strictObject({
  repository: repositoryName.optional(),
  installation: idText.optional().describe('The id of an installation'),
  status: someStatuses.optional().describe('One status or several: with commas, or given several times'),
  ...filters,
  lane: filterText(400).optional().describe('A concurrency key, as runs show it'),
  blocked: z.enum(['true', 'false']).optional().describe('true: only those that a strict order holds up behind a dead run'),
  replay_of: idText.optional().describe('The replays of a run'),
  job: idText.optional().describe('What a job over many runs has made or redriven'),
  ...countedPageQuery,
});
export type RunQuery = z.output<typeof runQuery>;

/** Which runs a bulk replay is about; at least one of these. */
const runFilter = z
  .strictObject({
    repository: repositoryName.optional(),
    installation: idText.optional(),
    status: someStatuses.optional(),
    ...filters,
  })
  .refine((filter) => Object.values(filter).some((value) => value !== undefined), 'names nothing; give at least one of its keys');
export type RunFilterBody = z.output<typeof runFilter>;

const howMany = {
  filter: runFilter,
  limit: z.number().int().min(1).max(1000).default(1000).describe('How many runs at most, the oldest first'),
  dry_run: z.boolean().default(false).describe('Only answers how many there are'),
};

/** Whose configuration a replay follows. */
const replayConfig = z.enum(replayConfigs).describe('then: that of the run (default); now: the one in force');

/** The body of a replay. */
export const replayBody = z.strictObject({ config: replayConfig.optional() }).nullish();

/** The answer to a replay. */
export const replayed = z.object({ id: idText.describe('The new run'), config: z.enum(replayConfigs), replay_of: idText });

/** The body of a replay of many runs. */
export const bulkReplayBody = z.strictObject({ ...howMany, config: replayConfig.default('then') });

/** The body of redriving many dead runs. */
export const bulkRedriveBody = z.strictObject(howMany);

/** The answer to both: what the filter finds, and the job that takes it on. */
export const bulkAnswer = z.object({
  matched: z.number().int().describe('How many runs the filter finds; of a chain of replays only the last counts'),
  cooling: z.number().int().describe('How many of them another job took within BULK_COOLDOWN; they are left out'),
  selected: z.number().int().describe('How many are taken'),
  runs: z.array(idText).describe('The first twenty of them'),
  job: jobSchema.nullable().describe('Null for a dry run, or when there is nothing to do'),
});

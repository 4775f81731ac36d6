import { z } from 'zod';
import { attemptStatuses, runStatuses, stepStatuses } from '../../core/statuses.ts';
import { changeSummary } from './change.ts';
import { filterText, idText, pageQuery, repositoryName, timestamp } from './common.ts';

/** A run as lists show it. */
export const runSummary = z
  .object({
    id: idText,
    watch: z.object({ key: z.string(), name: z.string() }),
    repository: z.object({ id: idText, full_name: z.string() }),
    change: z.object({ id: idText, type: z.string(), ref_name: z.string().nullable() }),
    status: z.enum(runStatuses),
    code: z.string().nullable(),
    message: z.string().nullable(),
    lane: z.string().describe('Its concurrency key: runs of one lane go one after the other'),
    seq: z.string().describe('Its place in the lane'),
    due_at: timestamp,
    dry_run: z.boolean().describe('True when nothing is sent: it shows what it would do'),
    superseded_by: idText.nullable().describe('The run that goes instead of this one'),
    replay_of: idText.nullable(),
    created_at: timestamp,
    started_at: timestamp.nullable(),
    finished_at: timestamp.nullable(),
  })
  .meta({ id: 'Run' });

export type RunSummary = z.output<typeof runSummary>;

/** One try of a step, with what was sent and what came back. Secrets are masked. */
const attemptDetail = z
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
const stepDetail = z
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
    gathered: z.array(idText).describe('The changes that a run with a batch window has gathered, oldest first'),
    steps: z.array(stepDetail),
  })
  .meta({ id: 'RunDetail' });

export type RunDetail = z.output<typeof runDetail>;

/** The filters of the list of runs. */
export const runQuery = z.strictObject({
  repository: repositoryName.optional(),
  watch: filterText(200).optional().describe('The key of a watch'),
  status: z.enum(runStatuses).optional(),
  change: idText.optional().describe('The id of a change'),
  ...pageQuery,
});
export type RunQuery = z.output<typeof runQuery>;

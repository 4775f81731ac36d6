import { z } from 'zod';
import { changeDetail } from './change-detail.ts';
import { filterText } from './common.ts';
import { runSummary, stepDetail } from './run.ts';

/** The parameters of a route that names a watch of a repository. */
export const watchParams = z.strictObject({ owner: filterText(100), name: filterText(100), watch: filterText(200) });

const inputName = filterText(100);

/** What can be given when a watch is started by hand. */
export const manualRunBody = z
  .strictObject({
    ref: filterText(300).optional().describe('A branch, short or as `refs/heads/…`; the default branch without it'),
    inputs: z
      .record(inputName, z.union([z.string(), z.number(), z.boolean()]))
      .optional()
      .describe('Values for the `inputs` of the watch’s `manual` trigger'),
    text_inputs: z.record(inputName, z.string()).optional().describe('The same as text, each read as its type says'),
  })
  .nullish();

/** The header by which a repeated request is known. */
export const idempotencyHeaders = z.looseObject({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible characters of ASCII')
    .optional()
    .describe('The same key asks for the same thing once, however often it is sent'),
});

/** How long whoever asks wants to wait for the end. */
export const waitQuery = z.strictObject({
  wait: z.coerce
    .number()
    .int()
    .min(0)
    .max(60)
    .default(0)
    .describe('Seconds to wait for the end of the runs at most; without it the answer comes at once'),
});

/** How one step of a run stands. */
const stepResult = stepDetail.pick({
  position: true,
  key: true,
  name: true,
  kind: true,
  status: true,
  outputs: true,
  code: true,
  message: true,
});

/** The change that was recorded for a request by hand, with what every watch said, and the runs that began, each with its steps so far. */
export const manualRun = z.object({
  change: changeDetail,
  runs: z.array(runSummary.extend({ steps: z.array(stepResult) })),
  over: z.boolean().describe('True when nothing of it is under way any more'),
});
export type ManualRun = z.output<typeof manualRun>;

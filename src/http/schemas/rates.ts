import { z } from 'zod';
import { idText, repositoryName, timestamp } from './common.ts';

const count = z.number().int();

const runCounts = z
  .object({ queued: count, running: count, waiting: count, succeeded: count, failed: count, dead: count, cancelled: count })
  .describe('Runs by how they stand now, wherever they were made');

const spread = (of: string) =>
  z
    .object({
      p50_ms: count.nullable(),
      p95_ms: count.nullable(),
      samples: count.describe('How many were looked at; 0: there was nothing to look at'),
    })
    .describe(of);

const figures = {
  deliveries: count,
  changes: count,
  runs: runCounts,
  delay: spread('From receiving what a run answers to until its first attempt began; an even sample of the runs'),
  attempt: spread('How long one attempt took; an even sample'),
};

/** What came in and what became of it, by the clock. */
export const ratesSchema = z
  .object({
    hours: count,
    from: timestamp.describe('Where the first bucket begins: `hours` ago, or a little before'),
    until: timestamp,
    bucket_seconds: count,
    totals: z.object({
      ...figures,
      success_rate: z.number().nullable().describe('Succeeded runs among those that succeeded, failed or died; null when there are none'),
    }),
    buckets: z
      .array(z.object({ at: timestamp.describe('Its beginning; the last one is not over'), ...figures }))
      .describe('About 60 to 96, the oldest first, without a hole'),
  })
  .meta({ id: 'Rates' });
export type Rates = z.output<typeof ratesSchema>;
export type RateFigures = z.output<typeof ratesSchema>['buckets'][number];

/** The query of rates. */
export const ratesQuery = z.strictObject({
  hours: z.coerce.number().int().min(1).max(168).optional().describe('1 to 168; 24 without it'),
  repository: repositoryName.optional(),
  installation: idText.optional().describe('The id of an installation'),
});
export type RatesQuery = z.output<typeof ratesQuery>;

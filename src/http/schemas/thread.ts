import { z } from 'zod';
import { attemptStatuses, stepStatuses } from '../../core/statuses.ts';
import { threadStatuses } from '../read/thread-heads.ts';
import { changeSummary, consideredWatch } from './change.ts';
import { filterText, idText, pageQuery, repositoryName, timestamp } from './common.ts';
import { deliverySummary } from './delivery.ts';
import { runSummary } from './run.ts';
import { ticketResult } from './ticket.ts';

const attempt = z.object({
  number: z.number().int(),
  status: z.enum(attemptStatuses),
  code: z.string().nullable(),
  message: z.string().nullable(),
  target: z.string().nullable().describe('What was called'),
  http_status: z.number().int().nullable(),
  retry_at: timestamp.nullable(),
  started_at: timestamp,
  duration_ms: z.number().int().nullable(),
});

const step = z.object({
  position: z.number().int(),
  key: z.string().nullable(),
  name: z.string().nullable(),
  kind: z.string(),
  status: z.enum(stepStatuses),
  code: z.string().nullable(),
  message: z.string().nullable(),
  attempts: z.array(attempt),
});

const change = changeSummary.extend({
  headline: z.string().nullable().describe('The first line of the head commit’s message'),
  compare_url: z.string().nullable(),
  page_url: z.string().nullable(),
  considered: z.array(consideredWatch),
  notes: z.array(z.string()),
  runs: z.array(runSummary.extend({ steps: z.array(step), tickets: z.array(ticketResult).describe('What its steps made of tickets') })),
});

/** A delivery with everything that came of it, or a change that no delivery announced, with its runs. */
export const threadSchema = z
  .object({
    id: z.string().describe('`delivery-` or `change-` with the id of what it begins with'),
    at: timestamp.describe('When it began'),
    status: z.enum([...threadStatuses, 'done']).describe('waiting: something of it is not over; done: it is over, and nothing ran'),
    repository: z.string().nullable(),
    delivery: deliverySummary.nullable(),
    changes: z.array(change),
  })
  .meta({ id: 'Thread' });

export type ThreadItem = z.output<typeof threadSchema>;
export type ThreadChangeItem = ThreadItem['changes'][number];
export type ThreadRunItem = ThreadChangeItem['runs'][number];
export type ThreadStepItem = ThreadRunItem['steps'][number];
export type ThreadAttemptItem = ThreadStepItem['attempts'][number];

const filters = {
  repository: repositoryName.optional().describe('owner/name'),
  status: z.enum(threadStatuses).optional().describe('Threads of which the delivery or a run stands like this'),
};

/** The filters of the list of threads. */
export const threadQuery = z.strictObject({
  ...filters,
  q: filterText(100).optional().describe('Part of the name of its repository, or the name of an event, such as push'),
  ...pageQuery,
});
export type ThreadListQuery = z.output<typeof threadQuery>;

/** The filters of the live stream of threads. */
export const threadStreamQuery = z.strictObject({
  ...filters,
  recent: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .pipe(z.number().int().max(100))
    .optional()
    .describe('How many of the newest threads come first, up to 100; 10 without it'),
  after: idText.optional().describe('The id of the last event that was received, as the header Last-Event-ID says it'),
});

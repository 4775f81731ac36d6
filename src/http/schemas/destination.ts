import { z } from 'zod';
import { destinationStates } from '../../core/statuses.ts';
import { idText, countedPageQuery, timestamp } from './common.ts';

const count = z.number().int();

/** A place that steps of an installation send to, and how it is. Never its path or query, which can be secrets. */
export const destinationSchema = z
  .object({
    id: idText,
    installation_id: idText,
    origin: z.string().describe('Scheme, host and port'),
    endpoint: z
      .string()
      .nullable()
      .describe(
        'For one address that said it is gone: the first 12 characters of the SHA-256 of the address. null for everything at the origin',
      ),
    address: z.string().describe('The origin, and … for the path of an endpoint'),
    state: z
      .enum(destinationStates)
      .describe('resting: left alone after failures in a row. probing: one attempt finds out. disabled: it answered 410; nothing is sent'),
    state_since: timestamp,
    opens_at: timestamp.nullable().describe('When one attempt is let through again'),
    consecutive_failures: count,
    waiting_runs: count.describe('How many runs wait for it'),
    last_success_at: timestamp.nullable(),
    last_failure_at: timestamp.nullable(),
    last_failure: z.object({ code: z.string(), message: z.string().nullable() }).nullable(),
    last_run_id: idText.nullable(),
    attempts: count.describe('Since it is known'),
    failures: count,
    recent: z
      .object({
        attempts: count,
        failures: count,
        success_rate: z.number().nullable().describe('From 0 to 1'),
        p50_ms: count.nullable(),
        p95_ms: count.nullable(),
      })
      .describe('The last 100 attempts'),
  })
  .meta({ id: 'Destination' });

export type Destination = z.output<typeof destinationSchema>;

/** The filters of the list of destinations. */
export const destinationQuery = z.strictObject({
  state: z.enum(destinationStates).optional(),
  installation: idText.optional().describe('The id of an installation'),
  ...countedPageQuery,
});
export type DestinationQuery = z.output<typeof destinationQuery>;

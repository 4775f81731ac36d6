import { z } from 'zod';
import { deliverySources, deliveryStatuses } from '../../core/statuses.ts';
import { changeSummary } from './change.ts';
import { filterText, idText, countedPageQuery, moment, repositoryName, someOf, timestamp } from './common.ts';
import { runSummary } from './run.ts';
import { ticketResult } from './ticket.ts';

/** A delivery as lists show it: everything but headers and body. */
export const deliverySummary = z
  .object({
    id: idText,
    guid: z.string().describe("GitHub's X-GitHub-Delivery"),
    event: z.string(),
    action: z.string().nullable(),
    source: z.enum(deliverySources).describe('How it reached us'),
    sender: z.string().describe('Who sent it: `app` for the GitHub App'),
    status: z.enum(deliveryStatuses),
    code: z.string().nullable(),
    reason: z.string().nullable().describe('Why it was settled like this'),
    attempts: z.number().int(),
    next_attempt_at: timestamp.nullable(),
    repository: z.object({ id: idText.nullable(), github_id: idText.nullable(), full_name: z.string().nullable() }).nullable(),
    installation_id: idText.nullable().describe('Null when it is about none that is known'),
    installation_github_id: idText.nullable(),
    body_size: z.number().int(),
    received_at: timestamp,
    sent_at: timestamp.nullable().describe('When GitHub sent it first, where its record of deliveries was asked'),
    settled_at: timestamp.nullable(),
  })
  .meta({ id: 'Delivery' });

export type DeliverySummary = z.output<typeof deliverySummary>;

/** A delivery with headers and body, exactly as received, and what came of it. */
export const deliveryDetail = deliverySummary
  .extend({
    headers: z.record(z.string(), z.unknown()),
    payload_encoding: z.enum(['json', 'base64']),
    payload: z.unknown().describe('The body as JSON, or its bytes in base64 when it is none'),
    changes: z.array(changeSummary),
    runs: z.array(runSummary),
    tickets: z.array(ticketResult).describe('What steps made of tickets because of it'),
  })
  .meta({ id: 'DeliveryDetail' });

export type DeliveryDetail = z.output<typeof deliveryDetail>;

/** Which part of a payload. */
export const payloadQuery = z.strictObject({
  from: z.coerce.number().int().min(0).max(100_000_000).default(0).describe('The first byte'),
  bytes: z.coerce.number().int().min(1).max(1_048_576).default(131_072).describe('How many bytes at most'),
});

/** Headers and a part of the body: enough to look at what is too large to be read at once. */
export const payloadPart = z
  .object({
    headers: z.record(z.string(), z.unknown()),
    encoding: z.enum(['text', 'base64']),
    text: z.string().describe('The part; a character that it would cut stands in the next one'),
    size: z.number().int().describe('Of the whole body, in bytes'),
    next: z.number().int().nullable().describe('Where the next part begins; null when this is the last'),
  })
  .meta({ id: 'PayloadPart' });

export type PayloadPart = z.output<typeof payloadPart>;

/** The filters of the list of deliveries. */
export const deliveryQuery = z.strictObject({
  guid: filterText(100).optional(),
  event: filterText(100).optional(),
  action: filterText(100).optional(),
  status: someOf(deliveryStatuses).optional().describe('One status or several: with commas, or given several times'),
  source: z.enum(deliverySources).optional(),
  repository: repositoryName.optional(),
  installation: idText.optional().describe('The id of an installation'),
  trigger: idText.optional().describe('The id of an inbound trigger'),
  since: moment.optional().describe('Received at or after this moment'),
  until: moment.optional().describe('Received before this moment'),
  ...countedPageQuery,
});
export type DeliveryQuery = z.output<typeof deliveryQuery>;

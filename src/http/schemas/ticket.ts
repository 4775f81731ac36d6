import { z } from 'zod';
import { ticketProviders, ticketResultStatuses } from '../../core/statuses.ts';
import { filterText, idText, countedPageQuery, moment, repositoryName, timestamp } from './common.ts';

/** What a step made of a ticket. */
export const ticketResult = z
  .object({
    key: z.string(),
    from: z.string().nullable().describe('The status before, where the ticket is kept'),
    to: z.string().nullable().describe('The status after; what it would be in a dry run'),
    status: z.enum(ticketResultStatuses),
    code: z.string().nullable(),
    message: z.string().nullable(),
    provider: z.enum(ticketProviders),
    ticket_id: idText,
    run_id: idText,
    change_id: idText,
    event: z.string().nullable().describe("The event of the machine that was meant; null for the change's own"),
    at: timestamp,
  })
  .meta({ id: 'TicketResult' });
export type TicketResult = z.output<typeof ticketResult>;

/** A ticket as lists show it. */
export const ticketSummary = z
  .object({
    id: idText,
    key: z.string(),
    provider: z.enum(ticketProviders).describe('Where it is kept: in Jira, as an issue on GitHub, or by RepoWatch itself'),
    connection: z.string().describe('The address of the Jira; the id of the repository on GitHub; empty for our own'),
    title: z.string().nullable(),
    status: z.string().nullable().describe('Where it was when a step last looked'),
    repository: z.object({ id: idText, full_name: z.string() }).nullable().describe('The repository whose step touched it first'),
    installation_id: idText,
    issue_number: z.number().int().nullable(),
    pr_number: z.number().int().nullable(),
    url: z.string().nullable(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'Ticket' });
export type TicketSummary = z.output<typeof ticketSummary>;

/** A ticket with its text and its history. */
export const ticketDetail = ticketSummary
  .extend({ body: z.string().nullable(), history: z.array(ticketResult).describe('What steps made of it, newest first; the last 100') })
  .meta({ id: 'TicketDetail' });
export type TicketDetail = z.output<typeof ticketDetail>;

/** The filters of the list of tickets. */
export const ticketQuery = z.strictObject({
  repository: repositoryName.optional(),
  provider: z.enum(ticketProviders).optional(),
  key: filterText(300).optional(),
  status: filterText(200).optional(),
  installation: idText.optional().describe('The id of an installation'),
  since: moment.optional().describe('First seen at or after this moment'),
  until: moment.optional().describe('First seen before this moment'),
  ...countedPageQuery,
});
export type TicketQuery = z.output<typeof ticketQuery>;

const plain = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((text) => !text.includes('\0'), 'must not contain NUL');

/** One of RepoWatch's own tickets, to be made. */
export const ticketBody = z.strictObject({
  repository: repositoryName,
  title: plain(500),
  body: plain(60_000).nullish(),
  status: plain(200).optional().describe('`Open` without it'),
});

/** The parameters of a route that names an issue. */
export const issueParams = z.strictObject({
  owner: filterText(100),
  name: filterText(100),
  number: z.string().regex(/^[1-9]\d{0,8}$/, 'must be the number of an issue'),
});

/** Which connection is to be tested. */
export const connectionBody = z.strictObject({
  connection: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, 'must be the name of a secret'),
});

/** What a connection turned out to be. */
export const ticketConnection = z
  .object({
    url: z.string(),
    flavor: z.string().describe('cloud or dc'),
    account: z.string().describe('Whom the token belongs to'),
    expires_at: timestamp.nullable(),
    warning: z.string().nullable().describe('Set when the token has ended or ends within 30 days'),
  })
  .meta({ id: 'TicketConnection' });
export type TicketConnection = z.output<typeof ticketConnection>;

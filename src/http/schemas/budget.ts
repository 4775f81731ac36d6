import { z } from 'zod';
import { githubPauseReasons } from '../../core/statuses.ts';
import { idText, pageQuery, timestamp } from './common.ts';

const count = z.number().int();

/** One number for each class of work. */
function byClass<Value extends z.ZodType>(value: Value) {
  return z.object({ interactive: value, actions: value, sweep: value });
}

const share = z.object({
  reserve: count.describe('How many requests of the limit this class leaves to more urgent ones'),
  available: count.describe('How many it may still send before the limit is renewed'),
});

/** One of GitHub's hourly limits and who used how much of it. */
const resourceSchema = z.object({
  resource: z.string().describe("GitHub's name of the limit: core (REST), graphql (in points), search"),
  limit: count.nullable().describe('Requests an hour; null where GitHub names none'),
  remaining: count.nullable(),
  reset_at: timestamp.nullable().describe('When the limit is renewed; null when it is full'),
  noted_at: timestamp.nullable().describe('When GitHub said so'),
  used: byClass(count).describe('Requests sent in this hour'),
  not_modified: byClass(count).describe('Requests in this hour that were free, because GitHub answered 304'),
  refused: byClass(count).describe('Requests in this hour that were put off'),
  shares: byClass(share).nullable().describe('Null where there is no limit'),
});

/** What an installation may ask of GitHub, and who spends it. */
export const budgetSchema = z
  .object({
    installation_id: idText,
    asked_at: timestamp.nullable().describe('When GitHub was asked last; null when it never was'),
    unlimited: z.boolean().describe('True when GitHub was asked and named no limit, as Enterprise Server does'),
    hour: timestamp.describe('The beginning of the hour that is counted'),
    reserve: z.number().describe('The part of each limit that is kept for people who wait'),
    paused_until: timestamp.nullable().describe('Until when background work waits'),
    pause_reason: z.enum(['primary_limit', ...githubPauseReasons]).nullable(),
    pause_message: z.string().nullable(),
    used: byClass(count).describe('Requests sent in this hour, of all limits'),
    not_modified: count.describe('Requests in this hour that were free'),
    total: z.object({ requests: count, not_modified: count, refused: count }).describe('Since the installation is known'),
    resources: z.array(resourceSchema),
  })
  .meta({ id: 'Budget' });

export type Budget = z.output<typeof budgetSchema>;

/** The budget of an installation with its account, and what was spent by the clock. */
export const budgetItem = budgetSchema
  .extend({
    account: z.string().describe('The login of its account'),
    slots: z
      .array(z.object({ at: timestamp, used: byClass(count), refused: count.describe('Requests that were put off') }))
      .describe('What was sent in each five minutes of the last hour, of all limits'),
  })
  .meta({ id: 'BudgetItem' });
export type BudgetItem = z.output<typeof budgetItem>;

/** The query of the list of budgets. */
export const budgetQuery = z.strictObject({ ...pageQuery });
export type BudgetQuery = z.output<typeof budgetQuery>;

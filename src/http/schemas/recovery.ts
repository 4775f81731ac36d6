import { z } from 'zod';
import { recoveryPhases, recoveryStatuses } from '../../core/statuses.ts';
import { idText, countedPageQuery, timestamp } from './common.ts';

const counts = {
  scanned: z.number().int().describe("Entries of GitHub's record that were looked at, each once"),
  missing: z.number().int().describe('Deliveries among them that were not held'),
  recovered: z.number().int().describe('Missing ones that were pulled'),
  arrived: z.number().int().describe('Missing ones that arrived by themselves before they were pulled'),
  lost: z.number().int().describe('Missing ones that GitHub could not hand out any more'),
  calls: z.number().int().describe('Requests to GitHub'),
};

const gap = z.object({
  from: timestamp.describe('The end of what was proven'),
  noticed_at: timestamp,
  closed_at: timestamp.nullable().describe('When the record had been read to its end again'),
  unproven_until: timestamp.nullable().describe('Not null: the record did not reach back, and what was sent before is not proven'),
});

/** What the scan of GitHub's record of deliveries proves, and how it stands. */
export const recoveryState = z
  .object({
    summary: z.string().describe('One sentence, such as `0 gaps in the last 24 h`'),
    window: z
      .object({ from: timestamp, to: timestamp })
      .nullable()
      .describe('Every delivery that GitHub recorded in this time is held, or is counted as lost'),
    baseline_at: timestamp.nullable().describe('What GitHub sent before is not acted on'),
    mark: z
      .object({ at: timestamp, delivery_id: z.string().nullable().describe("GitHub's id") })
      .nullable()
      .describe('The newest delivery of the last listing that reached its end'),
    scanning: z.boolean(),
    phase: z.enum(recoveryPhases).nullable(),
    incomplete: z.boolean().describe('A scan is not over, or deliveries are still missing'),
    pending: z.number().int().describe('Deliveries that are missing at this moment'),
    ...counts,
    last_24h: z.object(counts),
    gaps_24h: z.number().int().describe('Missing now, lost in the last 24 h, or stretches not proven'),
    gaps: z.array(gap).describe('The last ten times that the record was not read to its end for more than 60 h'),
    last_complete_scan_at: timestamp.nullable(),
    next_at: timestamp.nullable(),
    failures: z.number().int().describe('How many times in a row GitHub could not be asked'),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
  })
  .meta({ id: 'Recovery' });

export type RecoveryState = z.output<typeof recoveryState>;

const githubDeliveryId = z.string().regex(/^\d{1,20}$/);

/** A delivery that was missing when the record was read. */
export const recoveryDelivery = z
  .object({
    id: idText,
    guid: z.string(),
    github_delivery_id: githubDeliveryId.describe('The attempt that is pulled'),
    delivery_id: idText.nullable().describe('Our row, when it is held'),
    event: z.string(),
    action: z.string().nullable(),
    installation_github_id: idText.nullable(),
    repository_github_id: idText.nullable(),
    answer: z.string().nullable().describe("GitHub's word for how its newest attempt went"),
    acknowledged: z.boolean().describe('Somebody answered GitHub with success, although it was not held'),
    status: z.enum(recoveryStatuses),
    code: z.string().nullable(),
    reason: z.string().nullable(),
    attempts: z.number().int(),
    next_attempt_at: timestamp.nullable(),
    sent_at: timestamp,
    found_at: timestamp,
    settled_at: timestamp.nullable(),
  })
  .meta({ id: 'RecoveryDelivery' });

export type RecoveryDelivery = z.output<typeof recoveryDelivery>;

/** The filters of the list of what was missing. */
export const recoveryQuery = z.strictObject({ status: z.enum(recoveryStatuses).optional(), ...countedPageQuery });
export type RecoveryQuery = z.output<typeof recoveryQuery>;

/** What the scans of an hour did. */
const recoveryHour = z.object({
  at: timestamp.describe('Its beginning; the last one is not over'),
  ...counts,
  lag: z
    .object({ p50_ms: z.number().int().nullable(), p95_ms: z.number().int().nullable(), samples: z.number().int() })
    .describe('From the moment that GitHub sent a delivery that was missing until it was held, of those that were found in this hour'),
});

/** The scans by the hour, the oldest first, without a hole. */
export const recoveryHours = z.object({ data: z.array(recoveryHour) });
export type RecoveryHour = z.output<typeof recoveryHour>;

/** The query of the scans by the hour. */
export const recoveryHoursQuery = z.strictObject({
  hours: z.coerce.number().int().min(1).max(168).optional().describe('1 to 168; 24 without it'),
});

/** What can be asked of a scan. */
export const recoveryRequest = z
  .strictObject({
    since: z.iso
      .datetime({ offset: true })
      .optional()
      .describe('Go back to this moment and act on what was sent since, also when RepoWatch was not there yet'),
  })
  .nullish();

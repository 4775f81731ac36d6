import type { ErrorCode } from '../core/error-catalogue.ts';
import type { DeliveryStatus } from '../core/statuses.ts';
import { RepoWatchError } from '../core/errors.ts';
import type { Db } from '../db/connect.ts';
import { prepared } from '../db/prepared.ts';
import { toStorableText } from '../core/storable.ts';

/** The end of a delivery's way: what became of it, and why, in words. */
export interface Settlement {
  id: string;
  status: 'processed' | 'ignored' | 'errored';
  code: ErrorCode | null;
  reason: string;
}

/**
 * Settles deliveries, each with a reason a person can read. Throws when one was settled meanwhile: another process has the
 * lane, and what the caller's transaction decided about this delivery must not be committed a second time.
 */
export async function settleDeliveries(trx: Db, settlements: Settlement[]): Promise<void> {
  if (settlements.length === 0) return;
  const rows = settlements.map((settlement) => ({ ...settlement, reason: toStorableText(settlement.reason).slice(0, 1000) }));
  const { rowCount } = await prepared<{ rowCount: number }>(
    trx,
    `update deliveries d set status = item.status, code = item.code, reason = item.reason, settled_at = clock_timestamp(), next_attempt_at = null,
       attempts = greatest(d.attempts, 1)
     from json_to_recordset(?::json) as item (id bigint, status text, code text, reason text)
     where d.id = item.id and d.id = any(?::bigint[]) and d.status not in ('processed', 'ignored', 'errored')`,
    [JSON.stringify(rows), rows.map((row) => row.id)],
  );
  if (rowCount === settlements.length) return;
  throw new RepoWatchError('internal_error', 'A delivery was settled by another process meanwhile; what is left is served again.');
}

/** Notes that a delivery is being worked on and counts the try, before anything is tried: one that kills the process is still counted. */
export async function beginDelivery(db: Db, id: string): Promise<void> {
  await db.raw(
    `update deliveries set status = 'processing', attempts = attempts + 1
     where id = ? and status in ('unprocessed', 'processing', 'reprocessing')`,
    [id],
  );
}

/** Puts a delivery back until `at`, with the reason why it could not be processed now. */
export async function postponeDelivery(db: Db, id: string, wait: { at: Date; code: ErrorCode; reason: string }): Promise<void> {
  await db.raw(
    `update deliveries set status = 'unprocessed', next_attempt_at = ?, code = ?, reason = ?
     where id = ? and status in ('unprocessed', 'processing', 'reprocessing')`,
    [wait.at, wait.code, toStorableText(wait.reason).slice(0, 1000), id],
  );
}

/** Makes a settled delivery wait again; answers its lane, or undefined when it is in another state. */
export async function reopenDelivery(trx: Db, id: string): Promise<string | undefined> {
  const { rows } = await trx.raw<{ rows: { lane: string }[] }>(
    `update deliveries set status = 'reprocessing', attempts = 0, next_attempt_at = null, code = null, reason = null, settled_at = null
     where id = ? and status in ('errored', 'ignored') returning lane`,
    [id],
  );
  return rows[0]?.lane;
}

/**
 * Makes errored deliveries wait again that were sent once more (at `at`, when that is known) after they had failed here; answers
 * their lanes. Hearing of the same redelivery twice does nothing, because by then the delivery was settled after it.
 */
export async function reopenRedelivered(trx: Db, redelivered: { sender: string; guid: string; at: Date | null }[]): Promise<string[]> {
  if (redelivered.length === 0) return [];
  const { rows } = await trx.raw<{ rows: { lane: string }[] }>(
    `update deliveries d set status = 'reprocessing', attempts = 0, next_attempt_at = null, code = null, reason = null, settled_at = null
     from json_to_recordset(?::json) as item (sender text, guid text, at timestamptz)
     where d.sender = item.sender and d.guid = item.guid and d.status = 'errored' and (item.at is null or d.settled_at < item.at)
     returning d.lane`,
    [JSON.stringify(redelivered)],
  );
  return rows.map((row) => row.lane);
}

/** The status of a delivery; undefined when there is none. */
export async function findDeliveryStatus(db: Db, id: string): Promise<DeliveryStatus | undefined> {
  const { rows } = await db.raw<{ rows: { status: DeliveryStatus }[] }>('select status from deliveries where id = ?', [id]);
  return rows[0]?.status;
}

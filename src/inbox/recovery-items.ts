import type { ErrorCode } from '../core/error-catalogue.ts';
import type { RecoveryStatus } from '../core/statuses.ts';
import { toStorableText } from '../core/storable.ts';
import type { Db } from '../db/connect.ts';

/** A delivery of GitHub's record that is not held here: all attempts with one GUID together. */
export interface MissingDelivery {
  guid: string;
  /** The newest attempt: it is kept longest, and all carry the same payload. */
  deliveryId: string;
  /** The oldest attempt: with `sentAt` its place in the order of events. */
  orderId: string;
  sentAt: Date;
  lane: string;
  event: string;
  action: string | null;
  installationGithubId: string | null;
  repositoryGithubId: string | null;
  /** GitHub's word for how the newest attempt went. */
  answer: string;
  /** True when somebody answered an attempt with success, although it is not held here. */
  acknowledged: boolean;
}

/** A missing delivery that is to be pulled. */
export interface RecoveryItem extends Pick<MissingDelivery, 'guid' | 'deliveryId' | 'lane' | 'event' | 'repositoryGithubId' | 'sentAt'> {
  id: string;
  attempts: number;
}

/** Lists which of these GUIDs of the App's webhook are held. */
export async function listHeldGuids(db: Db, guids: string[]): Promise<Set<string>> {
  const { rows } = await db.raw<{ rows: { guid: string }[] }>(
    `select guid from deliveries where sender = 'app' and guid = any(?::text[])`,
    [guids],
  );
  return new Set(rows.map((row) => row.guid));
}

/**
 * Writes missing deliveries down; answers how many were not written down before. An older attempt of a known one moves its
 * place in the order back, a newer one is pulled instead, and gives a lost one another chance.
 */
export async function noteMissing(trx: Db, recoveryId: string, missing: MissingDelivery[]): Promise<number> {
  if (missing.length === 0) return 0;
  const { rows } = await trx.raw<{ rows: { fresh: boolean }[] }>(
    `insert into recovery_items as known (recovery_id, guid, delivery_id, order_id, sent_at, lane, event, action, installation_github_id,
       repository_github_id, answer, acknowledged)
     select ?, item.guid, item."deliveryId", item."orderId", item."sentAt", item.lane, item.event, item.action,
       item."installationGithubId", item."repositoryGithubId", item.answer, item.acknowledged
     from json_to_recordset(?::json) as item (guid text, "deliveryId" numeric, "orderId" numeric, "sentAt" timestamptz, lane text, event text,
       action text, "installationGithubId" bigint, "repositoryGithubId" bigint, answer text, acknowledged boolean)
     on conflict (recovery_id, guid) do update set
       delivery_id = greatest(known.delivery_id, excluded.delivery_id), order_id = least(known.order_id, excluded.order_id),
       sent_at = least(known.sent_at, excluded.sent_at), acknowledged = known.acknowledged or excluded.acknowledged,
       status = case when known.status = 'lost' and excluded.delivery_id > known.delivery_id then 'missing' else known.status end
     returning (xmax = 0) as fresh`,
    [recoveryId, JSON.stringify(missing.map((item) => ({ ...item, action: item.action && toStorableText(item.action).slice(0, 100) })))],
  );
  return rows.filter((row) => row.fresh).length;
}

/** Lists what is to be pulled next, oldest first. One that waits for its next try holds those of its lane behind it. */
export async function listDueItems(db: Db, recoveryId: string, due: { now: Date; limit: number }): Promise<RecoveryItem[]> {
  const { rows } = await db.raw<{ rows: RecoveryItem[] }>(
    `select id, guid, delivery_id::text as "deliveryId", lane, event, repository_github_id as "repositoryGithubId", sent_at as "sentAt", attempts
     from recovery_items
     where recovery_id = ? and status = 'missing' and lane <> all (array(
       select waiting.lane from recovery_items waiting
       where waiting.recovery_id = ? and waiting.status = 'missing' and waiting.next_attempt_at > ?))
     order by sent_at, order_id limit ?`,
    [recoveryId, recoveryId, due.now, due.limit],
  );
  return rows;
}

/** How many deliveries are still missing, and when the first of those that wait is tried again. */
export async function readMissing(db: Db, recoveryId: string): Promise<{ count: number; nextAt: Date | null }> {
  const { rows } = await db.raw<{ rows: { count: number; nextAt: Date | null }[] }>(
    `select count(*)::int as count, min(next_attempt_at) as "nextAt" from recovery_items where recovery_id = ? and status = 'missing'`,
    [recoveryId],
  );
  return rows[0]!;
}

/** What became of an item. */
export interface ItemEnd {
  id: string;
  status: Exclude<RecoveryStatus, 'missing'>;
  code: ErrorCode | null;
  reason: string;
}

/** Settles items, each with a reason a person can read. */
export async function settleItems(trx: Db, ends: ItemEnd[]): Promise<void> {
  if (ends.length === 0) return;
  await trx.raw(
    `update recovery_items i set status = item.status, code = item.code, reason = item.reason, attempts = i.attempts + 1,
       next_attempt_at = null, settled_at = clock_timestamp()
     from json_to_recordset(?::json) as item (id bigint, status text, code text, reason text)
     where i.id = item.id and i.status = 'missing'`,
    [JSON.stringify(ends.map((end) => ({ ...end, reason: toStorableText(end.reason).slice(0, 1000) })))],
  );
}

/** Lets an item wait for another try. */
export async function postponeItem(db: Db, id: string, wait: { at: Date; code: ErrorCode; reason: string }): Promise<void> {
  await db.raw(
    `update recovery_items set attempts = attempts + 1, next_attempt_at = ?, code = ?, reason = ? where id = ? and status = 'missing'`,
    [wait.at, wait.code, toStorableText(wait.reason).slice(0, 1000), id],
  );
}

/** What is counted by the hour. */
export type RecoveryCounts = Partial<Record<'calls' | 'scanned' | 'missing' | 'recovered' | 'arrived' | 'lost', number>>;

/** Adds to the counters of this hour. */
export async function countRecovery(trx: Db, recoveryId: string, { at, ...counts }: RecoveryCounts & { at: Date }): Promise<void> {
  const { calls = 0, scanned = 0, missing = 0, recovered = 0, arrived = 0, lost = 0 } = counts;
  await trx.raw(
    `insert into recovery_hours as known (recovery_id, hour, calls, scanned, missing, recovered, arrived, lost)
     values (?, date_trunc('hour', ?::timestamptz), ?, ?, ?, ?, ?, ?)
     on conflict (recovery_id, hour) do update set calls = known.calls + excluded.calls, scanned = known.scanned + excluded.scanned,
       missing = known.missing + excluded.missing, recovered = known.recovered + excluded.recovered,
       arrived = known.arrived + excluded.arrived, lost = known.lost + excluded.lost`,
    [recoveryId, at, calls, scanned, missing, recovered, arrived, lost],
  );
}

/** Forgets settled items older than `before`: GitHub keeps no delivery for that long, and the deliveries themselves stay. */
export async function forgetItems(db: Db, recoveryId: string, before: Date): Promise<void> {
  await db.raw(`delete from recovery_items where recovery_id = ? and status <> 'missing' and found_at < ?`, [recoveryId, before]);
}

import type { ErrorCode } from '../core/error-catalogue.ts';
import { RepoWatchError } from '../core/errors.ts';
import type { RecoveryPhase } from '../core/statuses.ts';
import { toStorableText } from '../core/storable.ts';
import type { Db } from '../db/connect.ts';

/** How far the scan of GitHub's record has come, for one App on one host. */
export interface Recovery {
  id: string;
  /** What was sent before is not acted on: RepoWatch was not there yet. */
  baselineAt: Date;
  /** The newest delivery of the last listing that reached its end: the next one goes back to it. GitHub's clock. */
  markAt: Date;
  markDeliveryId: string | null;
  /** When the last listing that reached its end was begun: everything up to then is held or written down as missing. */
  listedTo: Date;
  /** Since when that is so without a stretch that cannot be proven. */
  provenFrom: Date;
  phase: RecoveryPhase | null;
  scanStartedAt: Date | null;
  scanCursor: string | null;
  scanNewestAt: Date | null;
  scanPages: number;
  requestedAt: Date | null;
  nextAt: Date;
  failures: number;
  completedAt: Date | null;
  version: string;
}

const columns = `id, baseline_at as "baselineAt", mark_at as "markAt", mark_delivery_id as "markDeliveryId", listed_to as "listedTo",
  proven_from as "provenFrom", phase, scan_started_at as "scanStartedAt", scan_cursor as "scanCursor", scan_newest_at as "scanNewestAt",
  scan_pages as "scanPages", requested_at as "requestedAt", next_at as "nextAt", failures, completed_at as "completedAt", version`;

/** Which App's record, on which host. */
export interface RecoveryOwner {
  host: string;
  appId: string;
}

/** Finds the state of the scan; undefined before RepoWatch's first start. */
async function findRecovery(db: Db, { host, appId }: RecoveryOwner): Promise<Recovery | undefined> {
  const { rows } = await db.raw<{ rows: Recovery[] }>(`select ${columns} from recoveries where host = ? and app_id = ?`, [host, appId]);
  return rows[0];
}

/**
 * The state of the scan, made at the first start: it begins there, or with the oldest delivery that is held, but not before
 * `oldest`, further back than which GitHub keeps nothing.
 */
export async function ensureRecovery(db: Db, owner: RecoveryOwner, start: { now: Date; oldest: Date; nextAt: Date }): Promise<Recovery> {
  const found = await findRecovery(db, owner);
  if (found) return found;
  await db.raw(
    // Whole seconds, because GitHub's times have no more.
    `insert into recoveries (host, app_id, baseline_at, mark_at, listed_to, proven_from, next_at)
     select ?, ?, first.at, first.at, first.at, first.at, ?
     from (select date_trunc('second', greatest(?::timestamptz, least(?::timestamptz,
       (select d.received_at from deliveries d where d.sender = 'app' order by d.id limit 1)))) as at) first
     on conflict (host, app_id) do nothing`,
    [owner.host, owner.appId, start.nextAt, start.oldest, start.now],
  );
  const made = await findRecovery(db, owner);
  if (!made) throw new RepoWatchError('internal_error', 'The state of recovery has no row although it was just written.');
  return made;
}

/** One step of the scan. Refused when another process has gone on meanwhile: this one was frozen, and what it knows is old. */
async function step(db: Db, recovery: Recovery, [set, bindings]: [set: string, bindings: readonly unknown[]]): Promise<Recovery> {
  const { rows } = await db.raw<{ rows: Recovery[] }>(
    `update recoveries set ${set}, version = version + 1, updated_at = now() where id = ? and version = ? returning ${columns}`,
    [...bindings, recovery.id, recovery.version] as never,
  );
  const [row] = rows;
  if (!row) throw new RepoWatchError('internal_error', 'Another process goes on with the scan of deliveries.');
  return row;
}

/** Begins a scan at the newest delivery; what was asked to be read again from further back is included. */
export async function beginScan(db: Db, recovery: Recovery, at: Date): Promise<Recovery> {
  return await step(db, recovery, [
    `phase = 'listing', scan_started_at = ?, scan_cursor = null, scan_newest_at = null, scan_newest_id = null, scan_pages = 0, scan_listed = 0,
     scan_missing = 0, baseline_at = least(baseline_at, rescan_from), mark_at = least(mark_at, rescan_from),
     mark_delivery_id = case when rescan_from is null then mark_delivery_id end, rescan_from = null`,
    [at],
  ]);
}

/** One page was taken in. */
export async function advanceListing(
  trx: Db,
  recovery: Recovery,
  page: { cursor: string | null; newest: { at: Date; id: string } | undefined; listed: number; missing: number },
): Promise<Recovery> {
  return await step(trx, recovery, [
    `scan_cursor = ?, scan_newest_at = greatest(scan_newest_at, ?::timestamptz), scan_newest_id = greatest(scan_newest_id, ?::numeric),
     scan_pages = scan_pages + 1, scan_listed = scan_listed + ?, scan_missing = scan_missing + ?, failures = 0, error_code = null, error = null`,
    [page.cursor, page.newest?.at ?? null, page.newest?.id ?? null, page.listed, page.missing],
  ]);
}

/** Begins the listing again, because GitHub does not take the cursor any more; what was written down stays. */
export async function restartListing(db: Db, recovery: Recovery): Promise<Recovery> {
  return await step(db, recovery, ['scan_cursor = null', []]);
}

/** The listing reached its end. `provable` is how far back GitHub's record goes: before it nothing is proven. */
export async function endListing(trx: Db, recovery: Recovery, provable: Date): Promise<Recovery> {
  return await step(trx, recovery, [
    `phase = 'pulling', scan_cursor = null, mark_at = greatest(mark_at, scan_newest_at),
     mark_delivery_id = greatest(mark_delivery_id, scan_newest_id),
     proven_from = case when listed_to < ?::timestamptz then ?::timestamptz
       else least(proven_from, greatest(baseline_at, ?::timestamptz)) end,
     listed_to = scan_started_at`,
    [provable, provable, provable],
  ]);
}

/** The scan is over; `complete` when nothing of it is missing any more. */
export async function endScan(db: Db, recovery: Recovery, end: { at: Date; nextAt: Date; complete: boolean }): Promise<Recovery> {
  return await step(db, recovery, [
    `phase = null, failures = 0, error_code = null, error = null, completed_at = case when ? then ?::timestamptz else completed_at end,
     next_at = case when requested_at > scan_started_at then requested_at else ?::timestamptz end`,
    [end.complete, end.at, end.nextAt],
  ]);
}

/** GitHub could not be asked now: the scan goes on at `nextAt`, where it stopped. */
export async function postponeScan(
  db: Db,
  recovery: Recovery,
  failure: { nextAt: Date; code: ErrorCode; message: string },
): Promise<Recovery> {
  return await step(db, recovery, [
    'failures = failures + 1, error_code = ?, error = ?, next_at = ?',
    [failure.code, toStorableText(failure.message).slice(0, 1000), failure.nextAt],
  ]);
}

/** Makes a scan due now; with `from`, one that goes back to that moment and acts on what was sent since. */
export async function requestScan(db: Db, id: string, request: { at: Date; from: Date | undefined }): Promise<void> {
  await db.raw(
    `update recoveries set requested_at = ?, next_at = least(next_at, ?), rescan_from = least(rescan_from, ?::timestamptz) where id = ?`,
    [request.at, request.at, request.from ?? null, id],
  );
}

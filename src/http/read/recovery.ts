import type { RecoveryPhase } from '../../core/statuses.ts';
import type { Db } from '../../db/connect.ts';
import type { Page } from '../paging.ts';
import type { RecoveryDelivery, RecoveryQuery, RecoveryState } from '../schemas/recovery.ts';
import { PageQuery } from './page-query.ts';
import { isoTime, isoTimeOrNull, queryRows } from './rows.ts';

interface RecoveryRow {
  id: string;
  baseline_at: Date;
  mark_at: Date;
  mark_delivery_id: string | null;
  listed_to: Date;
  proven_from: Date;
  phase: RecoveryPhase | null;
  next_at: Date;
  failures: number;
  error_code: string | null;
  error: string | null;
  completed_at: Date | null;
  pending: number;
  oldest_missing: Date | null;
  lost_24h: number;
  total: RecoveryState['last_24h'];
  day: RecoveryState['last_24h'];
}

interface GapRow {
  from_at: Date;
  noticed_at: Date;
  closed_at: Date | null;
  unproven_until: Date | null;
}

const counters = ['scanned', 'missing', 'recovered', 'arrived', 'lost', 'calls'];
const sums = (filter: string) => counters.map((name) => `'${name}', coalesce(sum(h.${name}) ${filter}, 0)`).join(', ');

const stateSql = `select r.*, i.*, c.*
  from recoveries r
  cross join lateral (
    select count(*) filter (where status = 'missing')::int as pending, min(sent_at) filter (where status = 'missing') as oldest_missing,
      count(*) filter (where status = 'lost' and settled_at > :day)::int as lost_24h
    from recovery_items where recovery_id = r.id and status in ('missing', 'lost')
  ) i
  cross join lateral (
    select json_build_object(${sums('')}) as total, json_build_object(${sums('filter (where h.hour > :day)')}) as day
    from recovery_hours h where h.recovery_id = r.id
  ) c
  order by r.updated_at desc limit 1`;

const gapsSql =
  'select from_at, noticed_at, closed_at, unproven_until from recovery_gaps where recovery_id = :id order by id desc limit 10';

const none: RecoveryState['last_24h'] = { scanned: 0, missing: 0, recovered: 0, arrived: 0, lost: 0, calls: 0 };

const before: RecoveryState = {
  summary: 'nothing is proven yet: no scan has begun',
  window: null,
  baseline_at: null,
  mark: null,
  scanning: false,
  phase: null,
  incomplete: true,
  pending: 0,
  ...none,
  last_24h: none,
  gaps_24h: 0,
  gaps: [],
  last_complete_scan_at: null,
  next_at: null,
  failures: 0,
  error: null,
};

const hourMs = 60 * 60 * 1000;

/** How the scan stands and what it proves. */
export async function readRecovery(db: Db, now: Date): Promise<RecoveryState> {
  const day = new Date(now.getTime() - 24 * hourMs);
  const [row] = await queryRows<RecoveryRow>(db, stateSql, { day });
  if (!row) return before;
  const gaps = await queryRows<GapRow>(db, gapsSql, { id: row.id });
  const open = gaps.filter((gap) => gap.closed_at === null || (gap.unproven_until !== null && gap.closed_at > day)).length;
  const gaps24h = row.pending + row.lost_24h + open;
  const to = row.oldest_missing !== null && row.oldest_missing < row.listed_to ? row.oldest_missing : row.listed_to;
  return {
    summary: summarize(row, gaps24h, now),
    window: to > row.proven_from ? { from: isoTime(row.proven_from), to: isoTime(to) } : null,
    baseline_at: isoTime(row.baseline_at),
    mark: { at: isoTime(row.mark_at), delivery_id: row.mark_delivery_id },
    scanning: row.phase !== null,
    phase: row.phase,
    incomplete: row.phase !== null || row.pending > 0 || row.completed_at === null,
    pending: row.pending,
    ...row.total,
    last_24h: row.day,
    gaps_24h: gaps24h,
    gaps: gaps.map((gap) => ({
      from: isoTime(gap.from_at),
      noticed_at: isoTime(gap.noticed_at),
      closed_at: isoTimeOrNull(gap.closed_at),
      unproven_until: isoTimeOrNull(gap.unproven_until),
    })),
    last_complete_scan_at: isoTimeOrNull(row.completed_at),
    next_at: isoTime(row.next_at),
    failures: row.failures,
    error: row.error_code === null ? null : { code: row.error_code, message: row.error ?? '' },
  };
}

/** Says "0 gaps" only where a scan has looked within the hour (handbook A15). */
function summarize(row: RecoveryRow, gaps: number, now: Date): string {
  const known = `${gaps} ${gaps === 1 ? 'gap' : 'gaps'} in the last 24 h`;
  const still = row.pending > 0 ? `; ${row.pending} missing, to be pulled` : '';
  if (row.completed_at === null) return gaps > 0 ? known + still : 'nothing is proven yet: no scan has come to its end';
  if (gaps === 0 && now.getTime() - row.completed_at.getTime() > hourMs) {
    return `no gap is known, but the last complete scan was at ${isoTime(row.completed_at)}`;
  }
  return known + still;
}

type ItemRow = Omit<RecoveryDelivery, 'next_attempt_at' | 'sent_at' | 'found_at' | 'settled_at'> & {
  next_attempt_at: Date | null;
  sent_at: Date;
  found_at: Date;
  settled_at: Date | null;
};

/** A page of what was missing when the record was read, the newest find first. */
export async function listRecoveryDeliveries(db: Db, query: RecoveryQuery): Promise<Page<RecoveryDelivery>> {
  const list = new PageQuery<ItemRow>('i.id', query);
  list.whereEqual('i.status', query.status);
  return await list.read(
    db,
    `select i.id, i.guid, i.delivery_id::text as github_delivery_id, d.id as delivery_id, i.event, i.action, i.installation_github_id,
       i.repository_github_id, i.answer, i.acknowledged, i.status, i.code, i.reason, i.attempts, i.next_attempt_at, i.sent_at, i.found_at,
       i.settled_at
     from recovery_items i left join deliveries d on d.sender = 'app' and d.guid = i.guid`,
    (row) => ({
      ...row,
      next_attempt_at: isoTimeOrNull(row.next_attempt_at),
      sent_at: isoTime(row.sent_at),
      found_at: isoTime(row.found_at),
      settled_at: isoTimeOrNull(row.settled_at),
    }),
  );
}

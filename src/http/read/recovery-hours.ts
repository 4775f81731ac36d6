import type { Db } from '../../db/connect.ts';
import type { RecoveryHour } from '../schemas/recovery.ts';
import { isoTime, queryRows } from './rows.ts';

type HourRow = Omit<RecoveryHour, 'at' | 'lag'> & { at: Date; p50: number | null; p95: number | null; samples: number };

const counters = ['calls', 'scanned', 'missing', 'recovered', 'arrived', 'lost'] as const;
const lag = (share: number) =>
  `round(percentile_cont(${share}) within group (order by extract(epoch from i.settled_at - i.sent_at) * 1000))::float8`;

/** What the scans of each of the last hours did; hours in which nothing was scanned are there with zeros. */
export async function readRecoveryHours(db: Db, hours: number): Promise<RecoveryHour[]> {
  const rows = await queryRows<HourRow>(
    db,
    `with latest as (select r.id from recoveries r order by r.updated_at desc limit 1)
     select t.hour as at, ${counters.map((name) => `coalesce(h.${name}, 0) as ${name}`).join(', ')}, l.p50, l.p95, l.samples
     from generate_series(date_trunc('hour', now(), 'UTC') - make_interval(hours => :hours - 1), now(), interval '1 hour') t (hour)
     left join recovery_hours h on h.recovery_id = (select id from latest) and h.hour = t.hour
     cross join lateral (
       select ${lag(0.5)} as p50, ${lag(0.95)} as p95, count(*)::int as samples from recovery_items i
       where i.recovery_id = (select id from latest) and i.found_at >= t.hour and i.found_at < t.hour + interval '1 hour'
         and i.status in ('recovered', 'arrived') and i.settled_at is not null
     ) l
     order by t.hour`,
    { hours },
  );
  return rows.map(({ at, p50, p95, samples, ...counts }) => {
    const ms = (value: number | null) => (value === null ? null : Math.max(0, value));
    return Object.assign(counts, { at: isoTime(at), lag: { p50_ms: ms(p50), p95_ms: ms(p95), samples } });
  });
}

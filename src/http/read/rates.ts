import { runStatuses, type RunStatus } from '../../core/statuses.ts';
import type { Db } from '../../db/connect.ts';
import type { Requester } from '../../people/requester.ts';
import { rateLevels, rateNouns, rateSources, ratesSampled, sampleOrder, type RateNoun } from '../../runs/count-rates.ts';
import type { RateFigures, Rates, RatesQuery } from '../schemas/rates.ts';
import { listRepositoryIds } from './repositories.ts';
import { isoTime, queryRows } from './rows.ts';
import { visibleTo } from './visible-to.ts';

/*
 * How a chart of a million runs stays cheap. Rows are counted once, some seconds after they were made, into slots of a minute, five minutes and an hour
 * (src/runs/count-rates.ts): a chart reads some hundred slots, counts what is not in them yet (the last half minute) by the primary key, and, by
 * the index on status, the runs that did not succeed: how a run stands changes, so it is in no slot; the succeeded ones are what is left, in one
 * snapshot. Latencies come from an even sample of runs that the slots keep, so that they cost the same whatever came in.
 */

/** Sizes that a part of a chart can have, in minutes. */
const bucketMinutes = [1, 2, 3, 4, 5, 10, 15, 20, 30, 60, 120] as const;
const mostBuckets = 96;

const others = runStatuses.filter((status) => status !== 'succeeded');

interface Shape {
  /** The size of a bucket, and of the slots it is made of. Seconds. */
  bucket: number;
  level: number;
  from: Date;
  until: Date;
}

/** What is drawn for so many hours until now. Pure. */
export function shapeRates(hours: number, now: Date): Shape {
  const minutes = bucketMinutes.find((size) => (hours * 60) / size <= mostBuckets)!;
  const bucket = minutes * 60;
  const level = rateLevels.findLast(({ seconds }) => bucket % seconds === 0)!.seconds;
  const start = Math.floor((now.getTime() - hours * 3_600_000) / (bucket * 1000)) * bucket * 1000;
  return { bucket, level, from: new Date(start), until: now };
}

interface CountRow {
  bucket: string;
  what: RateNoun | RunStatus;
  count: number;
  samples: string[] | null;
}

const bucketOf = (at: string): string => `floor(extract(epoch from ${at} - cast(:from as timestamptz)) / :bucket)::int`;

/** One row for each bucket and noun or status; `slots` and `rows` say which rows the requester sees and asked for. */
function countSql(slots: string, rows: string): string {
  const late = (noun: RateNoun) => `select ${bucketOf('x.at')} as bucket, '${noun}' as what, count(*)::int as count,
      ${noun === 'runs' ? `(array_agg(x.id order by ${sampleOrder('x.id')}))[1:${ratesSampled}]` : 'null'} as samples
    from (${rateSources[noun]} where x.id > (select m.${noun} from mark m)) x where x.at >= :from and ${rows} group by 1`;
  return `with mark as materialized (select * from rate_marks where name = 'rates'),
    slots as materialized (select ${bucketOf('x.slot')} as bucket, x.* from rates x where x.seconds = :level and x.slot >= :from and ${slots}),
    first as (select coalesce(least(min(x.first_run_id), (select m.runs from mark m)), 0) as id from rates x where x.seconds = :level and x.repository_id = 0 and x.slot >= :from),
    picked as (select y.bucket, y.id from (
      select s.bucket, u.id, row_number() over (partition by s.bucket order by ${sampleOrder('u.id')}) as place from slots s, unnest(s.samples) u (id)
    ) y where y.place <= ${ratesSampled})
    ${rateNouns.map((noun) => `select s.bucket, '${noun}' as what, sum(s.${noun})::int as count, null::bigint[] as samples from slots s group by 1 union all ${late(noun)}`).join(' union all ')}
    union all select p.bucket, 'runs', 0, array_agg(p.id) from picked p group by 1
    union all select ${bucketOf('x.at')}, x.status, count(*)::int, null from (select n.*, n.created_at as at from runs n
      where n.status in (${others.map((status) => `'${status}'`).join(', ')}) and n.id >= (select f.id from first f)) x where x.at >= :from and ${rows} group by 1, 2`;
}

interface Timing {
  id: string;
  delay: number | null;
  attempts: number[];
}

/** What came in and what became of it, with how long it took, over what the requester sees. */
export async function readRates(db: Db, query: RatesQuery, requester: Requester): Promise<Rates> {
  const hours = query.hours ?? 24;
  const shape = shapeRates(hours, new Date());
  const seen = visibleTo(requester, { installation: 'x.installation_id', repository: 'x.repository_id' });
  const asked = query.repository === undefined ? undefined : await listRepositoryIds(db, query.repository);
  const narrow = [seen.sql, ...(query.installation === undefined ? [] : ['x.installation_id = :installation'])];
  const rows = [...narrow, ...(asked === undefined ? [] : ['x.repository_id = any(:asked)'])].join(' and ');
  const counts = await queryRows<CountRow>(db, countSql(asked === undefined ? slotsSeen(requester, narrow) : rows, rows), {
    ...shape,
    ...seen.values,
    asked: asked ?? [],
    installation: query.installation ?? null,
  });
  const samples = pickSamples(counts);
  return describeRates(hours, { shape, counts, samples, timings: await readTimings(db, [...samples.values()].flat()) });
}

/** Whole installations have slots of their own; whoever sees some repositories of one needs theirs. */
function slotsSeen({ sight }: Requester, narrow: readonly string[]): string {
  const conditions = narrow.join(' and ');
  if (sight.installations === 'all') return `x.repository_id = 0 and ${conditions}`;
  return `(x.repository_id = 0 or x.repository_id = any(cast(:seenRepositories as bigint[]))) and ${conditions}
    and (x.repository_id = 0) = (x.installation_id = any(cast(:seenInstallations as bigint[])))`;
}

/** The same order as in SQL: see `sampleOrder`. */
function orderOf(id: string): number {
  return Number(((BigInt(id) % 1_000_003n) * 386_369n) % 1_000_003n);
}

function pickSamples(counts: readonly CountRow[]): Map<number, string[]> {
  const byBucket = new Map<number, string[]>();
  for (const { bucket, samples } of counts)
    if (samples !== null) byBucket.set(Number(bucket), [...(byBucket.get(Number(bucket)) ?? []), ...samples]);
  for (const [bucket, ids] of byBucket)
    byBucket.set(bucket, ids.toSorted((one, other) => orderOf(one) - orderOf(other)).slice(0, ratesSampled));
  return byBucket;
}

async function readTimings(db: Db, ids: readonly string[]): Promise<Map<string, Timing>> {
  if (ids.length === 0) return new Map();
  // What is run again answers to a person who pressed a button, long after the delivery.
  const rows = await queryRows<Timing>(
    db,
    `select n.id, case when n.replay_of is null and n.started_at is not null
         then greatest(0, round(extract(epoch from n.started_at - coalesce(d.received_at, c.created_at)) * 1000))::float8 end as delay,
       array(select greatest(0, round(extract(epoch from a.finished_at - a.started_at) * 1000))::float8 from attempts a
         where a.run_id = n.id and a.finished_at is not null limit 20) as attempts
     from runs n join changes c on c.id = n.change_id left join deliveries d on d.id = c.delivery_id where n.id = any(cast(:ids as bigint[]))`,
    { ids },
  );
  return new Map(rows.map((row) => [row.id, row]));
}

interface Read {
  shape: Shape;
  counts: readonly CountRow[];
  samples: ReadonlyMap<number, readonly string[]>;
  timings: ReadonlyMap<string, Timing>;
}

function describeRates(hours: number, { shape, counts, samples, timings }: Read): Rates {
  const length = Math.floor((shape.until.getTime() - shape.from.getTime()) / (shape.bucket * 1000)) + 1;
  const timingsOf = (bucket: number) => (samples.get(bucket) ?? []).flatMap((id) => timings.get(id) ?? []);
  const buckets = Array.from({ length }, (_, bucket) => ({
    at: isoTime(new Date(shape.from.getTime() + bucket * shape.bucket * 1000)),
    ...figuresOf(
      counts.filter((row) => Number(row.bucket) === bucket),
      timingsOf(bucket),
    ),
  }));
  const inside = counts.filter(({ bucket }) => Number(bucket) < length);
  const totals = figuresOf(inside, Array.from({ length }, (_, bucket) => timingsOf(bucket)).flat());
  const { succeeded, failed, dead } = totals.runs;
  const over = succeeded + failed + dead;
  return {
    hours,
    from: isoTime(shape.from),
    until: isoTime(shape.until),
    bucket_seconds: shape.bucket,
    totals: { ...totals, success_rate: over === 0 ? null : Math.round((succeeded / over) * 10_000) / 10_000 },
    buckets,
  };
}

function figuresOf(counts: readonly CountRow[], timings: readonly Timing[]): Omit<RateFigures, 'at'> {
  const sum = (what: CountRow['what']) => counts.reduce((total, row) => (row.what === what ? total + row.count : total), 0);
  const runs = Object.fromEntries(others.map((status) => [status, sum(status)])) as Record<RunStatus, number>;
  runs.succeeded = Math.max(0, sum('runs') - Object.values(runs).reduce((total, count) => total + count, 0));
  return {
    deliveries: sum('deliveries'),
    changes: sum('changes'),
    runs,
    delay: spreadOf(timings.flatMap(({ delay }) => delay ?? [])),
    attempt: spreadOf(timings.flatMap(({ attempts }) => attempts)),
  };
}

function spreadOf(values: readonly number[]): RateFigures['delay'] {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
  return { p50_ms: at(0.5), p95_ms: at(0.95), samples: sorted.length };
}

import type { Db } from '../db/connect.ts';

/** What is counted by the clock. */
export const rateNouns = ['deliveries', 'changes', 'runs'] as const;
export type RateNoun = (typeof rateNouns)[number];

/** The sizes of slots in seconds, and for how many hours each is kept: the windows that are drawn with them, and some more. */
export const rateLevels = [
  { seconds: 60, keptHours: 8 },
  { seconds: 300, keptHours: 52 },
  { seconds: 3600, keptHours: 172 },
] as const;

/** Runs that a slot keeps for its latencies, and that are looked at for each part of a chart. */
export const ratesSampled = 10;

/**
 * The order in which runs are taken into a sample: scattered, and the same everywhere. The first few of a union are the first few of the
 * parts' first few, so samples can be put together without leaning to any side. A prime that ids are wound around, times another.
 */
export const sampleOrder = (id: string): string => `((${id} % 1000003) * 386369 % 1000003)`;

/** Rows that one transaction counts; short enough to hold up nobody. */
const batchSize = 50_000;

/** Rows younger than this may stand beside one of a transaction that is not over. Seconds. */
const settleSeconds = 20;

interface Mark extends Record<RateNoun, string> {
  next_deliveries: string;
  next_changes: string;
  next_runs: string;
  settled: boolean;
}

/**
 * Counts what has come in since the last time into slots, one batch; answers whether there is more. By id, not by time: ids are given in the order in
 * which rows are made, so each row is counted once, also one that was made with an old time. What was seen at one look is counted at a look
 * some seconds later, when whatever was under way then is committed or gone. The row of marks lets one process at a time count.
 */
export async function countRates(trx: Db): Promise<boolean> {
  const { rows } = await trx.raw<{ rows: Mark[] }>(
    `select m.*, m.seen_at <= now() - interval '${settleSeconds} seconds' as settled from rate_marks m where m.name = 'rates' for update skip locked`,
  );
  const [mark] = rows;
  if (mark === undefined) return false;
  const open = rateNouns.find((noun) => BigInt(mark[noun]) < BigInt(mark[`next_${noun}`]));
  if (open !== undefined) {
    if (mark.settled) await countBatch(trx, open, mark);
    return mark.settled;
  }
  await trx.raw(
    `update rate_marks set seen_at = now(), ${rateNouns.map((noun) => `next_${noun} = greatest(${noun}, (select coalesce(max(id), 0) from ${noun}))`).join(', ')}
     where name = 'rates'`,
  );
  return false;
}

async function countBatch(trx: Db, noun: RateNoun, mark: Mark): Promise<void> {
  const { rows } = await trx.raw<{ rows: { last: string | null }[] }>(
    `select max(id) as last from (select id from ${noun} where id > :from and id <= :to order by id limit ${batchSize}) x`,
    { from: mark[noun], to: mark[`next_${noun}`] },
  );
  const last = rows[0]?.last ?? mark[`next_${noun}`];
  await trx.raw(batchSql(noun), { from: mark[noun], to: last });
  await trx.raw(`update rate_marks set ${noun} = ? where name = 'rates'`, [last]);
}

/** Rows `x` of each noun with whose they are, by our ids. */
export const rateSources: Record<RateNoun, string> = {
  deliveries: `select x.id, x.received_at as at, coalesce((select min(i.id) from installations i where i.github_id = x.installation_github_id), 0) as installation_id,
      coalesce((select min(r.id) from repositories r where r.github_id = x.repository_github_id), 0) as repository_id from deliveries x`,
  changes: 'select x.id, x.created_at as at, x.installation_id, x.repository_id from changes x',
  runs: 'select x.id, x.created_at as at, x.installation_id, x.repository_id from runs x',
};

function batchSql(noun: RateNoun): string {
  const levels = rateLevels.map(({ seconds, keptHours }) => `(${seconds}, now() - interval '${keptHours} hours')`).join(', ');
  const isRuns = noun === 'runs';
  const sampled = isRuns
    ? `, min(x.id) as first_run_id, (array_agg(x.id order by ${sampleOrder('x.id')}))[1:${ratesSampled}] as samples`
    : '';
  const merged = `, first_run_id = least(t.first_run_id, excluded.first_run_id), samples = array(
      select s from unnest(t.samples || excluded.samples) s order by ${sampleOrder('s')} limit ${ratesSampled})`;
  return `insert into rates as t (seconds, slot, installation_id, repository_id, ${noun}${isRuns ? ', first_run_id, samples' : ''})
    select l.seconds, to_timestamp(floor(extract(epoch from x.at) / l.seconds) * l.seconds) as slot, x.installation_id, w.repository_id, count(*)::int${sampled}
    from (${rateSources[noun]} where x.id > :from and x.id <= :to) x join (values ${levels}) l (seconds, since) on x.at >= l.since
      cross join lateral (select 0::bigint as repository_id union all select x.repository_id where x.repository_id <> 0) w
    group by 1, 2, 3, 4
    on conflict (seconds, repository_id, slot, installation_id) do update set ${noun} = t.${noun} + excluded.${noun}${isRuns ? merged : ''}`;
}

/** Forgets slots that no window reaches any more. */
export async function pruneRates(db: Db): Promise<void> {
  for (const { seconds, keptHours } of rateLevels)
    await db.raw(`delete from rates where seconds = ${seconds} and slot < now() - interval '${keptHours} hours'`);
}

import { Gauge, type Registry } from 'prom-client';
import { deliveryStatuses, runStatuses } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';
import { queryRows } from './read/rows.ts';

/** No status is counted further than this, so that a scrape costs the same with a billion rows. */
const countLimit = 100_000;
/** Scrapers that come at the same time share one reading. Milliseconds. */
const freshMs = 5_000;

interface Reading {
  deliveries: Record<string, number>;
  runs: Record<string, number>;
  waiting: { queue: string; depth: number; seconds: number }[];
}

const countSql = (table: string, status: string) =>
  `select '${status}' as status, (select count(*)::int from (select 1 from ${table} where status = '${status}' limit ${countLimit}) t) as count`;

async function countByStatus(db: Db, table: string, statuses: readonly string[]): Promise<Record<string, number>> {
  const sql = statuses.map((status) => countSql(table, status)).join(' union all ');
  const rows = await queryRows<{ status: string; count: number }>(db, sql);
  return Object.fromEntries(rows.map((row) => [row.status, row.count]));
}

const waitingSql = `
  select 'deliveries' as queue, count(*)::int as depth, coalesce(extract(epoch from now() - min(t.received_at)), 0)::float8 as seconds
  from (select received_at from deliveries where status in ('unprocessed', 'processing', 'reprocessing') limit ${countLimit}) t
  union all
  select 'runs', count(*)::int, coalesce(extract(epoch from now() - min(t.due_at)), 0)::float8
  from (select due_at from runs where status in ('queued', 'running', 'waiting') and due_at <= now() order by due_at limit ${countLimit}) t`;

async function takeReading(db: Db): Promise<Reading> {
  const deliveries = await countByStatus(db, 'deliveries', deliveryStatuses);
  const runs = await countByStatus(db, 'runs', runStatuses);
  return { deliveries, runs, waiting: await queryRows<Reading['waiting'][number]>(db, waitingSql) };
}

/** One reading for all gauges of a scrape, and for scrapes that come close together. */
function createReader(db: Db): () => Promise<Reading> {
  let last: { at: number; reading: Promise<Reading> } | undefined;
  return () => {
    if (last === undefined || Date.now() - last.at > freshMs) {
      const reading = takeReading(db);
      last = { at: Date.now(), reading };
      // A failed reading is not kept: the next scrape asks again.
      reading.catch(() => (last = undefined));
    }
    return last.reading;
  };
}

function addGauge(
  metrics: Registry,
  gauge: { name: string; help: string; label: string; read: () => Promise<[label: string, value: number][]> },
): void {
  if (metrics.getSingleMetric(gauge.name) !== undefined) return;
  const created: Gauge = new Gauge({
    name: gauge.name,
    help: gauge.help,
    labelNames: [gauge.label],
    registers: [metrics],
    async collect() {
      for (const [label, value] of await gauge.read()) created.set({ [gauge.label]: label }, value);
    },
  });
}

/** Adds the gauges that are read from the database when somebody scrapes. */
export function addDatabaseGauges(metrics: Registry, db: Db): void {
  const read = createReader(db);
  for (const table of ['deliveries', 'runs'] as const) {
    addGauge(metrics, {
      name: `repowatch_${table}`,
      help: `How many ${table} are in a status, counted up to ${countLimit}`,
      label: 'status',
      read: async () => Object.entries((await read())[table]),
    });
  }
  addGauge(metrics, {
    name: 'repowatch_queue_depth',
    help: `How many deliveries and due runs wait for a worker, counted up to ${countLimit}`,
    label: 'queue',
    read: async () => (await read()).waiting.map(({ queue, depth }) => [queue, depth]),
  });
  addGauge(metrics, {
    name: 'repowatch_oldest_waiting_seconds',
    help: 'How long the oldest of them has been waiting',
    label: 'queue',
    read: async () => (await read()).waiting.map(({ queue, seconds }) => [queue, seconds]),
  });
}

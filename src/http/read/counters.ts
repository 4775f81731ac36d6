import type { Db } from '../../db/connect.ts';
import { findIdAtTime } from './id-at-time.ts';
import { queryRows } from './rows.ts';

/** Nothing is counted further than this. */
export const counterLimit = 100_000;

/** What happened since midnight UTC, and how far the set-up has come. */
export interface Counters {
  deliveries: number;
  changes: number;
  succeeded: number;
  failed: number;
  /** Runs that are not over, of any day. */
  waiting: number;
  installations: number;
  /** Repositories with a good file. */
  configured: number;
}

const day = (now: Date) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));

const countersSql = `select
  (select count(*)::int from (select 1 from deliveries where id >= :deliveries and received_at >= :midnight limit ${counterLimit}) t) as deliveries,
  (select count(*)::int from (select 1 from changes where id >= :changes and created_at >= :midnight limit ${counterLimit}) t) as changes,
  today.succeeded, today.failed,
  (select count(*)::int from (select 1 from runs where status in ('queued', 'running', 'waiting') limit ${counterLimit}) t) as waiting,
  (select count(*)::int from installations where deleted_at is null) as installations,
  (select count(*)::int from repositories where removed_at is null and config_status = 'ok') as configured
  from (
    select count(*) filter (where status = 'succeeded')::int as succeeded, count(*) filter (where status in ('failed', 'dead'))::int as failed
    from (select status from runs where id >= :runs and created_at >= :midnight limit ${counterLimit}) t
  ) today`;

/** Counts today's work at a bounded cost; the first ids of the day are looked up once a day. */
export function createCounterReader(db: Db): (now: Date) => Promise<Counters> {
  let edge: { midnight: Date; deliveries: string; changes: string; runs: string } | undefined;
  return async (now) => {
    const midnight = day(now);
    if (edge?.midnight.getTime() !== midnight.getTime()) {
      const at = (table: 'deliveries' | 'changes' | 'runs') => findIdAtTime(db, table, midnight);
      edge = { midnight, deliveries: await at('deliveries'), changes: await at('changes'), runs: await at('runs') };
    }
    const [counters] = await queryRows<Counters>(db, countersSql, { ...edge });
    return counters!;
  };
}

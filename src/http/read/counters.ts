import type { Db } from '../../db/connect.ts';
import { findIdAtTime } from './id-at-time.ts';
import type { Requester } from '../../people/requester.ts';
import { queryRows } from './rows.ts';
import { visibleDeliveries, visibleInstallations, visibleTo } from './visible-to.ts';

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

const countersSql = (seen: { deliveries: string; changes: string; runs: string; installations: string; repositories: string }) => `select
  (select count(*)::int from (select d.* from deliveries d where d.id >= :deliveries and d.received_at >= :midnight limit ${counterLimit}) d
    where ${seen.deliveries}) as deliveries,
  (select count(*)::int from (select c.installation_id, c.repository_id from changes c where c.id >= :changes and c.created_at >= :midnight
    limit ${counterLimit}) t where ${seen.changes}) as changes,
  today.succeeded, today.failed,
  (select count(*)::int from (select n.installation_id, n.repository_id from runs n where n.status in ('queued', 'running', 'waiting')
    limit ${counterLimit}) t where ${seen.runs}) as waiting,
  (select count(*)::int from installations i where i.deleted_at is null and ${seen.installations}) as installations,
  (select count(*)::int from repositories r where r.removed_at is null and r.config_status = 'ok' and ${seen.repositories}) as configured
  from (
    select count(*) filter (where status = 'succeeded')::int as succeeded, count(*) filter (where status in ('failed', 'dead'))::int as failed
    from (select n.status, n.installation_id, n.repository_id from runs n where n.id >= :runs and n.created_at >= :midnight limit ${counterLimit}) t
    where ${seen.runs}
  ) today`;

const rows = { installation: 't.installation_id', repository: 't.repository_id' };

function sqlOf(requester: Requester): Parameters<typeof countersSql>[0] {
  const seen = visibleTo(requester, rows).sql;
  return {
    deliveries: visibleDeliveries(requester).sql,
    changes: seen,
    runs: seen,
    installations: visibleInstallations(requester).sql,
    repositories: visibleTo(requester, { installation: 'r.installation_id', repository: 'r.id' }).sql,
  };
}

function valuesOf(requester: Requester): Record<string, unknown> {
  return { ...visibleTo(requester, rows).values, ...visibleInstallations(requester).values };
}

/** Counts today's work at a bounded cost; the first ids of the day are looked up once a day. */
export function createCounterReader(db: Db): (now: Date, requester: Requester) => Promise<Counters> {
  let edge: { midnight: Date; deliveries: string; changes: string; runs: string } | undefined;
  return async (now, requester) => {
    const midnight = day(now);
    if (edge?.midnight.getTime() !== midnight.getTime()) {
      const at = (table: 'deliveries' | 'changes' | 'runs') => findIdAtTime(db, table, midnight);
      edge = { midnight, deliveries: await at('deliveries'), changes: await at('changes'), runs: await at('runs') };
    }
    const [counters] = await queryRows<Counters>(db, countersSql(sqlOf(requester)), { ...edge, ...valuesOf(requester) });
    return counters!;
  };
}

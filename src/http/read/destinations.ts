import type { Db } from '../../db/connect.ts';
import type { Requester } from '../../people/requester.ts';
import type { Page } from '../paging.ts';
import type { Destination, DestinationQuery } from '../schemas/destination.ts';
import { PageQuery } from './page-query.ts';
import { isoTime, isoTimeOrNull, queryRows } from './rows.ts';
import { visibleTo } from './visible-to.ts';

interface DestinationRow {
  id: string;
  installation_id: string;
  origin: string;
  endpoint: string;
  state: Destination['state'];
  state_since: Date;
  opens_at: Date | null;
  consecutive_failures: number;
  waiting_runs: number;
  last_success_at: Date | null;
  last_failure_at: Date | null;
  code: string | null;
  message: string | null;
  last_run_id: string | null;
  attempts: string;
  failures: string;
  recent: [ms: number, fine: 0 | 1][];
}

const selectSql = `select d.*, (select count(*)::int from held_runs h join runs r on r.id = h.run_id
    where h.destination_id = d.id and r.status = 'waiting' and r.code = 'destination_resting') as waiting_runs
  from destinations d`;

function destinationItem(row: DestinationRow): Destination {
  const { id, installation_id, origin, endpoint, state, consecutive_failures, waiting_runs, last_run_id, code, message } = row;
  return {
    id,
    installation_id,
    origin,
    endpoint: endpoint === '' ? null : endpoint.slice(0, 12),
    address: endpoint === '' ? origin : `${origin}/…`,
    state,
    state_since: isoTime(row.state_since),
    opens_at: isoTimeOrNull(row.opens_at),
    consecutive_failures,
    waiting_runs,
    last_success_at: isoTimeOrNull(row.last_success_at),
    last_failure_at: isoTimeOrNull(row.last_failure_at),
    last_failure: code === null ? null : { code, message },
    last_run_id,
    attempts: Number(row.attempts),
    failures: Number(row.failures),
    recent: describeRecent(row.recent),
  };
}

function describeRecent(recent: DestinationRow['recent']): Destination['recent'] {
  const attempts = recent.length;
  const failures = recent.filter(([, fine]) => fine === 0).length;
  const sorted = recent.map(([ms]) => ms).toSorted((one, other) => one - other);
  const percentile = (share: number) => sorted[Math.max(0, Math.ceil(share * attempts) - 1)] ?? null;
  const rate = attempts === 0 ? null : Math.round(((attempts - failures) / attempts) * 1000) / 1000;
  return { attempts, failures, success_rate: rate, p50_ms: percentile(0.5), p95_ms: percentile(0.95) };
}

/** A page of the destinations that the requester may see, newest first. */
export async function listDestinations(db: Db, query: DestinationQuery, requester: Requester): Promise<Page<Destination>> {
  const list = new PageQuery<DestinationRow>('d.id', query);
  list.add(visibleTo(requester, { installation: 'd.installation_id' }));
  list.whereEqual('d.state', query.state);
  list.whereEqual('d.installation_id', query.installation);
  return await list.read(db, selectSql, destinationItem);
}

/** A destination by its id. */
export async function findDestination(db: Db, id: string): Promise<Destination | undefined> {
  const [row] = await queryRows<DestinationRow>(db, `${selectSql} where d.id = :id`, { id });
  return row === undefined ? undefined : destinationItem(row);
}

import type { Db } from '../db/connect.ts';

/** How far the sweep of one installation has come. It is written down after every page and batch, so that a restart goes on there. */
export interface Sweep {
  /** Before this nothing is asked of GitHub: it asked to wait, or the budget for sweeps is used up. */
  resumeAt: Date;
  /** When somebody asked for the listing: a hint, a person, the night. */
  listingDueAt: Date | null;
  /** When the listing that is under way began; null when none is. */
  listingStartedAt: Date | null;
  /** How many of its pages are read. */
  listingPage: number;
  /** Before this no page is asked for: the last one failed. */
  listingRetryAt: Date | null;
  listingFailures: number;
  /** When the last one ended, complete or not. */
  listingEndedAt: Date | null;
  /** How many repositories one GraphQL query asks for: halved when GitHub cannot answer, and slowly grown again. */
  batchSize: number;
  /** Queries in a row that failed at the smallest size. */
  batchFailures: number;
}

const columns = `resume_at as "resumeAt", listing_due_at as "listingDueAt", listing_started_at as "listingStartedAt",
  listing_page as "listingPage", listing_retry_at as "listingRetryAt", listing_failures as "listingFailures",
  listing_ended_at as "listingEndedAt", batch_size as "batchSize", batch_failures as "batchFailures"`;

/** Reads how far an installation's sweep has come; the first time it gets its row. */
export async function readSweep(db: Db, installationId: string): Promise<Sweep> {
  const read = async () =>
    (await db.raw<{ rows: Sweep[] }>(`select ${columns} from sweeps where installation_id = ?`, [installationId])).rows[0];
  const found = await read();
  if (found) return found;
  await db.raw(`insert into sweeps (installation_id, resume_at) values (?, to_timestamp(0)) on conflict do nothing`, [installationId]);
  return (await read())!;
}

const columnOf: Record<keyof Sweep, string> = {
  resumeAt: 'resume_at',
  listingDueAt: 'listing_due_at',
  listingStartedAt: 'listing_started_at',
  listingPage: 'listing_page',
  listingRetryAt: 'listing_retry_at',
  listingFailures: 'listing_failures',
  listingEndedAt: 'listing_ended_at',
  batchSize: 'batch_size',
  batchFailures: 'batch_failures',
};

/** Writes down what has changed about a sweep. */
export async function updateSweep(db: Db, installationId: string, change: Partial<Sweep>): Promise<void> {
  const row = Object.fromEntries(Object.entries(change).map(([name, value]) => [columnOf[name as keyof Sweep], value]));
  await db('sweeps').where({ installation_id: installationId }).update(row);
}

/** Notes that the listing which began at `startedAt` is over; a hint that came meanwhile asks for the next one. */
export async function endListing(db: Db, installationId: string, ended: { startedAt: Date; at: Date }): Promise<void> {
  await db.raw(
    `update sweeps set listing_started_at = null, listing_page = 0, listing_retry_at = null, listing_failures = 0, batch_failures = 0, listing_ended_at = ?,
       listing_due_at = case when listing_due_at > ? then listing_due_at end
     where installation_id = ?`,
    [ended.at, ended.startedAt, installationId],
  );
}

/** Asks for the listing of these installations, or of all that are alive; answers their GitHub ids. It comes soon, whatever was read lately. */
export async function requestListings(db: Db, which: { host: string; githubIds: string[] } | 'all', at: Date): Promise<string[]> {
  const [where, values] = which === 'all' ? ['true', []] : ['i.host = ? and i.github_id = any(?::bigint[])', [which.host, which.githubIds]];
  const { rows } = await db.raw<{ rows: { github_id: string }[] }>(
    `with asked as (
       insert into sweeps (installation_id, resume_at, listing_due_at)
       select i.id, to_timestamp(0), ? from installations i where i.deleted_at is null and i.suspended_at is null and ${where} order by i.id
       on conflict (installation_id) do update set listing_due_at = excluded.listing_due_at,
         listing_retry_at = case when sweeps.listing_failures > 3 then sweeps.listing_retry_at end
       returning installation_id
     )
     select i.github_id from asked join installations i on i.id = asked.installation_id`,
    [at, ...values] as string[],
  );
  return rows.map((row) => row.github_id);
}

/** Which repositories the sweeper may touch at all; an archived or disabled one is left alone (handbook B20). */
export const sweepable = 'r.removed_at is null and not r.archived and not r.disabled and r.enabled';

/** A daily reading of refs may be so late: until then it waits for others, to share a batch with them. News and hints make a repository due for a look as well. */
export const lateDaily = "cast(:at as timestamptz) - interval '20 minutes'";

/** Lists installations with something to read, those first that have waited longest for a turn; their GitHub ids. One look at two indexes for each. */
export async function listDueSweeps(db: Db, now: Date, limit: number): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { github_id: string }[] }>(
    `select i.github_id from installations i left join sweeps s on s.installation_id = i.id
     where i.deleted_at is null and i.suspended_at is null and i.allowed and i.enabled and coalesce(s.resume_at <= :now, true)
       and (((s.listing_due_at <= :now or s.listing_started_at is not null) and coalesce(s.listing_retry_at <= :now, true))
         or (i.refusal is null and (
           exists (select 1 from repositories r where r.installation_id = i.id and r.refs_due_at <= ${lateDaily} and ${sweepable})
           or exists (select 1 from repositories r where r.installation_id = i.id and r.reconcile_due_at <= :now and ${sweepable}))))
     order by s.turn_at nulls first limit :limit`,
    { now, at: now, limit } as unknown as Record<string, string>,
  );
  return rows.map((row) => row.github_id);
}

/** Notes that an installation had its turn. */
export async function recordTurn(db: Db, installationId: string, at: Date): Promise<void> {
  await db.raw('update sweeps set turn_at = ? where installation_id = ?', [at, installationId]);
}

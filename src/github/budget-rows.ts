import type { GitHubPauseReason } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';
import type { Limit, Pause } from './limits.ts';
import type { Purpose } from './purpose.ts';

/** What all processes know about an installation's budget. */
export interface SharedStanding {
  limits: Map<string, Limit>;
  pause: Pause | undefined;
}

/** Requests of one class against one limit, since the last time they were written down. */
export interface UsageCount {
  installation: string;
  resource: string;
  purpose: Purpose;
  /** The hour they fell in, as its beginning. */
  hour: Date;
  /** Sent and charged. */
  requests: number;
  /** Answered 304: sent, and free (handbook D8). */
  unchanged: number;
  /** Not sent, because the budget did not allow it. */
  refused: number;
  askedAt: Date;
}

/** What one process learned since the last time. */
export interface BudgetNews {
  usage: UsageCount[];
  limits: ({ installation: string; resource: string } & Limit)[];
  pauses: ({ installation: string } & Pause)[];
}

interface StandingRow {
  resource: string | null;
  quota: string;
  remaining: string;
  resets_at: Date;
  noted_at: Date;
  until: Date | null;
  reason: GitHubPauseReason;
  message: string;
  strikes: number;
  paused_at: Date;
}

/** Reads what all processes know about an installation, by its id on GitHub; nothing while the installation is not known. */
export async function readStanding(db: Db, host: string, installation: string): Promise<SharedStanding> {
  const { rows } = await db.raw<{ rows: StandingRow[] }>(
    `select l.resource, l.quota, l.remaining, l.resets_at, l.noted_at, p.until, p.reason, p.message, p.strikes, p.noted_at as paused_at
     from installations i
     left join github_limits l on l.installation_id = i.id
     left join github_pauses p on p.installation_id = i.id
     where i.host = ? and i.github_id = ?`,
    [host, installation],
  );
  const limits = new Map<string, Limit>();
  for (const row of rows) {
    if (row.resource === null) continue;
    const { quota, remaining, resets_at: resetsAt, noted_at: notedAt } = row;
    limits.set(row.resource, { quota: Number(quota), remaining: Number(remaining), resetsAt, notedAt });
  }
  const [row] = rows;
  if (!row || row.until === null) return { limits, pause: undefined };
  const { until, reason, message, strikes, paused_at: notedAt } = row;
  return { limits, pause: { until, reason, message, strikes, notedAt } };
}

const usageSql = `
  insert into github_usage as u (installation_id, resource, purpose, hour, requests, unchanged, refused,
    total_requests, total_unchanged, total_refused, asked_at)
  select i.id, x.resource, x.purpose, x.hour, x.requests, x.unchanged, x.refused, x.requests, x.unchanged, x.refused, x."askedAt"
  from json_to_recordset(cast(:rows as json)) as x(installation bigint, resource text, purpose text, hour timestamptz, requests bigint,
    unchanged bigint, refused bigint, "askedAt" timestamptz)
  join installations i on i.host = :host and i.github_id = x.installation
  order by 1, 2, 3
  on conflict (installation_id, resource, purpose) do update set
    requests = case when u.hour < excluded.hour then excluded.requests when u.hour = excluded.hour then u.requests + excluded.requests else u.requests end,
    unchanged = case when u.hour < excluded.hour then excluded.unchanged when u.hour = excluded.hour then u.unchanged + excluded.unchanged else u.unchanged end,
    refused = case when u.hour < excluded.hour then excluded.refused when u.hour = excluded.hour then u.refused + excluded.refused else u.refused end,
    total_requests = u.total_requests + excluded.total_requests,
    total_unchanged = u.total_unchanged + excluded.total_unchanged,
    total_refused = u.total_refused + excluded.total_refused,
    hour = greatest(u.hour, excluded.hour),
    asked_at = greatest(u.asked_at, excluded.asked_at)`;

/** The same by the clock, for charts; of all limits together. */
const slotsSql = `
  insert into github_usage_slots as s (installation_id, slot, purpose, requests, refused)
  select i.id, to_timestamp(floor(extract(epoch from x."askedAt") / 300) * 300), x.purpose, sum(x.requests), sum(x.refused)
  from json_to_recordset(cast(:rows as json)) as x(installation bigint, purpose text, requests int, refused int, "askedAt" timestamptz)
  join installations i on i.host = :host and i.github_id = x.installation
  group by 1, 2, 3 order by 1, 2, 3
  on conflict (installation_id, slot, purpose) do update set
    requests = s.requests + excluded.requests, refused = s.refused + excluded.refused`;

const limitsSql = `
  insert into github_limits as l (installation_id, resource, quota, remaining, resets_at, noted_at)
  select i.id, x.resource, x.quota, x.remaining, x."resetsAt", x."notedAt"
  from json_to_recordset(cast(:rows as json)) as x(installation bigint, resource text, quota bigint, remaining bigint,
    "resetsAt" timestamptz, "notedAt" timestamptz)
  join installations i on i.host = :host and i.github_id = x.installation
  order by 1, 2
  on conflict (installation_id, resource) do update set
    quota = excluded.quota, remaining = excluded.remaining, resets_at = excluded.resets_at, noted_at = excluded.noted_at
  where l.noted_at <= excluded.noted_at`;

const pausesSql = `
  insert into github_pauses as p (installation_id, until, reason, message, strikes, noted_at)
  select i.id, x.until, x.reason, x.message, x.strikes, x."notedAt"
  from json_to_recordset(cast(:rows as json)) as x(installation bigint, until timestamptz, reason text, message text, strikes int,
    "notedAt" timestamptz)
  join installations i on i.host = :host and i.github_id = x.installation
  order by 1
  on conflict (installation_id) do update set
    until = greatest(p.until, excluded.until), reason = excluded.reason, message = excluded.message, strikes = excluded.strikes,
    noted_at = excluded.noted_at
  where p.noted_at <= excluded.noted_at`;

/** Writes down what a process learned: at most one statement for each kind of news, whatever the number of requests. Lock order: rows by key. */
export async function writeNews(db: Db, host: string, news: BudgetNews): Promise<void> {
  for (const [sql, rows] of [
    [usageSql, news.usage],
    [slotsSql, news.usage],
    [limitsSql, news.limits],
    [pausesSql, news.pauses],
  ] as const) {
    if (rows.length > 0) await db.raw(sql, { host, rows: JSON.stringify(rows) });
  }
}

/** For how long slots are kept. */
const keptSlots = '25 hours';

/** Deletes what charts show no more. */
export async function pruneUsageSlots(db: Db): Promise<void> {
  await db.raw(`delete from github_usage_slots where slot < now() - interval '${keptSlots}'`);
}

import type { Db } from '../db/connect.ts';

/** The time between two writes of an installation, which GitHub asks for (handbook E2, G8). Milliseconds. */
const spacingMs = 1_000;

/** A line longer than this is no longer stood in: whoever comes then comes again later. Milliseconds. */
const longestLineMs = 5_000;

/** A place in the line of writes, or when to come again. */
export type Turn = { ok: true; waitMs: number } | { ok: false; againMs: number };

/**
 * Takes the next moment at which an installation may write: one line for all processes, kept in the database. Its clock
 * counts, so that machines need not agree.
 */
export async function takeWriteTurn(db: Db, host: string, installationGithubId: string): Promise<Turn> {
  const { rows } = await db.raw<{ rows: { wait: number }[] }>(
    `insert into github_writes as w (installation_id, next_at)
     select i.id, clock_timestamp() + make_interval(secs => :spacing) from installations i where i.host = :host and i.github_id = :id
     on conflict (installation_id) do update set next_at = greatest(w.next_at, clock_timestamp()) + make_interval(secs => :spacing)
       where w.next_at <= clock_timestamp() + make_interval(secs => :longest)
     returning extract(epoch from w.next_at - clock_timestamp())::float8 * 1000 - :spacing * 1000 as wait`,
    { host, id: installationGithubId, spacing: spacingMs / 1000, longest: longestLineMs / 1000 } as unknown as Record<string, string>,
  );
  const [row] = rows;
  return row ? { ok: true, waitMs: Math.max(0, Math.ceil(row.wait)) } : { ok: false, againMs: longestLineMs };
}

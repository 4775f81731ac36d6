import type { Db } from '../db/connect.ts';

/** The time between two writes of an installation, which GitHub asks for (handbook E2, G8). Milliseconds. */
const spacingMs = 1_000;

/** A line longer than this is no longer stood in: whoever comes then comes again later. Milliseconds. */
const longestLineMs = 5_000;

/** How a write that makes content is meant: by itself, or as one of many that lets others pass. */
export type ContentPace = 'one' | 'many';

/** How much content may be made (handbook E2); many at once leave room for what somebody waits for. Milliseconds. */
interface ContentLimit {
  perMinute: number;
  perHour: number;
  apartMs: number;
}
const contentLimits: Readonly<Record<ContentPace, ContentLimit>> = {
  one: { perMinute: 80, perHour: 500, apartMs: 0 },
  many: { perMinute: 20, perHour: 450, apartMs: 3_000 },
};
const noLimit: ContentLimit = { perMinute: 1, perHour: 1, apartMs: 0 };

/** A place in the line of writes, or when to come again and why not now. */
export type Turn = { ok: true; waitMs: number } | { ok: false; againMs: number; why: string };

/** Whose write it is. */
export interface WriteTurn {
  host: string;
  /** GitHub's number of the installation. */
  installation: string;
  content?: ContentPace | undefined;
}

/**
 * Takes the next moment at which an installation may write: one line for all processes, kept in the database. Its clock
 * counts, so that machines need not agree. One statement, because a row that had to be waited for is looked at anew.
 */
export async function takeWriteTurn(db: Db, turn: WriteTurn): Promise<Turn> {
  const { host, installation, content } = turn;
  const limit = content === undefined ? noLimit : contentLimits[content];
  const slot = `greatest(w.next_at, clock_timestamp(), w.content_at[cardinality(w.content_at)] + make_interval(secs => :apart))`;
  const within = (interval: string) => `(select count(*) from unnest(w.content_at) t where t > clock_timestamp() - interval '${interval}')`;
  const { rows } = await db.raw<{ rows: { wait: number }[] }>(
    `insert into github_writes as w (installation_id, next_at, content_at)
     select i.id, clock_timestamp() + make_interval(secs => :spacing), case when :counts then array[clock_timestamp()] else '{}' end
     from installations i where i.host = :host and i.github_id = :id
     on conflict (installation_id) do update set next_at = ${slot} + make_interval(secs => :spacing),
       content_at = case when :counts
         then array(select t from unnest(w.content_at) t where t > clock_timestamp() - interval '1 hour' order by t) || ${slot}
         else w.content_at end
       where ${slot} <= clock_timestamp() + make_interval(secs => :longest)
         and (not :counts or (${within('1 minute')} < :perMinute and ${within('1 hour')} < :perHour))
     returning extract(epoch from w.next_at - clock_timestamp())::float8 * 1000 - :spacing * 1000 as wait`,
    {
      host,
      id: installation,
      spacing: spacingMs / 1000,
      longest: longestLineMs / 1000,
      counts: content !== undefined,
      perMinute: limit.perMinute,
      perHour: limit.perHour,
      apart: limit.apartMs / 1000,
    } as unknown as Record<string, string>,
  );
  const [row] = rows;
  return row ? { ok: true, waitMs: Math.max(0, Math.ceil(row.wait)) } : await findNextTurn(db, turn, limit);
}

/** When to come again: when the limit on content has room, or else a second after the last one who was sent away. */
async function findNextTurn(db: Db, { host, installation, content }: WriteTurn, limit: ContentLimit): Promise<Turn> {
  const bindings = { host, id: installation, longest: longestLineMs / 1000, spacing: spacingMs / 1000 } as unknown as Record<
    string,
    string
  >;
  if (content !== undefined) {
    const { rows } = await db.raw<{ rows: { age: number }[] }>(
      `select extract(epoch from clock_timestamp() - t)::float8 * 1000 as age
       from github_writes w join installations i on i.id = w.installation_id, unnest(w.content_at) t
       where i.host = :host and i.github_id = :id order by t desc`,
      bindings,
    );
    const againMs = whenContentFits(
      rows.map(({ age }) => age),
      limit,
    );
    if (againMs > 0) return { ok: false, againMs, why: 'GitHub takes 80 new issues and comments a minute and 500 an hour' };
  }
  const { rows } = await db.raw<{ rows: { again: number }[] }>(
    `update github_writes w set again_at = greatest(w.again_at, clock_timestamp() + make_interval(secs => :longest)) + make_interval(secs => :spacing)
     from installations i where i.id = w.installation_id and i.host = :host and i.github_id = :id
     returning extract(epoch from w.again_at - clock_timestamp())::float8 * 1000 as again`,
    bindings,
  );
  const why = 'others of its installation are before it, and they go a second apart';
  return { ok: false, againMs: rows[0]?.again ?? longestLineMs, why };
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** How long until there is room for one more, by the ages of what was made, the newest first; 0 when there is. Milliseconds. Pure. */
export function whenContentFits(ages: readonly number[], limit: Pick<ContentLimit, 'perMinute' | 'perHour'>): number {
  const waits = [
    { age: ages[limit.perMinute - 1], windowMs: minuteMs },
    { age: ages[limit.perHour - 1], windowMs: hourMs },
  ];
  return Math.max(0, ...waits.map(({ age, windowMs }) => (age === undefined ? 0 : Math.ceil(windowMs - age))));
}

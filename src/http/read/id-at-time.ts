import type { Db } from '../../db/connect.ts';
import { queryRows } from './rows.ts';
import type { Condition } from './visible-to.ts';

/** Tables whose ids grow with the time in this column. */
const timeColumns = { deliveries: 'received_at', changes: 'created_at', runs: 'created_at' } as const;

/** Identity values are given before commit: rows of one moment may be this far out of order. */
const slackMs = 60_000;

interface Bounds {
  low: string | null;
  high: string | null;
}

/**
 * The first id whose row is certainly not older than a minute before `at`: ids grow with time, so this finds the edge by
 * halving, in about thirty look-ups of the primary key, where an index on the time would cost every insert.
 */
async function findIdAtTime(db: Db, table: keyof typeof timeColumns, at: Date): Promise<string> {
  const column = timeColumns[table];
  const edge = at.getTime() - slackMs;
  const [bounds] = await queryRows<Bounds>(db, `select min(id)::text as low, max(id)::text as high from ${table}`);
  let low = BigInt(bounds?.low ?? 0);
  let high = BigInt(bounds?.high ?? 0) + 1n;
  while (low < high) {
    const middle = (low + high) / 2n;
    const sql = `select id, ${column} as at from ${table} where id >= :middle order by id limit 1`;
    const [row] = await queryRows<{ id: string; at: Date }>(db, sql, { middle: String(middle) });
    if (row === undefined || row.at.getTime() >= edge) high = middle;
    else low = BigInt(row.id) + 1n;
  }
  return String(low);
}

/** Which ids can lie between two moments, so that a list need not look at the time of every row. */
export async function idsOfTime(
  db: Db,
  { table, id }: { table: keyof typeof timeColumns; id: string },
  { since, until }: { since?: string | undefined; until?: string | undefined },
): Promise<Condition> {
  const from = since === undefined ? [] : [`${id} >= :fromId`];
  const to = until === undefined ? [] : [`${id} < :toId`];
  const values = {
    ...(since !== undefined && { fromId: await findIdAtTime(db, table, new Date(since)) }),
    // Two minutes on, because the edge that is found lies a minute before its moment.
    ...(until !== undefined && { toId: await findIdAtTime(db, table, new Date(new Date(until).getTime() + 120_000)) }),
  };
  return { sql: [...from, ...to].join(' and ') || 'true', values };
}

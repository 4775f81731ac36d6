import type { Db } from '../../db/connect.ts';

/** Runs a statement and answers its rows. */
export async function queryRows<Row>(db: Db, sql: string, bindings: Record<string, unknown> = {}): Promise<Row[]> {
  const { rows } = await db.raw<{ rows: Row[] }>(sql, bindings as Record<string, string>);
  return rows;
}

/** A moment as it leaves us: ISO-8601 in UTC. */
export function isoTime(at: Date): string {
  return at.toISOString();
}

/** A moment that may be missing. */
export function isoTimeOrNull(at: Date | null): string | null {
  return at === null ? null : at.toISOString();
}

/** The time between two moments in whole milliseconds; null while it is not over. */
export function durationMs(from: Date | null, to: Date | null): number | null {
  return from === null || to === null ? null : Math.max(0, to.getTime() - from.getTime());
}

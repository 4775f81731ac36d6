import type { Knex } from 'knex';
import type { Db } from './connect.ts';

/** Postgres says: two transactions waited for each other, or could not be put in an order. Nothing was done; try again. */
const retryableStates = new Set(['40P01', '40001']);

/** The SQLSTATE of a database error, e.g. `23505` for a broken unique rule; undefined for anything else. */
export function sqlState(error: unknown): string | undefined {
  if (!Error.isError(error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}

/**
 * Runs `work` in one transaction: everything it did is committed when the promise resolves, nothing of it when it rejects.
 * A deadlock is tried again up to three times, so `work` must not touch anything but the database. Inside an open
 * transaction it becomes a savepoint and is never repeated, because a deadlock has already ended the outer one.
 */
export async function transaction<T>(db: Db, work: (trx: Knex.Transaction) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction(work);
    } catch (error) {
      if (db.isTransaction === true || attempt >= 4 || !retryableStates.has(sqlState(error) ?? '')) throw error;
    }
  }
}

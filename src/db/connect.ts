import knex, { type Knex } from 'knex';
import type { Log } from '../core/log.ts';
import { describeError } from '../core/errors.ts';

/** A pool or an open transaction: what every function that speaks SQL takes first. */
export type Db = Knex | Knex.Transaction;

/** How to reach Postgres and how patient to be with it. */
export interface ConnectOptions {
  /** A `postgres://` address. */
  url: string;
  /** The most connections this process holds at once. */
  poolMax: number;
  /** Where pool warnings go; without it they are dropped. */
  log?: Log;
  /** Shown in pg_stat_activity. */
  applicationName?: string;
  /** A single statement that takes longer is cancelled; 0 means never. Milliseconds. */
  statementTimeoutMs?: number;
  /** A transaction that sits still for longer loses its connection, and with it its locks. Milliseconds. */
  idleTransactionTimeoutMs?: number;
}

/** The part of a pg client that the pool hook needs. */
interface RawConnection {
  query(sql: string, done: (error: Error | null) => void): void;
}

/**
 * Opens the pool of connections. int8 stays text (GitHub's ids outgrow a double), timestamptz becomes a Date.
 * Limits are set with SET, not as startup parameters, because PgBouncer refuses those it does not know.
 */
export function createDb(options: ConnectOptions): Knex {
  const { log } = options;
  const limits = [
    `set statement_timeout = ${Math.trunc(options.statementTimeoutMs ?? 30_000)}`,
    `set idle_in_transaction_session_timeout = ${Math.trunc(options.idleTransactionTimeoutMs ?? 60_000)}`,
    `set timezone = 'UTC'`,
  ].join('; ');
  return knex({
    client: 'pg',
    connection: { connectionString: options.url, application_name: options.applicationName ?? 'repowatch', keepAlive: true },
    acquireConnectionTimeout: 15_000,
    // With bindings in the text, a failed insert would print secrets and payloads into the log.
    compileSqlOnError: false,
    pool: {
      min: 0,
      max: options.poolMax,
      afterCreate(connection: RawConnection, done: (error: Error | null, connection: RawConnection) => void) {
        connection.query(limits, (error) => done(error, connection));
      },
    },
    log: {
      warn: (message: unknown) => log?.warn({ from: 'knex' }, describeError(message)),
      error: (message: unknown) => log?.error({ from: 'knex' }, describeError(message)),
      deprecate: (message: unknown) => log?.warn({ from: 'knex' }, describeError(message)),
      debug: (message: unknown) => log?.debug({ from: 'knex' }, describeError(message)),
    },
  });
}

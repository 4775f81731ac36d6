import type { Socket } from 'node:net';
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
  connection: { stream: Socket };
}

/** How long a statement may take; then Postgres cancels it. Milliseconds. */
const defaultStatementTimeoutMs = 30_000;

/** As long as a frozen process keeps its lanes (lane-locks.ts): what it had locked must not hold up whoever takes over. Milliseconds. */
const defaultIdleTransactionTimeoutMs = 12_000;

/** How much later than its end by time-out the answer to a statement may come, until the connection counts as dead. Milliseconds. */
const silenceGraceMs = 5_000;

/**
 * Opens the pool of connections. int8 stays text (GitHub's ids outgrow a double), timestamptz becomes a Date.
 * Limits are set with SET, not as startup parameters, because PgBouncer refuses those it does not know.
 */
export function createDb(options: ConnectOptions): Knex {
  const { log } = options;
  const statementTimeoutMs = Math.trunc(options.statementTimeoutMs ?? defaultStatementTimeoutMs);
  const limits = [
    `set statement_timeout = ${statementTimeoutMs}`,
    `set idle_in_transaction_session_timeout = ${Math.trunc(options.idleTransactionTimeoutMs ?? defaultIdleTransactionTimeoutMs)}`,
    `set timezone = 'UTC'`,
    // A prepared plan that was made while a table was small is kept while it grows: it has to go by the index from the start.
    'set enable_seqscan = off',
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
        const { stream } = connection.connection;
        // A Postgres that vanished with its network says nothing at all, and the kernel would wait for it for a quarter of an hour.
        if (statementTimeoutMs > 0) stream.setTimeout(statementTimeoutMs + silenceGraceMs, () => stream.destroy());
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

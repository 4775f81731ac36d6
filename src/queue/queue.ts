import { PgBoss, fromKnex, type ConstructorOptions } from 'pg-boss';
import { describeError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Db } from '../db/connect.ts';
import { prepared } from '../db/prepared.ts';

/**
 * The queues. A job is a ticket: it only says that there is work in the rows of some lanes (docs/adr/0004-lanes.md), so a
 * doubled or lost ticket does no harm. `deliveries` and `sync` lanes are repositories, installations or events; `runs` lanes are concurrency keys;
 * `sweeps` and `feedback` lanes are installations, `bulk` lanes are jobs over many runs.
 */
const queueNames = ['deliveries', 'runs', 'sync', 'sweeps', 'feedback', 'bulk'] as const;
export type QueueName = (typeof queueNames)[number];

/** What a ticket carries. */
interface Ticket {
  lanes: string[];
}

/** How long finished tickets stay for a look, in seconds. */
const keepFinishedSeconds = 300;

/** How long an answer of Postgres is waited for, until its connection counts as dead. Milliseconds. */
const queryTimeoutMs = 30_000;

/**
 * Taking a ticket need not outlive a crash of Postgres: it would be there again, and point at rows that are done. Tickets are
 * sent in the callers' own transactions, which do wait for the disk.
 */
const withoutWaiting = 'set synchronous_commit = off';

/** What pg-boss does not know and gives to its pool of connections as it is. */
interface HandedOnToPg {
  query_timeout: number;
  onConnect: (client: { query(sql: string): Promise<unknown> }) => Promise<unknown>;
}

/** pg-boss on the same Postgres, reduced to what RepoWatch needs of it: tickets that commit with their rows, and workers that wake at once. */
export class Queue {
  readonly #boss: PgBoss;
  readonly #log: Log;
  #listening = false;
  #open = false;

  constructor(options: { url: string; log: Log; worker: boolean }) {
    this.#log = options.log;
    this.#listening = options.worker;
    const settings: ConstructorOptions & HandedOnToPg = {
      connectionString: options.url,
      application_name: 'repowatch queue',
      max: options.worker ? 3 : 1,
      useListenNotify: options.worker,
      supervise: options.worker,
      schedule: false,
      query_timeout: queryTimeoutMs,
      // With SET, because PgBouncer refuses startup parameters that it does not know.
      onConnect: (client) => client.query(withoutWaiting),
    };
    this.#boss = new PgBoss(settings);
    this.#boss.on('error', (error) => this.#log.warn({ error: describeError(error) }, 'The queue reports an error'));
    this.#boss.on('warning', (warning) => this.#log.debug({ warning: warning.message }, 'The queue reports a warning'));
  }

  /** Prepares the schema and the queues; safe to call from several processes at once. */
  async start(): Promise<void> {
    await this.#boss.start();
    for (const name of queueNames) {
      if ((await this.#boss.getQueue(name)) === null) {
        // A ticket is done as soon as its lanes are known to a worker, so none is ever tried again: the sweep looks at the rows.
        await this.#boss.createQueue(name, { policy: 'standard', notify: true, retryLimit: 0, deleteAfterSeconds: keepFinishedSeconds });
      }
    }
    this.#open = true;
  }

  /** True from the end of `start` on: before, every ticket is refused, and with it the delivery that it belongs to. */
  get open(): boolean {
    return this.#open;
  }

  /** Sends one ticket for these lanes, inside the caller's transaction: it exists exactly when the rows do. */
  async send(trx: Db, name: QueueName, lanes: Iterable<string>): Promise<void> {
    const distinct = [...new Set(lanes)];
    if (distinct.length === 0) return;
    await this.#boss.insert(name, [{ data: { lanes: distinct } satisfies Ticket }], {
      db: fromKnex({ raw: (sql, bindings = []) => prepared(trx, sql, bindings) }),
    });
  }

  /** Serves a queue's tickets: `wake` is told the lanes, and makes the fetch wait while it has no room for more. */
  async work(name: QueueName, wake: (lanes: string[]) => Promise<void>): Promise<void> {
    await this.#boss.work<Ticket>(
      name,
      { batchSize: 100, burstWhenBatchFull: true, pollingIntervalSeconds: 1, notifyPollingIntervalSeconds: 2 },
      async (jobs) => wake([...new Set(jobs.flatMap((job) => job.data.lanes))]),
    );
  }

  /** How many tickets wait, by queue. */
  async depth(): Promise<Record<QueueName, number>> {
    const stats = await Promise.all(
      queueNames.map(async (name) => [name, (await this.#boss.getQueueStats(name))[0]?.queuedCount ?? 0] as const),
    );
    return Object.fromEntries(stats) as Record<QueueName, number>;
  }

  /** True while tickets wake this process at once. */
  get listening(): boolean {
    return this.#listening;
  }

  /** Stops fetching; handlers that run are awaited for at most this long. Milliseconds. */
  async stop(timeoutMs = 5_000): Promise<void> {
    this.#open = false;
    await this.#boss.stop({ graceful: true, timeout: timeoutMs, close: true });
  }
}

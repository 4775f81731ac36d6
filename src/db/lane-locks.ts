import { Client, type QueryConfig, type QueryResultRow } from 'pg';
import { Batcher } from '../core/batcher.ts';
import { describeError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

/** Postgres ends the session, and frees its lanes, when a frozen process shows no life for this long. Milliseconds. */
const defaultSessionTimeoutMs = 12_000;

/** How often the session shows that this process is alive, as a part of that time. */
const heartbeatShare = 1 / 6;

/**
 * A session that has not answered for this part of that time counts as lost here: sooner than Postgres gives up on it, so that a
 * process that was cut off from its session or frozen for a while stops before another one begins.
 */
const silenceShare = 2 / 3;

/** How long a Postgres may take to let the session in. Milliseconds. */
const connectTimeoutMs = 10_000;

/**
 * Which lanes this process serves: advisory locks on one session of its own. A process that dies loses them at once,
 * because its connection closes; one that freezes loses them after 12 s. Locks are asked for and given back in groups.
 */
export class LaneLocks {
  readonly #options: { url: string; log: Log };
  readonly #sessionTimeoutMs: number;
  #client: Client | undefined;
  #held = new Set<string>();
  #connecting: Promise<Client> | undefined;
  #asking: Promise<unknown> = Promise.resolve();
  #heartbeat: NodeJS.Timeout | undefined;
  /** When the session last answered, by the clock that never jumps. */
  #answeredAt = 0;
  #lost: (() => void)[] = [];
  #closed = false;
  readonly #takes = new Batcher<string[], Set<string>>((groups) => this.#takeNow(groups), { maxItems: 200 });
  readonly #releases = new Batcher<string[], void>((groups) => this.#releaseNow(groups), { maxItems: 200 });

  constructor(options: { url: string; log: Log; sessionTimeoutMs?: number }) {
    this.#options = options;
    this.#sessionTimeoutMs = options.sessionTimeoutMs ?? defaultSessionTimeoutMs;
  }

  /** Calls back whenever all lanes held so far were lost, so that whoever serves them stops. */
  onLost(callback: () => void): void {
    this.#lost.push(callback);
  }

  /** Asks for lanes and answers those that are now this process's alone. A lane that somebody here holds already is not given twice. */
  async take(lanes: string[]): Promise<Set<string>> {
    const wanted = [...new Set(lanes)].filter((lane) => !this.#held.has(lane));
    if (wanted.length === 0) return new Set();
    for (const lane of wanted) this.#held.add(lane);
    return this.#takes.add(wanted);
  }

  /** Gives lanes back. */
  async release(lanes: string[]): Promise<void> {
    const mine = lanes.filter((lane) => this.#held.has(lane));
    if (mine.length > 0) await this.#releases.add(mine);
  }

  async #takeNow(groups: string[][]): Promise<Set<string>[]> {
    const wanted = groups.flat();
    let taken = new Set<string>();
    try {
      const client = await this.#connect();
      const rows = await this.#ask<{ lane: string; taken: boolean }>(client, {
        name: 'take-lanes',
        text: 'select lane, pg_try_advisory_lock(hashtextextended(lane, 7)) as taken from unnest($1::text[]) as lane',
        values: [wanted],
      });
      // Lost right after the answer, they are nobody's; lost before this session, they are ours and have to be given back one day.
      if (this.#client === client) taken = new Set(rows.filter((row) => row.taken).map((row) => row.lane));
      for (const lane of taken) this.#held.add(lane);
    } finally {
      for (const lane of wanted) if (!taken.has(lane)) this.#held.delete(lane);
    }
    return groups.map((group) => new Set(group.filter((lane) => taken.has(lane))));
  }

  async #releaseNow(groups: string[][]): Promise<void[]> {
    const lanes = groups.flat();
    const client = this.#client;
    try {
      if (client)
        await this.#ask(client, {
          name: 'release-lanes',
          text: 'select pg_advisory_unlock(hashtextextended(lane, 7)) from unnest($1::text[]) as lane',
          values: [lanes],
        });
    } finally {
      // Not before: until Postgres has freed it, a second lock by this same session would be granted and counted twice.
      for (const lane of lanes) this.#held.delete(lane);
    }
    return groups.map(() => undefined);
  }

  /** Asks on the session. After a failure nobody knows what it holds, so it is ended: locks outlive the statement that took them. */
  async #ask<Row extends QueryResultRow>(client: Client, query: QueryConfig): Promise<Row[]> {
    // One after the other: pg will not queue them for us much longer.
    const answer = this.#asking.then(() => client.query<Row>(query));
    this.#asking = answer.catch(() => undefined);
    try {
      const { rows } = await answer;
      this.#answeredAt = performance.now();
      return rows;
    } catch (error) {
      this.#lose(client, describeError(error));
      throw error;
    }
  }

  /** Ends the session; everything held is free. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#heartbeat);
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => undefined);
  }

  #connect(): Promise<Client> {
    if (this.#client) return Promise.resolve(this.#client);
    this.#connecting ??= this.#open().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async #open(): Promise<Client> {
    const client = new Client({
      connectionString: this.#options.url,
      application_name: 'repowatch lanes',
      keepAlive: true,
      connectionTimeoutMillis: connectTimeoutMs,
    });
    client.on('error', (error) => this.#lose(client, describeError(error)));
    client.on('end', () => this.#lose(client, 'the connection ended'));
    try {
      await client.connect();
      await client.query(`set idle_session_timeout = ${this.#sessionTimeoutMs}`);
      if (this.#closed) throw new Error('The lane locks are closed');
    } catch (error) {
      void client.end().catch(() => undefined);
      throw error;
    }
    this.#client = client;
    this.#answeredAt = performance.now();
    this.#heartbeat = setInterval(() => this.#beat(client), this.#sessionTimeoutMs * heartbeatShare);
    this.#heartbeat.unref();
    return client;
  }

  #beat(client: Client): void {
    if (performance.now() - this.#answeredAt > this.#sessionTimeoutMs * silenceShare) this.#lose(client, 'Postgres did not answer in time');
    // A failure is dealt with where it is noticed.
    else this.#ask(client, { text: 'select 1' }).catch(() => undefined);
  }

  #lose(client: Client, reason: string): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    clearInterval(this.#heartbeat);
    this.#held.clear();
    void client.end().catch(() => undefined);
    this.#options.log.warn({ reason }, 'This process lost its lanes; another may serve them now');
    for (const callback of this.#lost) callback();
  }
}

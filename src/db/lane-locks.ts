import { Client } from 'pg';
import { Batcher } from '../core/batcher.ts';
import { describeError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

/** How often the session shows that this process is alive. Milliseconds. */
const heartbeatMs = 3_000;

/** Postgres ends the session, and frees its lanes, when a frozen process shows no life for this long. Milliseconds. */
const sessionTimeoutMs = 12_000;

/**
 * Which lanes this process serves: advisory locks on one session of its own. A process that dies loses them at once,
 * because its connection closes; one that freezes loses them after 12 s. Locks are asked for and given back in groups.
 */
export class LaneLocks {
  readonly #options: { url: string; log: Log };
  #client: Client | undefined;
  #held = new Set<string>();
  #heartbeat: NodeJS.Timeout | undefined;
  #lost: (() => void)[] = [];
  #closed = false;
  readonly #takes = new Batcher<string[], Set<string>>((groups) => this.#takeNow(groups), { maxItems: 200 });
  readonly #releases = new Batcher<string[], void>((groups) => this.#releaseNow(groups), { maxItems: 200 });

  constructor(options: { url: string; log: Log }) {
    this.#options = options;
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
      const { rows } = await client.query<{ lane: string; taken: boolean }>({
        name: 'take-lanes',
        text: 'select lane, pg_try_advisory_lock(hashtextextended(lane, 7)) as taken from unnest($1::text[]) as lane',
        values: [wanted],
      });
      taken = new Set(rows.filter((row) => row.taken).map((row) => row.lane));
    } finally {
      for (const lane of wanted) if (!taken.has(lane)) this.#held.delete(lane);
    }
    return groups.map((group) => new Set(group.filter((lane) => taken.has(lane))));
  }

  async #releaseNow(groups: string[][]): Promise<void[]> {
    const lanes = groups.flat();
    try {
      await this.#client?.query({
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

  /** Ends the session; everything held is free. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#heartbeat);
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => undefined);
  }

  #connecting: Promise<Client> | undefined;

  #connect(): Promise<Client> {
    if (this.#client) return Promise.resolve(this.#client);
    this.#connecting ??= this.#open().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async #open(): Promise<Client> {
    if (this.#closed) throw new Error('The lane locks are closed');
    const client = new Client({ connectionString: this.#options.url, application_name: 'repowatch lanes', keepAlive: true });
    client.on('error', (error) => this.#lose(client, describeError(error)));
    client.on('end', () => this.#lose(client, 'the connection ended'));
    await client.connect();
    await client.query(`set idle_session_timeout = ${sessionTimeoutMs}`);
    this.#client = client;
    this.#heartbeat = setInterval(() => {
      void client.query('select 1').catch((error: unknown) => this.#lose(client, describeError(error)));
    }, heartbeatMs);
    this.#heartbeat.unref();
    return client;
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

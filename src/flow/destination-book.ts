import type { Log } from '../core/log.ts';
import { describeError } from '../core/errors.ts';
import type { Db } from '../db/connect.ts';
import { transaction } from '../db/transaction.ts';
import {
  claimProbe,
  disableEndpoint,
  listUnwellDestinations,
  releaseProbe,
  type GoneEndpoint,
  type UnwellDestination,
} from '../destinations/destination-rows.ts';
import type { BreakerPolicy, Observation } from '../destinations/judge-health.ts';
import { observeDestinations, type Observed, type ObservedDestination } from '../destinations/observe-destinations.ts';
import { wakeHeldRuns } from '../runs/hold-run.ts';
import { DestinationSlots } from './destination-slots.ts';

/** What there is to tell of a destination. */
export type DestinationNews =
  { what: 'resting' | 'recovered'; destination: ObservedDestination } | { what: 'disabled'; id: string; gone: GoneEndpoint };

/** What the book works with. `tell` gives the one notice, in the transaction in which the state changes. */
interface BookOptions {
  db: Db;
  log: Log;
  policy: BreakerPolicy;
  tell: (trx: Db, news: DestinationNews) => Promise<void>;
}

/** So long what is known of other processes' findings counts as new, and so long it may be used while it is read again. Milliseconds. */
const freshMs = 1_000;
const staleMs = 3_000;

/** Successes are written down together, this long after the first of them. Milliseconds. */
const gatherMs = 1_000;

type Known = UnwellDestination & { readAt: number };

/**
 * What this process knows of destinations. The rows in Postgres are the truth for all processes; here is a copy of the few that are
 * unwell, and what was seen and not yet written. A healthy destination costs an attempt no statement.
 */
export class DestinationBook {
  readonly slots = new DestinationSlots();
  readonly #options: BookOptions;
  #unwell = new Map<string, Known>();
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;
  #seen = new Map<string, Observed>();
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: BookOptions) {
    this.#options = options;
  }

  /** What is wrong with a destination, by its address; undefined when nothing is. Ask `refresh` before. */
  find(installationId: string, origin: string, endpoint = ''): Known | undefined {
    return this.#unwell.get(keyOf({ installationId, origin, endpoint }));
  }

  /** True when anything at all is switched off: only then the hash of an address is worth making. */
  hasDisabled(): boolean {
    return [...this.#unwell.values()].some(({ state }) => state === 'disabled');
  }

  /** Brings what other processes found out up to date, if it is not. */
  async refresh(): Promise<void> {
    const age = performance.now() - this.#readAt;
    if (age < freshMs) return;
    const reading = this.#read();
    if (age >= staleMs) await reading;
  }

  /** Reads again, now: before somebody is turned away by what may be over. */
  async confirm(): Promise<void> {
    await this.#read();
  }

  #read(): Promise<void> {
    this.#reading ??= listUnwellDestinations(this.#options.db)
      .then((rows) => {
        const readAt = performance.now();
        this.#unwell = new Map(rows.map((row) => [keyOf(row), { ...row, readAt }]));
        this.#readAt = readAt;
      })
      .catch((error: unknown) => this.#warn(error, 'What rests could not be read'))
      .finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  /** Takes the one probe of a destination; false when somebody else has it. */
  async claim(id: string, forMs: number): Promise<boolean> {
    const got = await claimProbe(this.#options.db, id, forMs);
    if (!got) await this.#read();
    return got;
  }

  /** Gives a probe back that found nothing out. */
  async release(id: string): Promise<void> {
    await releaseProbe(this.#options.db, id).catch((error: unknown) => this.#warn(error, 'A probe could not be given back'));
  }

  /** Notes what was seen. What can change a state is written down before this resolves; other successes within a second. */
  async observe(address: { installationId: string; origin: string }, observation: Observation): Promise<void> {
    const key = keyOf({ ...address, endpoint: '' });
    const entry = this.#seen.get(key) ?? { ...address, observations: [] };
    entry.observations.push(observation);
    this.#seen.set(key, entry);
    if (observation.sign === 'failing' || observation.probe) return await this.flush();
    this.#timer ??= setTimeout(() => void this.flush(), gatherMs);
  }

  /** Switches an endpoint off that says it is gone, and tells of it once. */
  async disable(gone: GoneEndpoint): Promise<void> {
    const { db, tell } = this.#options;
    await transaction(db, async (trx) => {
      const id = await disableEndpoint(trx, gone);
      if (id !== undefined) await tell(trx, { what: 'disabled', id, gone });
    }).catch((error: unknown) => this.#warn(error, 'That an endpoint is gone could not be written down'));
    await this.#read();
  }

  /** Writes down everything that was seen. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    await this.#writing;
  }

  async #write(): Promise<void> {
    const seen = [...this.#seen.values()];
    if (seen.length === 0) return;
    this.#seen = new Map();
    try {
      const results = await transaction(this.#options.db, (trx) => this.#writeIn(trx, seen));
      const readAt = performance.now();
      for (const { id, installationId, origin, state, opensAt } of results) {
        const key = keyOf({ installationId, origin, endpoint: '' });
        if (state === 'ok' || state === 'disabled') this.#unwell.delete(key);
        else {
          const opensInMs = Math.max(0, (opensAt?.getTime() ?? 0) - Date.now());
          this.#unwell.set(key, { id, installationId, origin, endpoint: '', state, opensInMs, probeInMs: freshMs, readAt });
        }
      }
    } catch (error) {
      this.#warn(error, 'What was seen of destinations could not be written down');
    }
  }

  async #writeIn(trx: Db, seen: Observed[]): Promise<ObservedDestination[]> {
    const results = await observeDestinations(trx, seen, this.#options.policy);
    for (const destination of results) {
      if (destination.news === undefined) continue;
      if (destination.news === 'recovered') await wakeHeldRuns(trx, destination.id);
      await this.#options.tell(trx, { what: destination.news, destination });
    }
    return results;
  }

  #warn(error: unknown, what: string): void {
    this.#options.log.warn({ error: describeError(error) }, what);
  }
}

function keyOf({ installationId, origin, endpoint }: { installationId: string; origin: string; endpoint: string }): string {
  return `${installationId} ${origin} ${endpoint}`;
}

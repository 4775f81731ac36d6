import { describeError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { LaneLocks } from '../db/lane-locks.ts';

/** How a dispatcher serves its lanes. */
export interface LaneService {
  /** Names the lanes' locks; two dispatchers with the same prefix never serve the same lane at the same time. */
  prefix: string;
  /** Serves several lanes in one go; answers those that need time of their own. Without it every lane is served alone. */
  serveGroup?: (lanes: string[], signal: AbortSignal) => Promise<string[]>;
  /** Serves one lane's rows in sequence until none is due. */
  serveAlone: (lane: string, signal: AbortSignal) => Promise<void>;
  /** The most lanes in one group. */
  groupSize: number;
  /** The most lanes that this process holds at once. */
  maxLanes: number;
}

/** How soon a lane that another process holds is tried again. Milliseconds. */
const retryHeldMs = 50;

/** How soon a lane whose service failed unexpectedly is tried again. Milliseconds. */
const retryFailedMs = 1_000;

/**
 * Serves lanes one at a time each: wakes collapse while a lane waits, and a wake that comes while it is served makes it be
 * served once more, so no row is left behind. The lock in Postgres keeps other processes out of a lane meanwhile.
 */
export class LaneDispatcher {
  readonly #service: LaneService;
  readonly #locks: LaneLocks;
  readonly #log: Log;
  readonly #waiting = new Set<string>();
  /** Lanes that are served now, and whether they were woken again meanwhile. */
  readonly #serving = new Map<string, boolean>();
  #room: (() => void)[] = [];
  #idle: (() => void)[] = [];
  #abort = new AbortController();
  #stopped = false;
  #scheduled = false;

  constructor(options: { service: LaneService; locks: LaneLocks; log: Log }) {
    this.#service = options.service;
    this.#locks = options.locks;
    this.#log = options.log;
    this.#locks.onLost(() => {
      this.#abort.abort();
      this.#abort = new AbortController();
    });
  }

  /** Tells that lanes have work. Resolves when there is room for more, which keeps the queue's fetch from running ahead. */
  async wake(lanes: Iterable<string>): Promise<void> {
    if (this.#stopped) return;
    for (const lane of lanes) {
      if (this.#serving.has(lane)) this.#serving.set(lane, true);
      else this.#waiting.add(lane);
    }
    this.#schedule();
    while (!this.#stopped && this.#waiting.size > this.#service.maxLanes) await new Promise<void>((resolve) => this.#room.push(resolve));
  }

  /** How many lanes wait or are served. */
  get size(): number {
    return this.#waiting.size + this.#serving.size;
  }

  /** Takes no more lanes and resolves when those in service are done; they are told to hurry by the signal after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    this.#waiting.clear();
    for (const resolve of this.#room.splice(0)) resolve();
    const hurry = setTimeout(() => this.#abort.abort(), graceMs);
    while (this.#serving.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    clearTimeout(hurry);
  }

  /** True once `stop` was called: services look at it between two rows. */
  get stopping(): boolean {
    return this.#stopped;
  }

  #schedule(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#dispatch();
    });
  }

  async #dispatch(): Promise<void> {
    const free = this.#service.maxLanes - this.#serving.size;
    const lanes = [...this.#waiting].slice(0, Math.min(free, this.#service.groupSize));
    if (lanes.length === 0 || this.#stopped) return;
    for (const lane of lanes) {
      this.#waiting.delete(lane);
      this.#serving.set(lane, false);
    }
    if (this.#waiting.size > 0) this.#schedule();
    for (const resolve of this.#room.splice(0)) resolve();
    const taken = await this.#take(lanes);
    if (taken.length === 0) return;
    if (this.#service.serveGroup) await this.#serveGroup(taken, this.#service.serveGroup);
    else await Promise.all(taken.map((lane) => this.#serveAlone(lane)));
  }

  async #take(lanes: string[]): Promise<string[]> {
    let taken = new Set<string>();
    try {
      taken = await this.#locks.take(lanes.map((lane) => this.#key(lane)));
    } catch (error) {
      this.#log.warn({ error: describeError(error) }, 'Lanes could not be locked; trying again');
    }
    const refused = lanes.filter((lane) => !taken.has(this.#key(lane)));
    for (const lane of refused) this.#putBack(lane, retryHeldMs);
    return lanes.filter((lane) => taken.has(this.#key(lane)));
  }

  async #serveGroup(lanes: string[], serveGroup: NonNullable<LaneService['serveGroup']>): Promise<void> {
    let alone: string[] = lanes;
    try {
      alone = await serveGroup(lanes, this.#abort.signal);
    } catch (error) {
      // One bad row must not hold up its neighbours: alone, only its own lane fails.
      this.#log.warn({ error: describeError(error), lanes: lanes.length }, 'A group of lanes failed; serving each alone');
    }
    const slow = new Set(alone);
    const done = lanes.filter((lane) => !slow.has(lane));
    await Promise.all([...alone.map((lane) => this.#serveAlone(lane)), this.#finish(done)]);
  }

  async #serveAlone(lane: string): Promise<void> {
    try {
      const { signal } = this.#abort;
      do {
        this.#serving.set(lane, false);
        await this.#service.serveAlone(lane, signal);
      } while (this.#serving.get(lane) === true && !this.#stopped && !signal.aborted);
    } catch (error) {
      this.#log.error(
        { lane, error: describeError(error), stack: error instanceof Error ? error.stack : undefined },
        'Serving a lane failed; trying again',
      );
      await this.#release([lane]);
      this.#putBack(lane, retryFailedMs);
      return;
    }
    await this.#finish([lane]);
  }

  async #finish(lanes: string[]): Promise<void> {
    if (lanes.length === 0) return;
    await this.#release(lanes);
    for (const lane of lanes) {
      if (this.#serving.get(lane) === true && !this.#stopped) this.#waiting.add(lane);
      this.#leave(lane);
    }
  }

  async #release(lanes: string[]): Promise<void> {
    try {
      await this.#locks.release(lanes.map((lane) => this.#key(lane)));
    } catch (error) {
      this.#log.warn({ lanes: lanes.length, error: describeError(error) }, 'Lanes could not be given back');
    }
  }

  #putBack(lane: string, afterMs: number): void {
    this.#leave(lane);
    if (!this.#stopped) setTimeout(() => void this.wake([lane]), afterMs).unref();
  }

  #leave(lane: string): void {
    this.#serving.delete(lane);
    if (this.#waiting.size > 0) this.#schedule();
    if (this.#serving.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  #key(lane: string): string {
    return `${this.#service.prefix}:${lane}`;
  }
}

import { describeError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { LaneLocks } from '../db/lane-locks.ts';
import { FairLanes } from './fair-lanes.ts';

/** What serving lanes has to heed. */
export interface Turn {
  /** Aborted when the process is asked to stop: begin nothing new, finish what is under way. */
  closing: AbortSignal;
  /** Aborted when the lanes are lost or time is up: drop what is under way. Implies `closing`. */
  signal: AbortSignal;
}

/** How a dispatcher serves its lanes. */
export interface LaneService {
  /** Names the lanes' locks; two dispatchers with the same prefix never serve the same lane at the same time. */
  prefix: string;
  /** Serves several lanes in one go; answers those that need time of their own. Without it every lane is served alone. */
  serveGroup?: (lanes: string[], turn: Turn) => Promise<string[]>;
  /** Serves one lane's rows in sequence until none is due. */
  serveAlone: (lane: string, turn: Turn) => Promise<void>;
  /** The most lanes in one group. */
  groupSize: number;
  /** The most lanes that this process holds at once. */
  maxLanes: number;
  /** Whose a lane is, where many tenants share the room; the next lane is then always of the one that holds the fewest. */
  tenantOf?: (lane: string) => string;
}

/** How soon a lane that another process holds is tried again. Milliseconds. */
const retryHeldMs = 50;

/** How many names wait here at most where tenants share the room: each has its own limit, so this is for many floods at once. */
const mostWaiting = 20_000;

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
  readonly #waiting: FairLanes;
  readonly #mostWaiting: number;
  /** Lanes that are served now, and whether they were woken again meanwhile. */
  readonly #serving = new Map<string, boolean>();
  #room: (() => void)[] = [];
  #idle: (() => void)[] = [];
  readonly #closing = new AbortController();
  #abort = new AbortController();
  /** Of the locks as they are held now: a turn that began before they were lost never gets the signal of those taken after. */
  #turn: Turn = this.#beginTurns();
  #stopped = false;
  #scheduled = false;
  #grouping = false;

  constructor(options: { service: LaneService; locks: LaneLocks; log: Log }) {
    this.#service = options.service;
    const { tenantOf, maxLanes } = options.service;
    this.#waiting = new FairLanes({ tenantOf, maxLanes });
    this.#mostWaiting = tenantOf ? mostWaiting : maxLanes;
    this.#locks = options.locks;
    this.#log = options.log;
    this.#locks.onLost(() => {
      this.#abort.abort();
      this.#turn = this.#beginTurns();
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
    while (!this.#stopped && this.#waiting.size > this.#mostWaiting) await new Promise<void>((resolve) => this.#room.push(resolve));
  }

  /** How many lanes wait or are served. */
  get size(): number {
    return this.#waiting.size + this.#serving.size;
  }

  /** Takes no more lanes and resolves when those in service are done; after `graceMs` they are told to drop what they do. */
  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    this.#closing.abort();
    this.#waiting.clear();
    for (const resolve of this.#room.splice(0)) resolve();
    const hurry = setTimeout(() => this.#abort.abort(), graceMs);
    while (this.#serving.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    clearTimeout(hurry);
  }

  #schedule(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#dispatch();
    });
  }

  /** Serves what waits. Groups go one after the other: whatever comes meanwhile shares the next one, so a busy moment makes them larger. */
  async #dispatch(): Promise<void> {
    if (this.#grouping) return;
    if (this.#stopped) return;
    const lanes = this.#waiting.take(this.#service.groupSize);
    if (lanes.length === 0) return;
    for (const lane of lanes) this.#serving.set(lane, false);
    if (this.#waiting.size > 0) this.#schedule();
    for (const resolve of this.#room.splice(0)) resolve();
    const turn = this.#turn;
    this.#grouping = this.#service.serveGroup !== undefined;
    const taken = await this.#take(lanes, turn);
    const alone = new Set(await this.#serveGroup(taken, turn));
    this.#grouping = false;
    if (this.#waiting.size > 0) this.#schedule();
    const done = taken.filter((lane) => !alone.has(lane));
    await Promise.all([...[...alone].map((lane) => this.#serveAlone(lane, turn)), this.#finish(done, turn)]);
  }

  async #take(lanes: string[], turn: Turn): Promise<string[]> {
    let taken = new Set<string>();
    try {
      taken = await this.#locks.take(lanes.map((lane) => this.#key(lane)));
    } catch (error) {
      this.#log.warn({ error: describeError(error) }, 'Lanes could not be locked; trying again');
    }
    if (turn.signal.aborted && taken.size > 0) {
      // Whether they were taken before or after the loss, nobody can say.
      await this.#release(lanes.filter((lane) => taken.has(this.#key(lane))));
      taken = new Set();
    }
    const refused = lanes.filter((lane) => !taken.has(this.#key(lane)));
    for (const lane of refused) this.#putBack(lane, retryHeldMs);
    return lanes.filter((lane) => taken.has(this.#key(lane)));
  }

  /** Serves lanes together where the service can; answers those that need time of their own. */
  async #serveGroup(lanes: string[], turn: Turn): Promise<string[]> {
    if (!this.#service.serveGroup || lanes.length === 0) return lanes;
    try {
      return await this.#service.serveGroup(lanes, turn);
    } catch (error) {
      // One bad row must not hold up its neighbours: alone, only its own lane fails.
      this.#log.warn({ error: describeError(error), lanes: lanes.length }, 'A group of lanes failed; serving each alone');
      return lanes;
    }
  }

  async #serveAlone(lane: string, turn: Turn): Promise<void> {
    try {
      while (!turn.closing.aborted) {
        this.#serving.set(lane, false);
        await this.#service.serveAlone(lane, turn);
        if (this.#serving.get(lane) !== true) break;
      }
    } catch (error) {
      this.#log.error(
        { lane, error: describeError(error), stack: error instanceof Error ? error.stack : undefined },
        'Serving a lane failed; trying again',
      );
      await this.#release([lane]);
      this.#putBack(lane, retryFailedMs);
      return;
    }
    await this.#finish([lane], turn);
  }

  async #finish(lanes: string[], turn: Turn): Promise<void> {
    if (lanes.length === 0) return;
    await this.#release(lanes);
    for (const lane of lanes) {
      // Lost in the middle: what is left needs no new ticket to go on.
      if (turn.signal.aborted) {
        this.#putBack(lane, retryHeldMs);
        continue;
      }
      if (this.#serving.get(lane) === true && !this.#stopped) this.#waiting.add(lane, { force: true });
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
    if (this.#serving.delete(lane)) this.#waiting.release(lane);
    if (this.#waiting.size > 0) this.#schedule();
    if (this.#serving.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  #beginTurns(): Turn {
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    return { signal, closing: AbortSignal.any([this.#closing.signal, signal]) };
  }

  #key(lane: string): string {
    return `${this.#service.prefix}:${lane}`;
  }
}

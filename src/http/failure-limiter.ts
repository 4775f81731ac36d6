import type { Clock } from '../core/clock.ts';

/** How many failures an address may have in one window. */
const allowed = 10;
/** The length of a window in milliseconds. */
const windowMs = 60_000;
/** Addresses remembered at once: a flood from many addresses must not fill the memory. */
const capacity = 10_000;

/** Counts failed attempts to prove a token, per address and in memory: it slows guessing, it does not guard a quota. */
export class FailureLimiter {
  #failures = new Map<string, { count: number; until: number }>();
  #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many seconds this address must wait; 0 when it may try. */
  retryAfterSeconds(address: string): number {
    const entry = this.#failures.get(address);
    const left = entry === undefined ? 0 : entry.until - this.#clock.now().getTime();
    if (left <= 0) this.#failures.delete(address);
    return entry !== undefined && left > 0 && entry.count >= allowed ? Math.ceil(left / 1000) : 0;
  }

  /** Notes a failure of this address. */
  fail(address: string): void {
    const now = this.#clock.now().getTime();
    const entry = this.#failures.get(address);
    if (entry !== undefined && entry.until > now) {
      entry.count += 1;
      return;
    }
    const oldest = this.#failures.keys().next();
    if (this.#failures.size >= capacity && oldest.done !== true) this.#failures.delete(oldest.value);
    this.#failures.set(address, { count: 1, until: now + windowMs });
  }
}

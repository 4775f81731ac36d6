import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import { FailureLimiter } from '../../http/failure-limiter.ts';

/** How long a token opens the setup page, and how long GitHub may take to send the browser back. Milliseconds. */
export const setupTokenMs = 60 * 60 * 1000;

/** Registrations that may be under way at once: a page that is loaded again begins another. */
const maxStates = 200;

/** What a token came to. */
export type TokenVerdict = { result: 'fits' } | { result: 'refused' } | { result: 'wait'; seconds: number };

/** The one-time token of the setup page, and the states of the registrations that were begun with it. */
export class SetupToken {
  readonly #clock: Clock;
  readonly #failures: FailureLimiter;
  readonly #states = new Map<string, { until: number; publicUrl: string | undefined }>();
  #token = '';
  #until = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#failures = new FailureLimiter(clock);
    this.renew();
  }

  /** The token now. */
  get text(): string {
    return this.#token;
  }

  /** Makes a new token; the old one opens nothing any more. */
  renew(): string {
    this.#token = randomBytes(24).toString('base64url');
    this.#until = this.#clock.now().getTime() + setupTokenMs;
    return this.#token;
  }

  /** Judges a token in constant time. The right one is let in also from an address that has guessed too often. */
  check(given: string, address: string): TokenVerdict {
    const hash = (text: string) => createHash('sha256').update(text).digest();
    const fits = timingSafeEqual(hash(given), hash(this.#token));
    if (fits && this.#clock.now().getTime() < this.#until) return { result: 'fits' };
    const seconds = this.#failures.retryAfterSeconds(address);
    if (seconds > 0) return { result: 'wait', seconds };
    if (given !== '') this.#failures.fail(address);
    return { result: 'refused' };
  }

  /** A state for GitHub to bring back, for whoever has shown the token. */
  begin(publicUrl: string | undefined): string {
    const oldest = this.#states.keys().next();
    if (this.#states.size >= maxStates && oldest.done !== true) this.#states.delete(oldest.value);
    const state = randomBytes(24).toString('base64url');
    this.#states.set(state, { until: this.#clock.now().getTime() + setupTokenMs, publicUrl });
    return state;
  }

  /** What was begun with this state; undefined for one that is not ours, too old, or used. */
  find(state: string): { publicUrl: string | undefined } | undefined {
    const found = this.#states.get(state);
    return found !== undefined && found.until > this.#clock.now().getTime() ? { publicUrl: found.publicUrl } : undefined;
  }

  /** Ends a state: it was used. */
  end(state: string): void {
    this.#states.delete(state);
  }
}

import { RepoWatchError } from '../core/errors.ts';

/** Trials that are worked on at once, and those that may wait for their turn. */
const maxRunning = 2;
const maxWaiting = 8;

/** Lets few trials run at a time: they take seconds of the process that also takes deliveries. */
export class TrialGate {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** Runs the work when it is its turn. Throws `trial_busy` when too many wait. */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= maxRunning) {
      if (this.#waiting.length >= maxWaiting)
        throw new RepoWatchError('trial_busy', `${maxRunning + maxWaiting} trials are under way. Try again in a few seconds.`);
      await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    } else this.#running += 1;
    try {
      return await work();
    } finally {
      // Whoever waits takes this one's place.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}

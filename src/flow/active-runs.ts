import { describeError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Db } from '../db/connect.ts';
import { listCancelledRuns } from '../runs/cancel-run.ts';

/** How often it is looked whether runs under way were cancelled. Milliseconds; most runs are over long before. */
const lookMs = 500;

/** The runs that this process works on. One that is cancelled, in whatever process, hears of it within a second. */
export class ActiveRuns {
  readonly #db: Db;
  readonly #log: Log;
  readonly #runs = new Map<string, AbortController>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: { db: Db; log: Log }) {
    this.#db = options.db;
    this.#log = options.log;
  }

  /** Works on a run; the signal is aborted when the run is cancelled meanwhile. */
  async during<T>(runId: string, work: (cancelled: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    this.#runs.set(runId, controller);
    if (this.#timer === undefined) this.#timer = setTimeout(() => void this.#look(), lookMs).unref();
    try {
      return await work(controller.signal);
    } finally {
      this.#runs.delete(runId);
    }
  }

  async #look(): Promise<void> {
    try {
      const ids = [...this.#runs.keys()];
      const cancelled = ids.length === 0 ? [] : await listCancelledRuns(this.#db, ids);
      for (const id of cancelled) this.#runs.get(id)?.abort();
    } catch (error) {
      this.#log.warn({ error: describeError(error) }, 'Whether runs were cancelled could not be looked up; the next look follows');
    }
    this.#timer = this.#runs.size === 0 ? undefined : setTimeout(() => void this.#look(), lookMs).unref();
  }
}

import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { describeError } from '../core/errors.ts';
import type { GitHubPauseReason } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';
import { BudgetSpent } from './budget-spent.ts';
import { readStanding, writeNews, type BudgetNews, type UsageCount } from './budget-rows.ts';
import { judgePause, judgeSpending, type Limit, type Pause } from './limits.ts';
import type { Purpose } from './purpose.ts';

/** Where budgets are shared; without it a process only knows its own. */
export interface BudgetStore {
  db: Db;
  /** The GitHub host of the installations. */
  host: string;
}

/** Who asks for what. */
export interface Spender {
  /** The installation's id on GitHub. */
  installation: string;
  purpose: Purpose;
  resource: string;
}

/** How a request ended, for the count: charged, or free because nothing had changed. */
export type Charge = 'requests' | 'unchanged';

/** What this process knows of one installation. */
interface Account {
  limits: Map<string, Limit>;
  pause: Pause | undefined;
  /** Requests under way, by resource. */
  underWay: Map<string, number>;
  readAt: number;
  reading: Promise<void> | undefined;
  /** The end of the line of sweeping requests. */
  line: Promise<unknown>;
}

/** What other processes wrote is looked at this often while an installation is asked, and our own news are written this often. Milliseconds. */
const sharedEveryMs = 1_000;
const hourMs = 3_600_000;

/**
 * Who may ask GitHub how much: limits as GitHub's answers tell them, requests counted by class, pauses that GitHub asked for.
 * Each answer tells what all processes have used, so a process is wrong by no more than what the others have under way; what
 * it learns is in the database within a second, and so survives it.
 */
export class Budget {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #store: BudgetStore | undefined;
  readonly #accounts = new Map<string, Account>();
  #usage = new Map<string, UsageCount>();
  #limits = new Map<string, BudgetNews['limits'][number]>();
  #pauses = new Map<string, BudgetNews['pauses'][number]>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: { clock: Clock; log: Log; store?: BudgetStore | undefined }) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#store = options.store;
  }

  /** Sends when the budget allows it. Throws BudgetSpent, at once and without sending, when it does not. */
  async spend<T>(spender: Spender, send: () => Promise<T>): Promise<T> {
    const account = this.#accountOf(spender.installation);
    if (spender.purpose !== 'sweep' || spender.resource !== 'core') return await this.#sendWithin(account, spender, send);
    // One request at a time for what nobody waits for (handbook D16).
    const sent = account.line.then(() => this.#sendWithin(account, spender, send));
    account.line = sent.catch(() => undefined);
    return await sent;
  }

  /** Counts a request that GitHub answered. */
  count(spender: Spender, charge: Charge): void {
    this.#usageOf(spender)[charge] += 1;
  }

  /** Notes what GitHub says is left. The newest word counts. */
  noteLimit(installation: string, resource: string, limit: Limit): void {
    this.#accountOf(installation).limits.set(resource, limit);
    if (!this.#store) return;
    this.#limits.set(`${installation} ${resource}`, { installation, resource, ...limit });
    this.#writeSoon();
  }

  /** Notes that GitHub wants a pause; known to every process when this resolves, as far as the database can be reached. */
  async notePause(installation: string, said: { until: Date | undefined; reason: GitHubPauseReason; message: string }): Promise<void> {
    const account = this.#accountOf(installation);
    account.pause = judgePause(said, account.pause, this.#clock.now());
    if (!this.#store) return;
    this.#pauses.set(installation, { installation, ...account.pause });
    await this.flush();
  }

  /** Writes down what is not written yet. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    await this.#writing;
  }

  /** Writes down the last of it; what is learned later is not written any more. */
  async close(): Promise<void> {
    await this.flush();
    this.#closed = true;
  }

  async #sendWithin<T>(account: Account, spender: Spender, send: () => Promise<T>): Promise<T> {
    await this.#lookAt(account, spender.installation);
    const { resource, purpose } = spender;
    const underWay = account.underWay.get(resource) ?? 0;
    const spending = judgeSpending({ purpose, limit: account.limits.get(resource), pause: account.pause, underWay }, this.#clock.now());
    if (!spending.allowed) {
      this.#usageOf(spender).refused += 1;
      const message = `Not asked for ${purpose === 'sweep' ? 'a comparison' : purpose === 'actions' ? 'an action' : 'a person'}: ${spending.why}`;
      throw new BudgetSpent(message, spending.retryAt);
    }
    account.underWay.set(resource, underWay + 1);
    try {
      return await send();
    } finally {
      account.underWay.set(resource, (account.underWay.get(resource) ?? 1) - 1);
    }
  }

  /** Reads what the others learned, when the last look is a second old. Without a database the own knowledge has to do. */
  async #lookAt(account: Account, installation: string): Promise<void> {
    if (!this.#store || (!account.reading && Date.now() - account.readAt < sharedEveryMs)) return;
    account.reading ??= this.#read(account, installation, this.#store).finally(() => (account.reading = undefined));
    await account.reading;
  }

  async #read(account: Account, installation: string, { db, host }: BudgetStore): Promise<void> {
    account.readAt = Date.now();
    try {
      const shared = await readStanding(db, host, installation);
      for (const [resource, limit] of shared.limits) {
        const own = account.limits.get(resource);
        if (!own || own.notedAt < limit.notedAt) account.limits.set(resource, limit);
      }
      if (shared.pause && (!account.pause || account.pause.notedAt < shared.pause.notedAt)) account.pause = shared.pause;
    } catch (error) {
      this.#log.warn({ reason: describeError(error) }, 'What other processes know of the GitHub budget could not be read');
    }
  }

  async #write(): Promise<void> {
    const news = { usage: [...this.#usage.values()], limits: [...this.#limits.values()], pauses: [...this.#pauses.values()] };
    this.#usage = new Map();
    this.#limits = new Map();
    this.#pauses = new Map();
    if (!this.#store) return;
    try {
      await writeNews(this.#store.db, this.#store.host, news);
    } catch (error) {
      // The limits come again with the next answer; a second of counts is lost.
      this.#log.warn({ reason: describeError(error) }, 'The use of the GitHub budget could not be written down');
    }
  }

  #writeSoon(): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => void this.flush(), sharedEveryMs).unref();
  }

  #usageOf({ installation, purpose, resource }: Spender): UsageCount {
    const askedAt = this.#clock.now();
    const hour = new Date(Math.floor(askedAt.getTime() / hourMs) * hourMs);
    const key = `${installation} ${resource} ${purpose} ${hour.getTime()}`;
    const found = this.#usage.get(key) ?? { installation, resource, purpose, hour, requests: 0, unchanged: 0, refused: 0, askedAt };
    found.askedAt = askedAt;
    if (!this.#store) return found;
    this.#usage.set(key, found);
    this.#writeSoon();
    return found;
  }

  #accountOf(installation: string): Account {
    let account = this.#accounts.get(installation);
    if (!account) {
      account = { limits: new Map(), pause: undefined, underWay: new Map(), readAt: 0, reading: undefined, line: Promise.resolve() };
      this.#accounts.set(installation, account);
    }
    return account;
  }
}

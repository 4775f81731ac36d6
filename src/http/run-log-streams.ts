import type { FastifyReply } from 'fastify';
import { describeError, RepoWatchError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Db } from '../db/connect.ts';
import { openEventFeed, type EventFeed } from './event-feed.ts';
import { findRunLog } from './read/run-log.ts';

/** Streams that one process keeps open at once. */
const maxStreams = 100;
/** How often is looked for new lines. Milliseconds. */
const lookMs = 300;
/** How often a quiet stream says that it lives, and how long a reader may not read. Milliseconds. */
const beatMs = 15_000;

const endStatuses = new Set(['succeeded', 'failed', 'dead', 'cancelled']);

/** The logs of runs as they grow: an event `line` for each line, `attempt` when a try is over, and `end` when the run is. */
export class RunLogStreams {
  readonly #db: Db;
  readonly #log: Log;
  readonly #feeds = new Set<EventFeed>();
  #closed = false;

  constructor({ db, log }: { db: Db; log: Log }) {
    this.#db = db;
    this.#log = log;
  }

  /** Opens a stream on a reply, from the run's first line on. Throws `page_busy` when too many are open. */
  open(reply: FastifyReply, runId: string): void {
    if (this.#closed || this.#feeds.size >= maxStreams) {
      void reply.header('retry-after', '10');
      throw new RepoWatchError('page_busy', `This server follows ${maxStreams} logs at once. Close some, or try again.`);
    }
    void reply.hijack();
    let timer: NodeJS.Timeout | undefined;
    let over = false;
    const feed = openEventFeed(reply, () => {
      over = true;
      clearTimeout(timer);
      this.#feeds.delete(feed);
    });
    this.#feeds.add(feed);
    const told: Told = { lines: new Map(), ended: new Set() };
    let beatAt = Date.now() + beatMs;
    const look = async () => {
      const ended = await this.#tell(feed, runId, told);
      if (over) return;
      if (ended) return feed.end();
      if (Date.now() >= beatAt) {
        feed.beat(beatMs);
        beatAt = Date.now() + beatMs;
      }
      timer = setTimeout(() => void look(), lookMs);
    };
    void look();
  }

  /** Ends every stream. */
  close(): void {
    this.#closed = true;
    for (const feed of this.#feeds) feed.end();
  }

  /** Sends what is new; true when nothing more will come. */
  async #tell(feed: EventFeed, runId: string, told: Told): Promise<boolean> {
    try {
      const found = await findRunLog(this.#db, runId);
      if (found === undefined) return true;
      for (const { step, attempt, status, lines } of found.attempts) {
        const key = `${step} ${attempt}`;
        const from = told.lines.get(key) ?? 0;
        for (const [index, line] of lines.slice(from).entries()) feed.send('line', { step, attempt, number: from + index + 1, line });
        told.lines.set(key, Math.max(from, lines.length));
        if (status !== 'started' && !told.ended.has(key)) {
          told.ended.add(key);
          feed.send('attempt', { step, attempt, status });
        }
      }
      if (!endStatuses.has(found.status)) return false;
      feed.send('end', { status: found.status });
      return true;
    } catch (error) {
      this.#log.warn({ run: runId, error: describeError(error) }, 'A log could not be followed any more');
      return true;
    }
  }
}

/** How far a stream has come, by step and attempt. */
interface Told {
  lines: Map<string, number>;
  ended: Set<string>;
}

import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { describeError, RepoWatchError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Db } from '../db/connect.ts';
import { BranchActivityHub } from './branch-activity-hub.ts';
import { openEventFeed, type EventFeed } from './event-feed.ts';
import type { PresenceActions } from './presence-actions.ts';
import { unwrap } from './problem.ts';

/** Streams that one process keeps open at once. */
const maxStreams = 500;

/** How often a quiet stream says at least that it lives. Milliseconds. */
const slowestBeatMs = 15_000;

/** How often is looked whether the last stream has ended. Milliseconds. */
const lookMs = 20;

/** What is to be watched, by whom: the person is who the gate let in, never what a request says of itself. */
interface StreamWish {
  repository: { id: string; full_name: string };
  branch: string;
  person: string;
}

/**
 * The live streams of branches that this process holds: for the REST side, and for pages. Each connection is a `branch.joined` when
 * it opens and one `branch.left` when it is over.
 */
export class BranchStreams {
  readonly #presence: PresenceActions;
  readonly #log: Log;
  readonly #hub: BranchActivityHub;
  readonly #feeds = new Map<string, EventFeed>();
  readonly #leaving = new Set<Promise<void>>();
  readonly #heart: NodeJS.Timeout;
  #opening = 0;
  #closed = false;

  constructor(options: { db: Db; presence: PresenceActions; log: Log }) {
    this.#presence = options.presence;
    this.#log = options.log;
    this.#hub = new BranchActivityHub(options);
    this.#heart = setInterval(() => void this.#beat(), Math.min(slowestBeatMs, this.#presence.timeoutMs / 3)).unref();
  }

  /** Opens a stream on a reply. Throws `not_found` for a branch that is not there, `page_busy` when too many are open. */
  async open(reply: FastifyReply, wish: StreamWish): Promise<void> {
    if (this.#closed || this.#feeds.size + this.#opening >= maxStreams) {
      void reply.header('retry-after', '10');
      throw new RepoWatchError('page_busy', `This server takes ${maxStreams} live streams at once. Close some, or try again.`);
    }
    this.#opening += 1;
    try {
      await this.#start(reply, wish);
    } finally {
      this.#opening -= 1;
    }
  }

  /** Ends every stream and waits until each is written down as left. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#heart);
    this.#hub.close();
    for (const feed of this.#feeds.values()) feed.end();
    while (this.#feeds.size > 0 || this.#leaving.size > 0) {
      await Promise.all(this.#leaving);
      if (this.#feeds.size > 0) await pause(lookMs);
    }
  }

  async #start(reply: FastifyReply, { repository, branch, person }: StreamWish): Promise<void> {
    const { connection, head } = unwrap(await this.#presence.join({ repositoryId: repository.id, branch, person }));
    let stop: () => void = () => undefined;
    let over = false;
    void reply.hijack();
    const feed = openEventFeed(reply, ({ timedOut }) => {
      over = true;
      stop();
      this.#feeds.delete(connection);
      this.#leave(connection, timedOut ? 'timed_out' : 'closed');
    });
    this.#feeds.set(connection, feed);
    feed.send('joined', { connection, user: person, repository: { id: repository.id, full_name: repository.full_name }, branch, head });
    try {
      stop = await this.#hub.subscribe({ repositoryId: repository.id, branch }, (event, data) => feed.send(event, data));
    } catch (error) {
      this.#log.warn({ connection, error: describeError(error) }, 'A stream ended, because what happens on its branch could not be read');
      feed.end();
    }
    if (over) stop();
    if (this.#closed) feed.end();
  }

  #leave(connection: string, reason: 'closed' | 'timed_out'): void {
    const left = this.#presence.leave(connection, reason).catch((error: unknown) => {
      // The sweep finds it, because nobody says any more that it lives.
      this.#log.warn({ connection, error: describeError(error) }, 'That a stream is over could not be written down');
    });
    this.#leaving.add(left);
    void left.finally(() => this.#leaving.delete(left));
  }

  async #beat(): Promise<void> {
    for (const feed of this.#feeds.values()) feed.beat(this.#presence.timeoutMs);
    const gone = await this.#presence.keep([...this.#feeds.keys()]).catch((error: unknown) => {
      this.#log.warn({ error: describeError(error) }, 'That streams live could not be written down');
      return [];
    });
    // Somebody else has written them down as left: whoever looks comes back as a new connection.
    for (const connection of gone) this.#feeds.get(connection)?.end();
  }
}

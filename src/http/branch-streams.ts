import type { FastifyReply } from 'fastify';
import { describeError, RepoWatchError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Db } from '../db/connect.ts';
import { createBranchActivityHub } from './branch-activity-hub.ts';
import { openEventFeed, type EventFeed } from './event-feed.ts';
import type { PresenceActions } from './presence-actions.ts';
import { unwrap } from './problem.ts';

/** Streams that one process keeps open at once. */
const maxStreams = 500;

/** How often a quiet stream says at least that it lives. Milliseconds. */
const slowestBeatMs = 15_000;

/** What is to be watched, by whom: the person is who the gate let in, never what a request says of itself. */
interface StreamWish {
  repository: { id: string; full_name: string };
  branch: string;
  person: string;
}

/** The live streams of branches that this process holds: for the REST side, and for pages. */
export interface BranchStreams {
  /** Opens a stream on a reply. Throws `not_found` for a branch that is not there, `page_busy` when too many are open. */
  open(reply: FastifyReply, wish: StreamWish): Promise<void>;
  /** Ends every stream and waits until each is written down as left. */
  close(): Promise<void>;
}

/** Creates the streams of one process. Each connection is a `branch.joined` when it opens and one `branch.left` when it is over. */
export function createBranchStreams(options: { db: Db; presence: PresenceActions; log: Log }): BranchStreams {
  const { presence, log } = options;
  const hub = createBranchActivityHub(options);
  const feeds = new Map<string, EventFeed>();
  const leaving = new Set<Promise<void>>();
  let opening = 0;
  let closed = false;

  function leave(connection: string, reason: 'closed' | 'timed_out'): void {
    const left = presence.leave(connection, reason).catch((error: unknown) => {
      // The sweep finds it, because nobody says any more that it lives.
      log.warn({ connection, error: describeError(error) }, 'That a stream is over could not be written down');
    });
    leaving.add(left);
    void left.finally(() => leaving.delete(left));
  }

  async function beat(): Promise<void> {
    for (const feed of feeds.values()) feed.beat(presence.timeoutMs);
    const gone = await presence.keep([...feeds.keys()]).catch((error: unknown) => {
      log.warn({ error: describeError(error) }, 'That streams live could not be written down');
      return [];
    });
    // Somebody else has written them down as left: whoever looks comes back as a new connection.
    for (const connection of gone) feeds.get(connection)?.end();
  }
  const heart = setInterval(() => void beat(), Math.min(slowestBeatMs, presence.timeoutMs / 3)).unref();

  async function start(reply: FastifyReply, wish: StreamWish): Promise<void> {
    const { repository, branch, person } = wish;
    const { connection, head } = unwrap(await presence.join({ repositoryId: repository.id, branch, person }));
    let stop: () => void = () => undefined;
    let over = false;
    void reply.hijack();
    const feed = openEventFeed(reply, ({ timedOut }) => {
      over = true;
      stop();
      feeds.delete(connection);
      leave(connection, timedOut ? 'timed_out' : 'closed');
    });
    feeds.set(connection, feed);
    feed.send('joined', { connection, user: person, repository: { id: repository.id, full_name: repository.full_name }, branch, head });
    try {
      stop = await hub.subscribe({ repositoryId: repository.id, branch }, (event, data) => feed.send(event, data));
    } catch (error) {
      log.warn({ connection, error: describeError(error) }, 'A stream ended, because what happens on its branch could not be read');
      feed.end();
    }
    if (over) stop();
    if (closed) feed.end();
  }

  return {
    async open(reply, wish) {
      if (closed || feeds.size + opening >= maxStreams) {
        void reply.header('retry-after', '10');
        throw new RepoWatchError(
          'page_busy',
          `This server holds ${maxStreams} live streams, which is all it takes. Close some, or try again.`,
        );
      }
      opening += 1;
      try {
        await start(reply, wish);
      } finally {
        opening -= 1;
      }
    },
    async close() {
      closed = true;
      clearInterval(heart);
      hub.close();
      const ended = [...feeds.values()];
      for (const feed of ended) feed.end();
      while (feeds.size > 0 || leaving.size > 0) {
        await Promise.all(leaving);
        if (feeds.size > 0) await new Promise((resolve) => void setTimeout(resolve, 20));
      }
    },
  };
}

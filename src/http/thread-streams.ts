import type { FastifyReply, FastifyRequest } from 'fastify';
import { describeError, RepoWatchError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Db } from '../db/connect.ts';
import type { Requester } from '../people/requester.ts';
import { openEventFeed, type EventFeed } from './event-feed.ts';
import type { ThreadHead } from './read/thread-heads.ts';
import { listThreads, readThreads, type ThreadFilter } from './read/threads.ts';
import { requesterOf } from './requester.ts';
import type { ThreadItem } from './schemas/thread.ts';
import { threadItem, touchedAt } from './thread-item.ts';

/** Streams that one process keeps open at once, and the different things they look at: each costs its own reading. */
const maxStreams = 200;
const maxViews = 50;
/** How often is looked for what is new. Milliseconds. */
const lookMs = 700;
/** How often a quiet stream says that it lives, and how long a reader may not read. Milliseconds. */
const beatMs = 15_000;
/** How many of the newest threads a look reads, and how many at most when more came, or after somebody was away. */
const shownThreads = 100;
const mostThreads = 1_000;
/** Older threads that are not over and are looked at, too. */
const mostOpen = 200;
/** Clocks of processes and the database differ; what is told twice does no harm. Milliseconds. */
const marginMs = 10_000;

/** What somebody wants to hear. */
export interface ThreadWish extends ThreadFilter {
  /** How many of the newest threads come first. */
  recent: number;
  /** The moment that the id of the last event named, of somebody who was away. */
  after: number | undefined;
}

/** One reader: what it has been told of each thread. */
interface Reader {
  request: FastifyRequest;
  sight: string;
  wish: ThreadWish;
  feed: EventFeed;
  /** Undefined until its first look. */
  told: Map<string, string> | undefined;
  beatAt: number;
}

/** Readers of the same threads, by the same eyes: one reading serves all of them. */
interface View {
  filter: ThreadFilter;
  requester: Requester;
  readers: Set<Reader>;
  known: Set<string>;
  open: Map<string, ThreadHead>;
  timer: NodeJS.Timeout | undefined;
  looking: boolean;
}

const sightOf = ({ sight }: Requester) => JSON.stringify(sight);

/** The live streams of threads that this process holds: an event `thread` for each that is new or stands otherwise. */
export class ThreadStreams {
  readonly #db: Db;
  readonly #log: Log;
  readonly #views = new Map<string, View>();
  #closed = false;

  constructor({ db, log }: { db: Db; log: Log }) {
    this.#db = db;
    this.#log = log;
  }

  /** Opens a stream on a reply. Throws `page_busy` when too many are open. */
  open(request: FastifyRequest, reply: FastifyReply, wish: ThreadWish): void {
    const requester = requesterOf(request);
    const sight = sightOf(requester);
    const key = JSON.stringify([wish.repository?.toLowerCase(), wish.status, sight]);
    const count = [...this.#views.values()].reduce((sum, { readers }) => sum + readers.size, 0);
    if (this.#closed || count >= maxStreams || (!this.#views.has(key) && this.#views.size >= maxViews)) {
      void reply.header('retry-after', '10');
      throw new RepoWatchError('page_busy', `This server takes ${maxStreams} live streams of threads at once. Close some, or try again.`);
    }
    const filter = { repository: wish.repository, status: wish.status };
    const view = this.#views.get(key) ?? {
      filter,
      requester,
      readers: new Set(),
      known: new Set(),
      open: new Map(),
      timer: undefined,
      looking: false,
    };
    this.#views.set(key, view);
    void reply.hijack();
    const feed = openEventFeed(reply, () => {
      view.readers.delete(reader);
      if (view.readers.size > 0) return;
      clearTimeout(view.timer);
      if (this.#views.get(key) === view) this.#views.delete(key);
    });
    const reader: Reader = { request, sight, wish, feed, told: undefined, beatAt: Date.now() + beatMs };
    view.readers.add(reader);
    if (!view.looking) void this.#look(view);
  }

  /** Ends every stream. */
  close(): void {
    this.#closed = true;
    for (const view of this.#views.values()) {
      clearTimeout(view.timer);
      for (const { feed } of view.readers) feed.end();
    }
  }

  async #look(view: View): Promise<void> {
    clearTimeout(view.timer);
    view.looking = true;
    const readers = [...view.readers];
    try {
      const at = Date.now();
      const threads = await this.#read(view, readers);
      for (const reader of readers) tell(reader, threads, String(at));
    } catch (error) {
      // The database may be away for a while; what is missed is told as soon as it is back.
      this.#log.warn({ error: describeError(error) }, 'The live stream of threads could not be read');
    }
    view.looking = false;
    for (const reader of readers) keep(reader);
    const isNewcomer = [...view.readers].some(({ told }) => told === undefined);
    if (view.readers.size > 0 && !this.#closed) view.timer = setTimeout(() => void this.#look(view), isNewcomer ? 50 : lookMs);
  }

  /** The threads of this moment, the oldest first: the newest ones, more of them in a burst, and older ones that are not over. */
  async #read(view: View, readers: readonly Reader[]): Promise<ThreadItem[]> {
    const query = { ...view.filter, requester: view.requester };
    const isBack = readers.some(({ told, wish }) => told === undefined && wish.after !== undefined);
    let newest = await listThreads(this.#db, query, isBack ? mostThreads : shownThreads);
    const isBurst = view.known.size > 0 && newest.length === shownThreads && !newest.some(({ key }) => view.known.has(key));
    if (isBurst) newest = await listThreads(this.#db, query, mostThreads);
    const shown = new Set(newest.map(({ key }) => key));
    const older = [...view.open.values()].filter(({ kind, id }) => !shown.has(`${kind}-${id}`)).slice(-mostOpen);
    const rest = older.length === 0 || view.filter.status !== undefined ? [] : await readThreads(this.#db, older);
    const threads = [...newest, ...rest].map(threadItem).toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
    view.known = shown;
    view.open = new Map(threads.filter(({ status }) => status === 'waiting').map((thread) => [thread.id, headOf(thread)]));
    return threads;
  }
}

function headOf({ id, at }: ThreadItem): ThreadHead {
  const [kind, number] = id.split('-') as [ThreadHead['kind'], string];
  return { kind, id: number, at: new Date(at) };
}

/** Sends what is new for a reader; at its first look what it asked to begin with, or what it missed. */
function tell(reader: Reader, threads: readonly ThreadItem[], eventId: string): void {
  const { feed, wish, told } = reader;
  const { after } = wish;
  const first =
    after === undefined
      ? threads.slice(Math.max(0, threads.length - wish.recent))
      : threads.filter((thread) => touchedAt(thread) >= after - marginMs);
  const news = told === undefined ? first : threads.filter((thread) => told.get(thread.id) !== JSON.stringify(thread));
  reader.told = new Map(threads.map((thread) => [thread.id, JSON.stringify(thread)]));
  for (const thread of news) feed.send('thread', { thread }, eventId);
  if (told === undefined) feed.send('ready', { threads: news.length }, eventId);
}

/** Says that the stream lives, and ends it when its reader sees something else than at its beginning: they come back to the right one. */
function keep(reader: Reader): void {
  if (reader.request.requester === undefined || sightOf(reader.request.requester) !== reader.sight) return reader.feed.end();
  if (Date.now() < reader.beatAt) return;
  reader.feed.beat(beatMs);
  reader.beatAt = Date.now() + beatMs;
}

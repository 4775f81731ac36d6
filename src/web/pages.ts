import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { catalogue, type ErrorCode } from '../core/error-catalogue.ts';
import { describeError, isRepoWatchError, RepoWatchError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Db } from '../db/connect.ts';
import type { TokenGate } from '../http/auth.ts';
import type { Health, HttpActions } from '../http/http-options.ts';
import type { PeopleActions } from '../http/people-actions.ts';
import { createCounterReader } from '../http/read/counters.ts';
import { threadStatuses, type ThreadStatus } from '../http/read/thread-heads.ts';
import { listThreads, type ThreadFilter } from '../http/read/threads.ts';
import type { Requester } from '../people/requester.ts';
import { loadAssets, type Assets } from './assets.ts';
import { addDestinationsPage } from './destinations-page.ts';
import { addDetailRoutes } from './detail-routes.ts';
import { addDoctorPage } from './doctor-page.ts';
import { createDoor, type Door } from './door.ts';
import { openEventStream, type EventStream } from './event-stream.ts';
import { feedPage, liveFragment, type FeedState, type PageFacts } from './feed-view.ts';
import { problemPage } from './layout.ts';
import { createLiveHub, type LiveView } from './live.ts';
import { addLoginRoutes } from './login-routes.ts';
import { addSignInRoutes } from './sign-in-routes.ts';
import { addValidationPage } from './validation-page.ts';
import { addSetupReturnRoutes, type SetupReturnTools } from './setup-return.ts';

/** How many threads the page shows. */
const shownThreads = 30;
/** How often the newest threads are read while somebody looks. Milliseconds. */
const liveIntervalMs = 700;
/** Counters and health may be this old, or older when reading them takes long. Milliseconds. */
const slowFactsMs = 2_000;
/** The part of the time that may go into counting. */
const countingShare = 1 / 20;
/** Groups of people whose counters are remembered. */
const rememberedSights = 100;
/** How often is looked whether somebody who watches may still do so. Milliseconds. */
const recheckMs = 15_000;

/** What the page needs from the rest. */
export interface PagesOptions {
  db: Db;
  actions: Pick<HttpActions, 'retryDelivery' | 'replayRun' | 'examine' | 'enableDestination'>;
  /** For people whom GitHub sends back after an installation. */
  setupReturn: SetupReturnTools;
  /** For people who sign in with GitHub. */
  people: PeopleActions;
  health: () => Promise<Health>;
  adminToken: string;
  publicUrl?: string | undefined;
  version: string;
  log: Log;
}

/** What the page's routes share. */
interface PageContext extends PagesOptions {
  assets: Assets;
  door: Door;
  signIn: PeopleActions['signIn'];
}

const hidden = { schema: { hide: true }, config: { access: 'page' as const } };

function readFilter(query: unknown): ThreadFilter {
  const { repository, status } = query as Record<string, unknown>;
  const name = typeof repository === 'string' ? repository.trim().slice(0, 201) : '';
  return {
    repository: name === '' || name.includes('\0') ? undefined : name,
    status: threadStatuses.includes(status as ThreadStatus) ? (status as ThreadStatus) : undefined,
  };
}

/** Counters and health for one group of people who see the same. */
interface SlowFacts {
  until: number;
  facts: Promise<Pick<FeedState, 'counters' | 'health'>>;
}

function createStateReader({ db, health }: PagesOptions): (filter: ThreadFilter, requester: Requester) => Promise<FeedState> {
  const readCounters = createCounterReader(db);
  const known = new Map<string, SlowFacts>();
  const count = async (requester: Requester, key: string) => {
    const from = Date.now();
    const counters = await readCounters(new Date(), requester);
    const spent = Date.now() - from;
    const slow = known.get(key);
    if (slow !== undefined) slow.until = Date.now() + Math.max(slowFactsMs, spent / countingShare);
    return { counters, health: await health() };
  };
  const readSlow = (requester: Requester) => {
    const key = JSON.stringify(requester.sight);
    const last = known.get(key);
    if (last !== undefined && Date.now() <= last.until) return last.facts;
    if (known.size >= rememberedSights) known.clear();
    const facts = count(requester, key);
    known.set(key, { until: Number.POSITIVE_INFINITY, facts });
    facts.catch(() => known.delete(key));
    return facts;
  };
  return async (filter, requester) => ({
    filter,
    threads: await listThreads(db, { ...filter, requester }, shownThreads),
    ...(await readSlow(requester)),
  });
}

function webhookUrl(request: FastifyRequest, publicUrl: string | undefined): string {
  return new URL('/api/github/webhooks', publicUrl ?? `${request.protocol}://${request.host}`).href;
}

/** People get a page, or a line where a part of the page asked. */
function createPageErrors({ assets, log }: PageContext) {
  return async (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const expected = isRepoWatchError(error) ? error : undefined;
    const malformed = (error as { statusCode?: number }).statusCode === 415 || (error as { statusCode?: number }).statusCode === 413;
    const code: ErrorCode = expected?.code ?? (malformed ? 'request_malformed' : 'internal_error');
    if (code === 'internal_error') log.error({ request: request.id, error: describeError(error) }, 'page failed');
    const { status, title } = catalogue[code];
    const detail = expected?.message ?? `The log has more under request ${request.id}.`;
    void reply.code(status);
    if (request.headers['hx-request'] !== undefined) return reply.type('text/plain; charset=utf-8').send(`${title}: ${detail}`);
    return reply.type('text/html; charset=utf-8').send(problemPage(assets, { title, detail }));
  };
}

function addAssetRoute(app: FastifyInstance, { assets }: PageContext): void {
  app.get<{ Params: { name: string } }>(
    '/assets/:name',
    { schema: { hide: true }, config: { access: 'public' } },
    async ({ params }, reply) => {
      const asset = assets.byName.get(params.name);
      if (asset === undefined) throw new RepoWatchError('not_found', 'There is no such file. Load the page again.');
      // The name changes with the content.
      return reply.header('cache-control', 'public, max-age=31536000, immutable').type(asset.type).send(asset.content);
    },
  );
}

function addFeedRoutes(app: FastifyInstance, context: PageContext): void {
  const { assets, door, log, publicUrl, version } = context;
  const read = createStateReader(context);
  const factsOf = (request: FastifyRequest): PageFacts => ({ version, webhookUrl: webhookUrl(request, publicUrl) });
  app.get('/', hidden, async (request, reply) => {
    const visitor = await door.find(request);
    if (visitor === undefined) return reply.redirect('/login', 303);
    const page = feedPage(assets, await read(readFilter(request.query), visitor.requester), factsOf(request));
    return reply.type('text/html; charset=utf-8').send(page);
  });

  const streams = new Set<EventStream>();
  let facts: PageFacts | undefined;
  const render = async ({ requester, ...filter }: LiveView) =>
    liveFragment(await read(filter, requester), facts ?? { version, webhookUrl: '' });
  const hub = createLiveHub({ render, intervalMs: liveIntervalMs, log });
  app.get('/live', { ...hidden, config: { stream: true, access: 'page' }, exposeHeadRoute: false }, async (request, reply) => {
    const { requester } = await door.require(request);
    const view = { ...readFilter(request.query), requester };
    if (!hub.hasRoom(view)) throw new RepoWatchError('page_busy', 'Too many pages are live at once. Close some of them.');
    facts ??= factsOf(request);
    void reply.hijack();
    let stop: () => void = () => undefined;
    const stream = openEventStream(reply, () => {
      stop();
      streams.delete(stream);
      clearInterval(look);
    });
    // Whoever signs out, loses a role or a repository sees nothing more of it; the page comes back and asks anew.
    const look = setInterval(() => void endUnlessSame(door, request, { requester, stream }), recheckMs).unref();
    streams.add(stream);
    stop = hub.subscribe(view, (fragment) => stream.send(fragment));
    return reply;
  });
  app.addHook('preClose', async () => {
    hub.close();
    for (const stream of streams) stream.end();
  });
}

async function endUnlessSame(
  door: Door,
  request: FastifyRequest,
  { requester, stream }: { requester: Requester; stream: EventStream },
): Promise<void> {
  const now = await door.find(request).catch(() => undefined);
  if (JSON.stringify(now?.requester.sight) !== JSON.stringify(requester.sight)) stream.end();
}

/** Makes the pages: the live page, its parts, signing in and out, and their assets. Hand it to `createHttpServer` as `pages`. */
export function createPages(options: PagesOptions): (app: FastifyInstance, gate: TokenGate) => Promise<void> {
  const assets = loadAssets();
  return async (app, gate) => {
    const context: PageContext = { ...options, assets, door: createDoor(options, gate), signIn: options.people.signIn };
    app.setErrorHandler(createPageErrors(context));
    addAssetRoute(app, context);
    addLoginRoutes(app, context);
    addSignInRoutes(app, { ...context, publicUrl: options.publicUrl });
    addFeedRoutes(app, context);
    addDetailRoutes(app, context);
    addDoctorPage(app, context);
    addDestinationsPage(app, context);
    addValidationPage(app, context);
    addSetupReturnRoutes(app, { ...context.setupReturn, assets, publicUrl: options.publicUrl });
  };
}

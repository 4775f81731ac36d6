import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RepoWatchError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Db } from '../db/connect.ts';
import type { TokenGate } from '../http/auth.ts';
import type { NotFoundPage } from '../http/known-routes.ts';
import type { Health, HttpActions } from '../http/http-options.ts';
import type { PeopleActions } from '../http/people-actions.ts';
import { createCounterReader } from '../http/read/counters.ts';
import { threadStatuses, type ThreadStatus } from '../http/read/thread-heads.ts';
import { listThreads, type ThreadFilter } from '../http/read/threads.ts';
import type { Requester } from '../people/requester.ts';
import { loadAssets, type Assets } from './assets.ts';
import { addBasePathHook } from './base-path.ts';
import { addDestinationsPage } from './destinations-page.ts';
import { addDetailRoutes } from './detail-routes.ts';
import { createDoor } from './door.ts';
import { feedContent, type FeedState } from './feed-view.ts';
import { addPage } from './kit/pages.ts';
import type { Site } from './kit/site.ts';
import type { PageDefinition } from './kit/view.ts';
import { addLiveRoute } from './live-route.ts';
import { createLiveHub } from './live.ts';
import { addLoginRoutes } from './login-routes.ts';
import { createNotFoundPage, createPageErrors } from './page-errors.ts';
import { addPeoplePages } from './people/add-people-pages.ts';
import { addSettingsPages } from './settings/add-settings-pages.ts';
import { addSetupReturnRoutes, type SetupReturnTools } from './setup-return.ts';
import { addSignInRoutes } from './sign-in-routes.ts';
import { addValidationPage } from './validation-page.ts';

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
  const base = publicUrl ?? `${request.protocol}://${request.host}`;
  return `${base.replace(/\/+$/, '')}/api/github/webhooks`;
}

function addAssetRoute(app: FastifyInstance, assets: Assets): void {
  app.get<{ Params: { name: string } }>(
    '/assets/:name',
    { schema: { hide: true }, config: { access: 'public' } },
    async ({ params, headers }, reply) => {
      const asset = assets.byName.get(params.name);
      if (asset === undefined) throw new RepoWatchError('not_found', 'There is no such file. Load the page again.');
      // The name changes with the content.
      void reply.header('cache-control', 'public, max-age=31536000, immutable').header('vary', 'accept-encoding').type(asset.type);
      if (!/\bgzip\b/.test(headers['accept-encoding'] ?? '')) return reply.send(asset.content);
      return reply.header('content-encoding', 'gzip').send(asset.gzip);
    },
  );
}

/** The overview: what happened last, and how it stands. */
function overviewPage(context: PagesOptions): PageDefinition {
  const read = createStateReader(context);
  return {
    path: '/',
    place: 'overview',
    async render({ request, requester }) {
      const facts = { version: context.version, webhookUrl: webhookUrl(request, context.publicUrl) };
      return feedContent(await read(readFilter(request.query), requester), facts);
    },
  };
}

/** Makes the pages: the site, signing in and out, and their assets. Hand it to `createHttpServer` as `pages`. */
export function createPages(options: PagesOptions): (app: FastifyInstance, gate: TokenGate) => Promise<NotFoundPage> {
  const assets = loadAssets();
  return async (app, gate) => {
    const { log, version, publicUrl } = options;
    const door = createDoor(options, gate);
    const hub = createLiveHub({ intervalMs: liveIntervalMs, log });
    const site: Site = { app, assets, door, hub, log, version, publicUrl };
    const context = { ...options, assets, door, signIn: options.people.signIn, publicUrl };
    app.setErrorHandler(createPageErrors(site));
    addBasePathHook(app, publicUrl);
    addAssetRoute(app, assets);
    addLoginRoutes(app, context);
    addSignInRoutes(app, context);
    addLiveRoute(site);
    addPage(site, overviewPage(options));
    addDetailRoutes(app, context);
    addDestinationsPage(app, context);
    addPeoplePages(site);
    addSettingsPages(site);
    addValidationPage(app, context);
    addSetupReturnRoutes(app, { ...options.setupReturn, assets, publicUrl });
    return createNotFoundPage(site);
  };
}

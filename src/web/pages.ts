import type { FastifyInstance } from 'fastify';
import { RepoWatchError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Db } from '../db/connect.ts';
import type { TokenGate } from '../http/auth.ts';
import type { NotFoundPage } from '../http/known-routes.ts';
import type { PeopleActions } from '../http/people-actions.ts';
import { loadAssets, type Assets } from './assets.ts';
import { addBasePathHook } from './base-path.ts';
import { addDestinationPages } from './destinations/add-destination-pages.ts';
import { addActivityPages } from './activity/add-activity-pages.ts';
import { addCompression } from './compress.ts';
import { createDoor } from './door.ts';
import { addEditorPages } from './editor/add-editor-pages.ts';
import type { Site } from './kit/site.ts';
import { addInstallationPages } from './installations/add-installation-pages.ts';
import { addLiveRoute } from './live-route.ts';
import { createLiveHub } from './live.ts';
import { addLoginRoutes } from './login-routes.ts';
import { addOverviewPages } from './overview/add-overview-pages.ts';
import { createNotFoundPage, createPageErrors } from './page-errors.ts';
import { addPeoplePages } from './people/add-people-pages.ts';
import { addRecoveryPages } from './recovery/add-recovery-pages.ts';
import { addRepositoryPages } from './repositories/add-repository-pages.ts';
import { addSearchPages } from './search/add-search-pages.ts';
import { addSettingsPages } from './settings/add-settings-pages.ts';
import { addProjectPages } from './projects/add-project-pages.ts';
import { addSecretPages } from './secrets/add-secret-pages.ts';
import { addSetupReturnRoutes, type SetupReturnTools } from './setup/setup-return.ts';
import { addSignInRoutes } from './sign-in-routes.ts';
import { addTriggerPages } from './triggers/add-trigger-pages.ts';

/** How often the newest threads are read while somebody looks. Milliseconds. */
const liveIntervalMs = 700;

/** What the page needs from the rest. */
export interface PagesOptions {
  db: Db;
  /** For people whom GitHub sends back after an installation. */
  setupReturn: SetupReturnTools;
  /** For people who sign in with GitHub. */
  people: PeopleActions;
  adminToken: string;
  publicUrl?: string | undefined;
  version: string;
  log: Log;
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
    addCompression(app);
    addAssetRoute(app, assets);
    addLoginRoutes(app, context);
    addSignInRoutes(app, context);
    addLiveRoute(site);
    addOverviewPages(site);
    addSearchPages(site);
    addRepositoryPages(site);
    addRecoveryPages(site);
    addActivityPages(site);
    addDestinationPages(site);
    addProjectPages(site);
    addSecretPages(site);
    addPeoplePages(site);
    addSettingsPages(site);
    addInstallationPages(site, { withGitHub: options.people.signIn !== undefined });
    addTriggerPages(site);
    addEditorPages(site);
    addSetupReturnRoutes(app, { ...options.setupReturn, assets, publicUrl });
    return createNotFoundPage(site);
  };
}

import type { AddressInfo } from 'node:net';
import helmet from '@fastify/helmet';
import { type FastifyInstance } from 'fastify';
import { type ZodTypeProvider } from 'fastify-type-provider-zod';
import { addAccessGuard } from './access.ts';
import type { RouteContext } from './api.ts';
import { createTokenGate, type TokenGate } from './auth.ts';
import { addBodyRules } from './body-rules.ts';
import { addCors } from './cors.ts';
import { addDatabaseGauges } from './database-gauges.ts';
import { addEditConditions } from './edit-conditions.ts';
import { addGitHubGauges } from './github-gauges.ts';
import { addHttpMetrics } from './http-metrics.ts';
import type { HttpOptions } from './http-options.ts';
import { addIdempotency } from './idempotent-requests.ts';
import { createIdentify } from './identify.ts';
import { collectRoutes, createNotFoundHandler, type KnownRoute, type NotFoundPage } from './known-routes.ts';
import { drain } from './node-server.ts';
import { namePlugin } from './name-plugin.ts';
import { addOpenApi } from './openapi.ts';
import { addRateLimit } from './rate-limit.ts';
import { createRenameRedirect } from './redirect-renamed.ts';
import { addConfigSchemaRoutes } from './routes/config-schema.ts';
import { addHealthRoutes } from './routes/health.ts';
import { addRecoveryGauges } from './recovery-gauges.ts';
import { createPassingKeyRing } from '../vault/key-ring.ts';
import { addApi, addStreams } from './add-api.ts';
import { createRouter, takeJsonOnly } from './create-router.ts';

/** How long requests under way may take when the server closes. Milliseconds. */
const closeDeadlineMs = 10_000;

/** A server that listens. */
export interface HttpServer {
  app: FastifyInstance;
  /** Every route of the router. */
  routes: readonly KnownRoute[];
  /** The port it got. */
  port: number;
  /** Stops accepting, ends streams, waits for the requests under way, and cuts off what is left after the deadline. */
  close(deadlineMs?: number): Promise<void>;
}

async function addSecurityHeaders(app: FastifyInstance, publicUrl: string | undefined): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: publicUrl?.startsWith('https:') === true,
    crossOriginEmbedderPolicy: false,
    // Not no-referrer: with that, browsers send `Origin: null` with our own forms.
    referrerPolicy: { policy: 'same-origin' },
  });
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('cache-control', 'no-store').header('x-request-id', request.id);
  });
}

function logAnswers(app: FastifyInstance, { log }: HttpOptions): void {
  app.addHook('onResponse', async (request, reply) => {
    const line = { request: request.id, method: request.method, route: request.routeOptions.url, status: reply.statusCode };
    const level = reply.statusCode >= 500 ? 'warn' : 'debug';
    log[level]({ ...line, ms: Math.round(reply.elapsedTime) }, 'request answered');
  });
}

function createGate({ db, settings, people }: HttpOptions): TokenGate {
  const { adminToken, publicUrl } = settings;
  const identify = createIdentify({
    db,
    adminToken,
    isAdminUser: (user) => people?.isAdminUser(user) ?? false,
    refreshAccess: async (user) => await people?.refreshAccess(user),
  });
  return createTokenGate({ adminToken, publicUrl, identify });
}

/** Starts the HTTP side: the intake, the REST API under /api, health, metrics, and the pages when there are any. */
export async function createHttpServer(options: HttpOptions): Promise<HttpServer> {
  const { settings, metrics } = options;
  const docsUrl = options.docsUrl ?? `${settings.publicUrl ?? ''}/api/meta/errors`;
  const app = createRouter(options, docsUrl);
  const context: RouteContext = { ...options, gate: createGate(options) };
  takeJsonOnly(app);
  await addSecurityHeaders(app, settings.publicUrl);
  addCors(app, settings.corsOrigins ?? []);
  logAnswers(app, options);
  addHttpMetrics(app, metrics);
  addDatabaseGauges(metrics, options.db);
  addGitHubGauges(metrics, options.db);
  addRecoveryGauges(metrics, options.db);
  await addOpenApi(app, { version: options.version, publicUrl: settings.publicUrl });
  const routes = collectRoutes(app);
  let notFoundPage: NotFoundPage | undefined;
  app.setNotFoundHandler(createNotFoundHandler(routes, () => notFoundPage));
  await app.register(
    namePlugin('api', async (api: FastifyInstance) => {
      addAccessGuard(api, context);
      await addRateLimit(api, settings.rateLimit ?? 0, context.gate.inner);
      addBodyRules(api);
      api.addHook('preValidation', createRenameRedirect(options.db));
      addEditConditions(api, options);
      addIdempotency(api, { db: options.db, keyRing: options.keyRing ?? createPassingKeyRing() });
      api.setNotFoundHandler(createNotFoundHandler(routes));
      const typed = api.withTypeProvider<ZodTypeProvider>();
      addApi(typed, context);
      addStreams(typed, context, options);
    }),
    { prefix: '/api' },
  );
  const addHealth = namePlugin('health', async (root: FastifyInstance) => {
    addAccessGuard(root, context);
    addHealthRoutes(root.withTypeProvider<ZodTypeProvider>(), { ...context, metrics });
  });
  await app.register(addHealth);
  const addSchemas = async (root: FastifyInstance) => addConfigSchemaRoutes(root.withTypeProvider<ZodTypeProvider>(), options.kinds);
  await app.register(namePlugin('schemas', addSchemas));
  const { pages } = options;
  if (pages !== undefined) {
    const addPages = async (root: FastifyInstance) => void (notFoundPage = await pages(root, context.gate));
    await app.register(namePlugin('pages', addPages));
  }
  await app.listen({ host: settings.host, port: settings.port });
  const { port } = app.server.address() as AddressInfo;
  return { app, routes, port, close: (deadlineMs = closeDeadlineMs) => drain(app.server, () => app.close(), deadlineMs) };
}

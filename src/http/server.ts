import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import helmet from '@fastify/helmet';
import { fastify, type FastifyInstance, type FastifyReply } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { createId } from '../core/ids.ts';
import { addAccessGuard } from './access.ts';
import type { Api, RouteContext } from './api.ts';
import { createTokenGate, type TokenGate } from './auth.ts';
import { addBodyRules } from './body-rules.ts';
import { BranchStreams } from './branch-streams.ts';
import { addCors } from './cors.ts';
import { addDatabaseGauges } from './database-gauges.ts';
import { addEditConditions } from './edit-conditions.ts';
import { addGitHubGauges } from './github-gauges.ts';
import { addHttpMetrics } from './http-metrics.ts';
import type { HttpOptions } from './http-options.ts';
import { addIdempotency } from './idempotent-requests.ts';
import { createIdentify } from './identify.ts';
import { collectRoutes, createNotFoundHandler, type KnownRoute } from './known-routes.ts';
import { createNodeServer, drain } from './node-server.ts';
import { addOpenApi, addOpenApiRoute } from './openapi.ts';
import { createErrorHandler, createProblem } from './problem.ts';
import { addRateLimit } from './rate-limit.ts';
import { createRenameRedirect } from './redirect-renamed.ts';
import { rewriteBranchPath } from './rewrite-branch-path.ts';
import { addAuditRoute } from './routes/audit.ts';
import { addBranchStreamRoute } from './routes/branch-stream.ts';
import { addBulkRunRoutes } from './routes/bulk-runs.ts';
import { addChangeKindRoutes } from './routes/change-kinds.ts';
import { addChangeRoutes } from './routes/changes.ts';
import { addCheckRoute } from './routes/checks.ts';
import { addConfigValidationRoutes } from './routes/config-validations.ts';
import { addConfigSchemaRoutes } from './routes/config-schema.ts';
import { addDeliveryRoutes } from './routes/deliveries.ts';
import { addDestinationRoutes } from './routes/destinations.ts';
import { addSigningKeyRoutes } from './routes/signing-keys.ts';
import { addDocsPage } from './routes/docs-page.ts';
import { addDoctorRoute } from './routes/doctor.ts';
import { addGitHubIssueRoutes } from './routes/github-issues.ts';
import { addGitHubWorkRoutes } from './routes/github-work.ts';
import { addHealthRoutes } from './routes/health.ts';
import { addIntentRoutes } from './routes/installation-intents.ts';
import { addDefaultHookRoutes } from './routes/default-hooks.ts';
import { addHookRoutes } from './routes/hooks.ts';
import { addInstallationRoutes } from './routes/installations.ts';
import { addJobRoutes } from './routes/jobs.ts';
import { addLaneRoutes } from './routes/lanes.ts';
import { addManualRunRoute } from './routes/manual-runs.ts';
import { addMeRoutes } from './routes/me.ts';
import { addMemberRoutes } from './routes/members.ts';
import { addMetaRoutes } from './routes/meta.ts';
import { addPeopleLookup } from './routes/people-lookup.ts';
import { addPeopleRoutes } from './routes/people.ts';
import { addSignInRoutes } from './routes/sign-in.ts';
import { addTokenRoutes } from './routes/tokens.ts';
import { addAllProjectRoutes } from './routes/project-routes.ts';
import { addRecoveryGauges } from './recovery-gauges.ts';
import { addRecoveryRoutes } from './routes/recovery.ts';
import { addReconcileRoute } from './routes/reconcile.ts';
import { addRepositoryRoutes } from './routes/repositories.ts';
import { addRunLogRoute } from './routes/run-log.ts';
import { addRunRoutes } from './routes/runs.ts';
import { addStatisticsRoutes } from './routes/statistics.ts';
import { addTicketRoutes } from './routes/tickets.ts';
import { addTrialRoutes } from './routes/trials.ts';
import { addTriggerRoutes } from './routes/triggers.ts';
import { addSecretKeyRoutes } from './routes/secret-keys.ts';
import { addSecretRoutes } from './routes/secrets.ts';
import { addThreadRoutes } from './routes/threads.ts';
import { addWebhookRoute } from './routes/webhooks.ts';
import { addWatchStateRoutes } from './routes/watch-state.ts';
import { addWatchRoutes } from './routes/watches.ts';
import { RunLogStreams } from './run-log-streams.ts';
import { ThreadStreams } from './thread-streams.ts';
import { createPassingKeyRing } from '../vault/key-ring.ts';

/** Bodies of the REST side in bytes; the intake has its own limit. */
const bodyLimit = 1024 * 1024;
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

/** Only a sender's id that cannot break a log line is taken over (threat model D17). */
function requestId(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[A-Za-z0-9_.-]{1,100}$/.test(header) ? header : createId();
}

/** Answers bytes that are no HTTP request, where there is no router yet. */
function refuseClient(error: { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const lines: Record<string, string> = {
    HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
    ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  };
  socket.end(`HTTP/1.1 ${lines[error.code ?? ''] ?? '400 Bad Request'}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

function createApp(options: HttpOptions, docsUrl: string): FastifyInstance {
  const app = fastify({
    serverFactory: (router) =>
      createNodeServer({ intake: options.intake, ...(options.triggerIntake && { triggers: options.triggerIntake }), router }),
    clientErrorHandler: refuseClient,
    bodyLimit,
    // Names of branches have up to 250 bytes, each of which may be percent-encoded.
    routerOptions: { maxParamLength: 1_000 },
    rewriteUrl: ({ url = '/' }) => rewriteBranchPath(url),
    return503OnClosing: false,
    genReqId: (request) => requestId(request.headers['x-request-id']),
    frameworkErrors: (_error, request, reply: FastifyReply) => {
      const problem = createProblem(docsUrl, { code: 'request_malformed', detail: 'The address cannot be read.', instance: '/' });
      void reply.code(problem.status).header('x-request-id', request.id).type('application/problem+json').send(JSON.stringify(problem));
    },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(createErrorHandler({ docsUrl, log: options.log }));
  app.decorate('publicUrl', options.settings.publicUrl ?? null);
  app.decorateRequest('requester', undefined);
  return app;
}

/** JSON only; an empty body is none, whatever its type says. */
function takeJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    // oxlint-disable-next-line typescript/no-floating-promises -- it answers through `done`
    else parse(request, String(body), done);
  });
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

/** Live streams end, those of branches are written down as left, before the server stops. */
function addStreams(api: Api, context: RouteContext, { log }: HttpOptions): void {
  const streams = new BranchStreams({ db: context.db, presence: context.actions.presence, log });
  addBranchStreamRoute(api, context, streams);
  const threads = new ThreadStreams({ db: context.db, log });
  addThreadRoutes(api, context, threads);
  const logs = new RunLogStreams({ db: context.db, log });
  addRunLogRoute(api, context, logs);
  api.addHook('preClose', async () => {
    logs.close();
    threads.close();
    await streams.close();
  });
}

function addApi(api: Api, context: RouteContext): void {
  addOpenApiRoute(api);
  addDocsPage(api);
  addDeliveryRoutes(api, context);
  addChangeRoutes(api, context);
  addRunRoutes(api, context);
  addBulkRunRoutes(api, context);
  addLaneRoutes(api, context);
  addTrialRoutes(api, context);
  addTicketRoutes(api, context);
  addManualRunRoute(api, context);
  addAllProjectRoutes(api, context);
  addRepositoryRoutes(api, context);
  addMemberRoutes(api, context);
  addStatisticsRoutes(api, context);
  addGitHubIssueRoutes(api, context);
  addGitHubWorkRoutes(api, context);
  addWebhookRoute(api, context);
  addWatchRoutes(api, context);
  addHookRoutes(api, context);
  addDefaultHookRoutes(api, context);
  addWatchStateRoutes(api, context);
  addIntentRoutes(api, context);
  addInstallationRoutes(api, context);
  addSecretRoutes(api, context);
  addSecretKeyRoutes(api, context);
  addReconcileRoute(api, context);
  addCheckRoute(api, context);
  addConfigValidationRoutes(api, context);
  addTriggerRoutes(api, context);
  addJobRoutes(api, context);
  addRecoveryRoutes(api, context);
  addDestinationRoutes(api, context);
  addSigningKeyRoutes(api);
  addDoctorRoute(api, context);
  addMetaRoutes(api);
  addChangeKindRoutes(api);
  addPersonalRoutes(api, context);
}

/** Who asks, who may what, and who did what. */
function addPersonalRoutes(api: Api, context: RouteContext): void {
  addMeRoutes(api, context);
  addTokenRoutes(api, context);
  addSignInRoutes(api, context);
  addPeopleRoutes(api, context);
  addPeopleLookup(api, context);
  addAuditRoute(api, context);
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
  const app = createApp(options, docsUrl);
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
  app.setNotFoundHandler(createNotFoundHandler(routes));
  await app.register(
    async (api) => {
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
    },
    { prefix: '/api' },
  );
  await app.register(async (root) => {
    addAccessGuard(root, context);
    addHealthRoutes(root.withTypeProvider<ZodTypeProvider>(), { ...context, metrics });
  });
  await app.register(async (root) => addConfigSchemaRoutes(root.withTypeProvider<ZodTypeProvider>(), options.kinds));
  const { pages } = options;
  if (pages !== undefined) await app.register(async (root) => pages(root, context.gate));
  await app.listen({ host: settings.host, port: settings.port });
  const { port } = app.server.address() as AddressInfo;
  return { app, routes, port, close: (deadlineMs = closeDeadlineMs) => drain(app.server, () => app.close(), deadlineMs) };
}

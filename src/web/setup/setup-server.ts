import type { AddressInfo } from 'node:net';
import helmet from '@fastify/helmet';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { systemClock, type Clock } from '../../core/clock.ts';
import { describeError } from '../../core/errors.ts';
import { createId } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { ConvertedManifest } from '../../github/convert-manifest.ts';
import { fillManifest, manifestAddress, type Manifest } from '../../github/manifest.ts';
import { createProblem } from '../../http/problem.ts';
import { loadAssets, type Assets } from '../assets.ts';
import { toRelativeAddresses } from '../base-path.ts';
import { html } from '../html.ts';
import { readChoices, type SetupChoices } from './setup-choices.ts';
import { SetupToken, setupTokenMs } from './setup-token.ts';
import { registeredPage, registerPage, setupNote } from './setup-view.ts';

/** What the page that registers the App works with. */
export interface SetupServerOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  githubUrl: string;
  manifest: Manifest;
  defaults: SetupChoices;
  /** Where the credentials will be kept, for people. */
  file: string;
  version: string;
  log: Log;
  clock?: Clock;
  /** Exchanges GitHub's code for credentials. */
  convert: (code: string) => Promise<Outcome<ConvertedManifest>>;
  /** Keeps the credentials; answers sentences about how it goes on. */
  keep: (app: ConvertedManifest, choices: { publicUrl: string | undefined }) => Promise<Outcome<{ next: string[] }>>;
  /** Where people reach this very server; without it HOST and the port. */
  reachedAt?: string | undefined;
  /** Gets the address with the token, at the start and whenever the token is renewed. */
  announce: (address: string) => void;
}

/** The server of an unregistered RepoWatch. */
export interface SetupServer {
  port: number;
  /** Resolves when the credentials are kept and the page that says so was sent. */
  registered: Promise<ConvertedManifest>;
  close(): Promise<void>;
}

interface SetupContext extends SetupServerOptions {
  assets: Assets;
  tokens: SetupToken;
  /** Codes that are being exchanged: a page loaded twice asks GitHub once. */
  exchanging: Map<string, Promise<{ status: number; page: string }>>;
  done: (app: ConvertedManifest) => void;
}

/** Where an unregistered RepoWatch says so; every other path is refused. */
const notRegistered = 'This RepoWatch has no GitHub App yet. Open the address with the one-time token that it printed when it started.';

function sendPage(reply: FastifyReply, status: number, page: string): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').send(page);
}

function queryText(request: FastifyRequest, name: string): string {
  const value = (request.query as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : '';
}

/** The address under which the browser sees this server: GitHub sends it back there. */
function originOf(request: FastifyRequest, publicUrl: string | undefined): string {
  const local = `http://${request.host}`;
  // A person who came by the public address has to come back by it; one on this machine stays on it.
  return publicUrl !== undefined && new URL(publicUrl).host === request.host ? publicUrl : local;
}

function addRegisterPage(app: FastifyInstance, context: SetupContext): void {
  const { assets, tokens, githubUrl, manifest, defaults, file } = context;
  app.get('/setup', async (request, reply) => {
    const token = queryText(request, 'token');
    const verdict = tokens.check(token, request.ip);
    if (verdict.result === 'wait') {
      void reply.header('retry-after', String(verdict.seconds));
      const sentences = [`Too many wrong tokens came from this address. Try again in ${verdict.seconds} s.`];
      return sendPage(reply, 429, setupNote(assets, { title: 'Please wait', sentences, tone: 'danger' }));
    }
    if (verdict.result === 'refused') {
      const sentences = [
        token === '' ? 'This page opens with a one-time token.' : 'This token is not the one of this server, or it is too old.',
        html`The server prints the address with its token when it starts and every hour: look at its terminal or log for
          <code>/setup?token=</code>.`,
      ];
      return sendPage(reply, 401, setupNote(assets, { title: 'RepoWatch is not registered yet', sentences, tone: 'danger', at: 1 }));
    }
    const read = readChoices(request.query as Record<string, unknown>, defaults);
    const { publicUrl, name, tiers, organization } = read.choices;
    const filled = fillManifest(manifest, { name, publicUrl, tiers, redirectUrl: `${originOf(request, publicUrl)}/setup/registered` });
    const address = manifestAddress(githubUrl, { organization, state: tokens.begin(publicUrl) });
    return sendPage(reply, 200, registerPage(assets, { token, read, manifest: filled, address, file }));
  });
}

function addRegisteredPage(app: FastifyInstance, context: SetupContext): void {
  const { assets, tokens, exchanging } = context;
  app.get('/setup/registered', async (request, reply) => {
    const state = queryText(request, 'state');
    const begun = tokens.find(state);
    if (begun === undefined) {
      const sentences = [
        'This registration was not begun here, is older than an hour, or is over.',
        'Open the address with the one-time token again. An App that GitHub made meanwhile can be deleted there, under Developer settings.',
      ];
      return sendPage(reply, 403, setupNote(assets, { title: 'Begin again', sentences, tone: 'danger' }));
    }
    const running = exchanging.get(state) ?? finish(context, { state, code: queryText(request, 'code'), ...begun });
    exchanging.set(state, running);
    const { status, page } = await running.finally(() => exchanging.delete(state));
    return sendPage(reply, status, page);
  });
}

async function finish(
  context: SetupContext,
  begun: { state: string; code: string; publicUrl: string | undefined },
): Promise<{ status: number; page: string }> {
  const { assets, tokens } = context;
  const refuse = (status: number, message: string) => ({
    status,
    page: setupNote(assets, { title: 'Not registered', sentences: [message], tone: 'danger' }),
  });
  const converted = await context.convert(begun.code);
  if (!converted.ok) {
    if (converted.code === 'github_refused') tokens.end(begun.state);
    return refuse(converted.code === 'github_refused' ? 400 : 502, converted.message);
  }
  const app = converted.value;
  const kept = await context.keep(app, { publicUrl: begun.publicUrl });
  // The code is used up: a second try could not get the credentials again.
  tokens.end(begun.state);
  if (!kept.ok) return refuse(409, kept.message);
  tokens.renew();
  context.done(app);
  const installUrl = `${context.githubUrl.replace(/\/+$/, '')}/apps/${encodeURIComponent(app.slug)}/installations/new`;
  return {
    status: 200,
    page: registeredPage(assets, { name: app.name ?? app.slug, file: context.file, installUrl, next: kept.value.next }),
  };
}

function addNotes(app: FastifyInstance, context: SetupContext): void {
  const { assets, version } = context;
  app.get('/', async (_request, reply) => {
    const sentences = [
      notRegistered,
      html`It stands in the terminal or log of the server as <code>/setup?token=…</code>; <code>repowatch register</code> does the same.`,
    ];
    return sendPage(reply, 503, setupNote(assets, { title: 'RepoWatch is not registered yet', sentences, at: 1 }));
  });
  app.get('/healthz', async (_request, reply) => reply.send({ status: 'ok', version, registered: false, detail: notRegistered }));
  app.get('/readyz', async (_request, reply) =>
    reply.code(503).send({ status: 'not_ready', database: false, queue: false, details: { registration: notRegistered } }),
  );
  app.get<{ Params: { name: string } }>('/assets/:name', async ({ params }, reply) => {
    const asset = assets.byName.get(params.name);
    if (asset === undefined) return refuse(reply, '/assets');
    return reply.header('cache-control', 'public, max-age=31536000, immutable').type(asset.type).send(asset.content);
  });
}

function refuse(reply: FastifyReply, instance: string): FastifyReply {
  const problem = createProblem('/api/meta/errors', { code: 'not_registered', detail: notRegistered, instance });
  return reply.code(problem.status).header('retry-after', '30').type('application/problem+json').send(JSON.stringify(problem));
}

function createSetupApp(context: SetupContext): FastifyInstance {
  const app = fastify({ bodyLimit: 1024, requestTimeout: 20_000, genReqId: () => createId(), exposeHeadRoutes: false });
  // Nothing here reads a body: what is sent to other paths is refused before it is looked at.
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('cache-control', 'no-store').header('x-request-id', request.id);
    if (request.is404 || request.method !== 'GET') return refuse(reply, request.url.split('?', 1)[0] ?? '/');
    return undefined;
  });
  // Whatever path a proxy serves this under: nobody has said yet, and what is relative is right anywhere.
  app.addHook('onSend', async (request, reply, payload) => {
    const isPage = String(reply.getHeader('content-type') ?? '').startsWith('text/html');
    return isPage && typeof payload === 'string' ? toRelativeAddresses(payload, request.url) : payload;
  });
  app.setNotFoundHandler((request, reply) => void refuse(reply, request.url.split('?', 1)[0] ?? '/'));
  app.setErrorHandler((error, request, reply) => {
    context.log.error({ request: request.id, error: describeError(error) }, 'The setup page failed');
    const sentences = [`The log has more under request ${request.id}.`];
    return sendPage(reply, 500, setupNote(context.assets, { title: 'Something failed that should not', sentences, tone: 'danger' }));
  });
  return app;
}

/** Starts the server of an unregistered RepoWatch: the page that registers its App behind a one-time token, and nothing else. */
export async function startSetupServer(options: SetupServerOptions): Promise<SetupServer> {
  const registered = Promise.withResolvers<ConvertedManifest>();
  const tokens = new SetupToken(options.clock ?? systemClock);
  const context: SetupContext = { ...options, assets: loadAssets(), tokens, exchanging: new Map(), done: registered.resolve };
  const app = createSetupApp(context);
  const origins = [options.githubUrl, options.defaults.publicUrl].filter((url) => url !== undefined).map((url) => new URL(url).origin);
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        // Browsers hold the redirect after a form to it as well: GitHub, and the way back here.
        formAction: ["'self'", ...new Set(origins)],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: false,
    crossOriginEmbedderPolicy: false,
    referrerPolicy: { policy: 'same-origin' },
  });
  addNotes(app, context);
  addRegisterPage(app, context);
  addRegisteredPage(app, context);
  await app.listen({ host: options.host, port: options.port });
  const { port } = app.server.address() as AddressInfo;
  const base = options.reachedAt ?? localAddress(options.host, port);
  const announce = () => options.announce(`${base}/setup?token=${tokens.text}`);
  announce();
  const renewal = setInterval(() => {
    tokens.renew();
    announce();
  }, setupTokenMs).unref();
  return {
    port,
    registered: registered.promise,
    async close() {
      clearInterval(renewal);
      app.server.closeIdleConnections();
      const cut = setTimeout(() => app.server.closeAllConnections(), 2_000);
      await app.close();
      clearTimeout(cut);
    },
  };
}

function localAddress(host: string, port: number): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

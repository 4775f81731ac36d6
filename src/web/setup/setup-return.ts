import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { StateSigner } from '../../core/signed-state.ts';
import type { SetupClaim, SetupReturn } from '../../flow/return-from-setup.ts';
import type { Assets } from '../assets.ts';
import { basePathOf, publicAddress } from '../base-path.ts';
import { setupNote } from './setup-view.ts';
import { setupReturnPage } from './setup-return-view.ts';

/** What the pages for people who come back from GitHub need from the rest. */
export interface SetupReturnTools {
  finish: (claim: SetupClaim) => Promise<SetupReturn>;
  /** Undefined without CLIENT_ID and CLIENT_SECRET. */
  beginSignIn: ((options: { redirectUri: string; state: string }) => { address: string; verifier: string }) | undefined;
  /** Signs the cookie that joins the way to GitHub and the way back. */
  cookies: StateSigner;
}

interface Routes extends SetupReturnTools {
  assets: Assets;
  publicUrl: string | undefined;
}

const cookieName = 'repowatch_setup';
/** How long a person may look at GitHub's question. Seconds. */
const cookieSeconds = 15 * 60;

/** Each new number or code asks GitHub, and anybody can make one up: more than this in a minute wait. */
const looksPerMinute = 60;

/** What the cookie holds between the way to GitHub and the way back. */
interface Errand {
  nonce: string;
  verifier: string;
  installationId: string | undefined;
  state: string | undefined;
  until: number;
}

function queryText(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as Record<string, unknown>)[name];
  return typeof value === 'string' && value !== '' && value.length <= 4_000 ? value : undefined;
}

const actions = ['install', 'update', 'request'] as const;

function readClaim(request: FastifyRequest): SetupClaim {
  const id = queryText(request, 'installation_id');
  const action = queryText(request, 'setup_action');
  return {
    installationId: id !== undefined && /^[1-9]\d{0,17}$/.test(id) ? id : undefined,
    action: actions.find((known) => known === action),
    state: queryText(request, 'state'),
  };
}

function send(reply: FastifyReply, status: number, page: string): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').send(page);
}

function answer(reply: FastifyReply, routes: Routes, given: { claim: SetupClaim; outcome: SetupReturn }): FastifyReply {
  const { claim, outcome } = given;
  if (outcome.result === 'redirect') return reply.redirect(outcome.to, 302);
  const query = claim.installationId === undefined ? '' : `?installation_id=${claim.installationId}`;
  const confirm = routes.beginSignIn === undefined ? undefined : `/setup/confirm${query}`;
  // GitHub's own combinations are never refused (handbook I7); an address without any of them is no visit from there.
  const isFromGitHub = claim.action !== undefined || claim.code !== undefined;
  const status = outcome.result === 'refused' || (outcome.result === 'nothing_named' && !isFromGitHub) ? 400 : 200;
  return send(reply, status, setupReturnPage(routes.assets, outcome, confirm));
}

function redirectUriOf(request: FastifyRequest, publicUrl: string | undefined): string {
  return publicAddress(request, publicUrl, '/setup/callback');
}

function setCookie(reply: FastifyReply, value: string, publicUrl: string | undefined): void {
  const age = value === '' ? 0 : cookieSeconds;
  const secure = publicUrl?.startsWith('https:') === true ? '; Secure' : '';
  // Lax, not Strict: the way back is a link from another site.
  void reply.header(
    'set-cookie',
    `${cookieName}=${value}; Path=${basePathOf(publicUrl)}/setup; Max-Age=${age}; HttpOnly; SameSite=Lax${secure}`,
  );
}

function readErrand(request: FastifyRequest, cookies: StateSigner): Errand | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const value = pairs.find((pair) => pair.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1);
  const text = value === undefined ? undefined : cookies.open(value);
  if (text === undefined) return undefined;
  const errand = JSON.parse(text) as Errand;
  return errand.until > Date.now() ? errand : undefined;
}

/** Counts the different things that GitHub is asked about within a minute, over everybody. */
function createPace(): (claim: SetupClaim) => boolean {
  let minute = 0;
  const asked = new Set<string>();
  return ({ installationId, code }) => {
    const now = Math.floor(Date.now() / 60_000);
    if (now !== minute) asked.clear();
    minute = now;
    const key = code?.text ?? installationId;
    if (key === undefined || asked.has(key)) return true;
    if (asked.size >= looksPerMinute) return false;
    asked.add(key);
    return true;
  };
}

/** Adds the pages for people whom GitHub sends back after an installation, and the way there and back that proves who they are. */
export function addSetupReturnRoutes(app: FastifyInstance, routes: Routes): void {
  const { assets, publicUrl, beginSignIn, cookies } = routes;
  const hasTime = createPace();
  const busy = (reply: FastifyReply) => {
    const sentences = ['Too many people come back from GitHub at once. Load this page again in a minute.'];
    return send(reply.header('retry-after', '60'), 429, setupNote(assets, { title: 'Please wait', sentences, tone: 'danger' }));
  };
  const finish = async (reply: FastifyReply, claim: SetupClaim) => {
    if (!hasTime(claim)) return busy(reply);
    return answer(reply, routes, { claim, outcome: await routes.finish(claim) });
  };

  app.get('/setup', { schema: { hide: true }, config: { access: 'public' } }, async (request, reply) => {
    const code = queryText(request, 'code');
    return await finish(reply, { ...readClaim(request), code: code === undefined ? undefined : { text: code } });
  });

  app.get('/setup/confirm', { schema: { hide: true }, config: { access: 'public' } }, async (request, reply) => {
    if (beginSignIn === undefined) return reply.redirect('/setup', 302);
    const { installationId, state } = readClaim(request);
    const nonce = crypto.randomUUID();
    const { address, verifier } = beginSignIn({ redirectUri: redirectUriOf(request, publicUrl), state: nonce });
    const errand: Errand = { nonce, verifier, installationId, state, until: Date.now() + cookieSeconds * 1000 };
    setCookie(reply, cookies.sign(JSON.stringify(errand)), publicUrl);
    return reply.redirect(address, 302);
  });

  app.get('/setup/callback', { schema: { hide: true }, config: { access: 'public' } }, async (request, reply) => {
    const code = queryText(request, 'code');
    const claim = readClaim(request);
    const errand = readErrand(request, cookies);
    setCookie(reply, '', publicUrl);
    if (errand !== undefined && code !== undefined && claim.state === errand.nonce) {
      const { verifier, installationId, state } = errand;
      const text = { text: code, verifier, redirectUri: redirectUriOf(request, publicUrl) };
      return await finish(reply, { installationId, action: undefined, state, code: text });
    }
    // With "request user authorization during installation" GitHub comes here by itself (handbook I6).
    if (code !== undefined && (claim.installationId !== undefined || claim.action !== undefined))
      return await finish(reply, { ...claim, code: { text: code } });
    const sentences = ['This way back from GitHub was not begun in this browser, or too long ago. Begin again.'];
    return send(reply, 400, setupNote(assets, { title: 'Not confirmed', sentences, tone: 'danger' }));
  });
}

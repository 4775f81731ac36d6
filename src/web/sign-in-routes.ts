import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { catalogue } from '../core/error-catalogue.ts';
import { readReturnPath } from '../flow/begin-installation.ts';
import type { Db } from '../db/connect.ts';
import type { SignInActions } from '../http/people-actions.ts';
import type { Assets } from './assets.ts';
import { basePathOf, publicAddress } from './base-path.ts';
import type { Door } from './door.ts';
import { firstPlace } from './first-place.ts';
import { writeCookie } from './session.ts';
import { problemPage } from './sheet.ts';

const cookieName = 'repowatch_sign_in';
/** How long a person may look at GitHub's question. Seconds. */
const cookieSeconds = 10 * 60;

/** What the cookie holds between the way to GitHub and the way back. */
interface Errand {
  state: string;
  verifier: string;
  to: string;
  until: number;
}

interface SignInRoutes {
  db: Db;
  assets: Assets;
  door: Door;
  signIn: SignInActions | undefined;
  publicUrl: string | undefined;
}

function queryText(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as Record<string, unknown>)[name];
  return typeof value === 'string' && value !== '' && value.length <= 2_000 ? value : undefined;
}

function callbackOf(request: FastifyRequest, publicUrl: string | undefined): string {
  return publicAddress(request, publicUrl, '/auth/callback');
}

function setErrand(reply: FastifyReply, value: string, { door, publicUrl }: Pick<SignInRoutes, 'door' | 'publicUrl'>): void {
  const age = value === '' ? 0 : cookieSeconds;
  void reply.header(
    'set-cookie',
    `${cookieName}=${value}; Path=${basePathOf(publicUrl)}/auth; Max-Age=${age}; HttpOnly; SameSite=Lax${door.secure ? '; Secure' : ''}`,
  );
}

function readErrand(request: FastifyRequest, signIn: SignInActions): Errand | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const value = pairs.find((pair) => pair.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1);
  const text = value === undefined ? undefined : signIn.states.open(value);
  if (text === undefined) return undefined;
  const errand = JSON.parse(text) as Errand;
  return errand.until > Date.now() ? errand : undefined;
}

function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

/** Adds the way to GitHub and back that signs a person in: a state that this browser alone holds, PKCE, and a way on within this server. */
export function addSignInRoutes(app: FastifyInstance, routes: SignInRoutes): void {
  const { assets, db, door, publicUrl, signIn } = routes;
  const hidden = { schema: { hide: true }, config: { access: 'page' as const } };
  const refuse = (reply: FastifyReply, status: number, detail: string) =>
    reply
      .code(status)
      .type('text/html; charset=utf-8')
      .send(problemPage(assets, { title: 'Not signed in', detail }));
  const off = 'Signing in with GitHub is not set up here: CLIENT_ID and CLIENT_SECRET are missing.';

  app.get('/auth/github', hidden, async (request, reply) => {
    if (signIn === undefined) return refuse(reply, catalogue.sign_in_off.status, off);
    const state = randomBytes(24).toString('base64url');
    const { address, verifier } = signIn.begin({ redirectUri: callbackOf(request, publicUrl), state });
    const errand: Errand = {
      state,
      verifier,
      to: readReturnPath(queryText(request, 'return_to') ?? '/') ?? '/',
      until: Date.now() + cookieSeconds * 1000,
    };
    setErrand(reply, signIn.states.sign(JSON.stringify(errand)), routes);
    return reply.redirect(address, 302);
  });

  app.get('/auth/callback', hidden, async (request, reply) => {
    if (signIn === undefined) return refuse(reply, catalogue.sign_in_off.status, off);
    const errand = readErrand(request, signIn);
    setErrand(reply, '', routes);
    const code = queryText(request, 'code');
    if (errand === undefined || !isSame(errand.state, queryText(request, 'state') ?? ''))
      return refuse(reply, 400, 'This way back from GitHub was not begun in this browser, or too long ago. Sign in again.');
    if (code === undefined) return refuse(reply, 400, 'GitHub sent no code: the question there was answered with no. Sign in again.');
    const signed = await signIn.finish({ code, verifier: errand.verifier, redirectUri: callbackOf(request, publicUrl) });
    if (!signed.ok) return refuse(reply, catalogue[signed.code].status, signed.message);
    const cookie = writeCookie(await door.open({ userId: signed.value.userId }), door.secure);
    // Read again on the way out: where a redirect leads, nobody elsewhere decides.
    return reply.header('set-cookie', cookie).redirect(await firstPlace(db, readReturnPath(errand.to)), 302);
  });
}

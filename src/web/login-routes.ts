import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { catalogue } from '../core/error-catalogue.ts';
import { isRepoWatchError } from '../core/errors.ts';
import type { Db } from '../db/connect.ts';
import { readReturnPath } from '../flow/begin-installation.ts';
import type { SignInActions } from '../http/people-actions.ts';
import { deleteSession } from '../people/sessions.ts';
import { recordAudit } from '../people/audit.ts';
import { adminRequester } from '../people/requester.ts';
import type { Assets } from './assets.ts';
import type { Door } from './door.ts';
import { firstPlace } from './first-place.ts';
import { loginPage } from './login-page.ts';
import { writeCookie } from './session.ts';

/** Bytes of a form, as of a body of the REST side: ours hold whole configurations and scripts. */
const formLimit = 1024 * 1024;

interface LoginOptions {
  db: Db;
  adminToken: string;
  assets: Assets;
  door: Door;
  signIn: SignInActions | undefined;
}

/** Signing in with the admin token, and out. */
export function addLoginRoutes(app: FastifyInstance, options: LoginOptions): void {
  const { assets, db, door, signIn } = options;
  const hidden = { schema: { hide: true }, config: { access: 'page' as const } };
  // Pages take what forms send, and nothing else: every field is a text.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: formLimit }, (_request, body, done) => {
    done(null, readForm(String(body)));
  });
  app.get('/login', hidden, async (request, reply) => {
    const returnTo = readTarget(request.query);
    if ((await door.find(request)) !== undefined) return reply.redirect(returnTo ?? '/', 303);
    return reply.type('text/html; charset=utf-8').send(loginPage(assets, { withGitHub: signIn !== undefined, returnTo }));
  });
  app.post('/login', hidden, async (request, reply) => await logIn(request, reply, options));
  app.post('/logout', hidden, async (request, reply) => {
    const { session } = await door.requireWrite(request);
    await deleteSession(db, session.id);
    return reply.header('set-cookie', writeCookie('', door.secure)).redirect('/login', 303);
  });
}

/** The fields of a form; a field given several times is a list by lines. Names that mean something to objects are fields like others. */
function readForm(body: string): Record<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body)) {
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : `${before}\n${value}`);
  }
  return Object.fromEntries(fields);
}

/** Where somebody wanted to go before they were asked who they are: a path of this server. */
function readTarget(from: unknown): string | undefined {
  const { return_to: to } = (from ?? {}) as Record<string, unknown>;
  return typeof to === 'string' ? readReturnPath(to) : undefined;
}

async function logIn(request: FastifyRequest, reply: FastifyReply, { adminToken, assets, db, door, signIn }: LoginOptions) {
  door.checkOrigin(request, true);
  const { token } = (request.body ?? {}) as Record<string, unknown>;
  try {
    const requester = await door.gate.checkToken(typeof token === 'string' ? token.trim() : '', { request, reply });
    // An API token stays where it is: pages are for people, and for whoever runs the server.
    if (requester.kind !== 'admin') return sendLogin(reply.code(401), 'That is not the admin token of this server.');
  } catch (error) {
    if (!isRepoWatchError(error)) throw error;
    const text = error.code === 'too_many_attempts' ? error.message : 'That is not the admin token of this server.';
    // Without the header of the gate: a browser would open its own window for it.
    return sendLogin(reply.removeHeader('www-authenticate').code(catalogue[error.code].status), text);
  }
  const target = { kind: 'user', name: 'admin' };
  await recordAudit(db, { by: adminRequester, action: 'user.signed_in', target, installationId: null, requestId: request.id });
  return reply
    .header('set-cookie', writeCookie(await door.open({ adminToken }), door.secure))
    .redirect(await firstPlace(db, readTarget(request.body)), 303);

  function sendLogin(answer: FastifyReply, problem: string): FastifyReply {
    return answer
      .type('text/html; charset=utf-8')
      .send(loginPage(assets, { withGitHub: signIn !== undefined, problem, returnTo: readTarget(request.body) }));
  }
}

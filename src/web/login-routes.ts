import type { FastifyInstance } from 'fastify';
import { catalogue } from '../core/error-catalogue.ts';
import { isRepoWatchError } from '../core/errors.ts';
import type { Assets } from './assets.ts';
import type { Door } from './door.ts';
import { loginPage } from './layout.ts';
import { writeCookie } from './session.ts';

/** Bytes of a form; ours hold a token. */
const formLimit = 8 * 1024;

/** Signing in with the admin token, and out. */
export function addLoginRoutes(app: FastifyInstance, { assets, door }: { assets: Assets; door: Door }): void {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: formLimit }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
  app.get('/login', { schema: { hide: true } }, async (request, reply) => {
    if (door.find(request) !== undefined) return reply.redirect('/', 303);
    return reply.type('text/html; charset=utf-8').send(loginPage(assets));
  });
  app.post('/login', { schema: { hide: true } }, async (request, reply) => {
    door.checkOrigin(request, true);
    const { token } = (request.body ?? {}) as Record<string, unknown>;
    try {
      door.gate.checkToken(typeof token === 'string' ? token.trim() : '', { request, reply });
    } catch (error) {
      if (!isRepoWatchError(error)) throw error;
      const text = error.code === 'unauthorized' ? 'That is not the admin token of this server.' : error.message;
      // Without the header of the gate: a browser would open its own window for it.
      void reply.removeHeader('www-authenticate').code(catalogue[error.code].status);
      return reply.type('text/html; charset=utf-8').send(loginPage(assets, text));
    }
    return reply.header('set-cookie', writeCookie(door.sessions.create(new Date()), door.secure)).redirect('/', 303);
  });
  app.post('/logout', { schema: { hide: true } }, async (request, reply) => {
    door.sessions.end(door.requireWrite(request), new Date());
    return reply.header('set-cookie', writeCookie('', door.secure)).redirect('/login', 303);
  });
}

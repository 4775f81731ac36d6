import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { systemClock } from '../core/clock.ts';
import { RepoWatchError } from '../core/errors.ts';
import { adminRequester } from '../people/requester.ts';
import { FailureLimiter } from './failure-limiter.ts';

/** Compares a token in constant time; both are hashed first, so that not even the length can be measured. */
function isSameToken(given: string, expected: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(expected));
}

/** Judges tokens for one server, and slows down those who guess. */
export interface TokenGate {
  /** An onRequest hook for routes that need `Authorization: Bearer`. */
  requireToken(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Judges a token that came another way, as in a form. Throws `unauthorized` or `too_many_attempts`. */
  checkToken(token: string, from: { request: FastifyRequest; reply: FastifyReply }): void;
}

function bearerToken(header: string | undefined): string {
  return /^Bearer +([^\s]+) *$/i.exec(header ?? '')?.[1] ?? '';
}

/** Creates the gate of one server. */
export function createTokenGate(adminToken: string, clock = systemClock): TokenGate {
  const failures = new FailureLimiter(clock);
  const checkToken: TokenGate['checkToken'] = (token, { request, reply }) => {
    // Before the limit: behind a proxy everybody has one address, and those who guess must not lock the admin out.
    if (adminToken !== '' && isSameToken(token, adminToken)) return;
    const wait = failures.retryAfterSeconds(request.ip);
    if (wait > 0) {
      void reply.header('retry-after', String(wait));
      throw new RepoWatchError('too_many_attempts', `Too many wrong tokens came from this address. Try again in ${wait} s.`);
    }
    // A request without any token is a mistake, not a guess.
    if (token !== '') failures.fail(request.ip);
    void reply.header('www-authenticate', 'Bearer realm="RepoWatch"');
    const missing = token === '' ? 'carries no token' : 'carries a wrong token';
    throw new RepoWatchError('unauthorized', `The request ${missing}. Send "Authorization: Bearer <ADMIN_TOKEN>".`);
  };
  return {
    checkToken,
    requireToken: (request, reply) => {
      checkToken(bearerToken(request.headers.authorization), { request, reply });
      request.requester = adminRequester;
      return Promise.resolve();
    },
  };
}

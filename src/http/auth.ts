import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { systemClock } from '../core/clock.ts';
import { isRepoWatchError, RepoWatchError } from '../core/errors.ts';
import { adminRequester, type Requester } from '../people/requester.ts';
import { looksLikeToken } from '../people/token-text.ts';
import { FailureLimiter } from './failure-limiter.ts';
import type { Identify } from './identify.ts';
import { InnerCalls } from './inner-calls.ts';
import { refuseOtherSite, requireOwnPage } from './own-page.ts';

/** Compares a token in constant time; both are hashed first, so that not even the length can be measured. */
function isSameToken(given: string, expected: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(expected));
}

/** Where a token came from. */
interface Sender {
  request: FastifyRequest;
  reply: FastifyReply;
}

/** Judges tokens for one server, and slows down those who guess. */
export interface TokenGate {
  /** Says who asks, by `Authorization: Bearer` or a session's cookie, and keeps it with the request. Throws `unauthorized` and its kin. */
  requireToken(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Judges a token that came another way, as in a form. Throws `unauthorized` or `too_many_attempts`. */
  checkToken(token: string, from: Sender): Promise<Requester>;
  /** Says again who sends a request that is still open; undefined when they may not ask any more. */
  recheck(request: FastifyRequest): Promise<Requester | undefined>;
  identify: Identify;
  /** What pages ask of the REST side for people. */
  inner: InnerCalls;
}

/** What the gate of a server is made from. */
export interface GateOptions {
  adminToken: string;
  identify: Identify;
  publicUrl?: string | undefined;
}

function bearerToken(header: string | undefined): string {
  return /^Bearer +([^\s]+) *$/i.exec(header ?? '')?.[1] ?? '';
}

/** Methods that only look. */
const safe = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Creates the gate of one server. */
export function createTokenGate({ adminToken, identify, publicUrl }: GateOptions, clock = systemClock): TokenGate {
  const failures = new FailureLimiter(clock);
  const inner = new InnerCalls();
  const refuse = (error: RepoWatchError, { request, reply }: Sender): RepoWatchError => {
    failures.fail(request.ip);
    void reply.header('www-authenticate', 'Bearer realm="RepoWatch", error="invalid_token"');
    return error;
  };
  const checkToken: TokenGate['checkToken'] = async (token, from) => {
    // Before the limit: behind a proxy everybody has one address, and those who guess must not lock the others out.
    if (adminToken !== '' && isSameToken(token, adminToken)) return adminRequester;
    if (looksLikeToken(token)) {
      const requester = await identify.byToken(token).catch((error: unknown) => {
        throw isRepoWatchError(error) ? refuse(error, from) : error;
      });
      if (requester !== undefined) return requester;
    }
    // A request without any token is a mistake, not a guess.
    if (token === '') {
      void from.reply.header('www-authenticate', 'Bearer realm="RepoWatch"');
      throw new RepoWatchError('unauthorized', `The request carries no token. ${remedy}`);
    }
    const wait = failures.retryAfterSeconds(from.request.ip);
    if (wait > 0) {
      void from.reply.header('retry-after', String(wait));
      throw new RepoWatchError('too_many_attempts', `Too many wrong tokens came from this address. Try again in ${wait} s.`);
    }
    throw refuse(new RepoWatchError('unauthorized', `The request carries a wrong token. ${remedy}`), from);
  };
  return {
    identify,
    inner,
    async recheck(request) {
      const token = bearerToken(request.headers.authorization);
      if (token === '') return (await identify.bySession(request))?.requester;
      if (adminToken !== '' && isSameToken(token, adminToken)) return adminRequester;
      return await identify.byToken(token).catch((error: unknown) => {
        if (isRepoWatchError(error)) return undefined;
        throw error;
      });
    },
    checkToken,
    requireToken: async (request, reply) => {
      // The page has identified the person, and has seen to it that writes come from our own page.
      request.requester = inner.find(request);
      if (request.requester !== undefined) return;
      const visitor = request.headers.authorization === undefined ? await identify.bySession(request) : undefined;
      // A browser sends the cookie by itself, whoever's page asked it to (threat model D13).
      if (visitor !== undefined && !safe.has(request.method)) requireOwnPage(request, publicUrl);
      // A stream is written down as somebody's presence, so no link and no image of another site opens one.
      if (visitor !== undefined && request.routeOptions.config.stream === true) refuseOtherSite(request);
      request.requester = visitor?.requester ?? (await checkToken(bearerToken(request.headers.authorization), { request, reply }));
    },
  };
}

const remedy = 'Send "Authorization: Bearer <token>" with ADMIN_TOKEN or an API token.';

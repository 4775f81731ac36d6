import type { FastifyRequest } from 'fastify';
import { RepoWatchError } from '../core/errors.ts';
import type { TokenGate } from '../http/auth.ts';
import { createSessions, isSameOrigin, type Session, type Sessions } from './session.ts';

/** Decides who sees the page and who may change something from it. */
export interface Door {
  sessions: Sessions;
  gate: TokenGate;
  /** Cookies travel over TLS only, when people come over TLS. */
  secure: boolean;
  find(request: FastifyRequest): Session | undefined;
  /** The session, or `unauthorized`. */
  require(request: FastifyRequest): Session;
  /** The session of a write that comes from our own page; else `unauthorized` or `forbidden`. */
  requireWrite(request: FastifyRequest): Session;
  /** Refuses a request that a page of somebody else made. */
  checkOrigin(request: FastifyRequest, lenient?: boolean): void;
}

/** Creates the door of the pages. */
export function createDoor(options: { adminToken: string; publicUrl?: string | undefined }, gate: TokenGate): Door {
  const sessions = createSessions(options.adminToken);
  const find = (request: FastifyRequest) => sessions.find(request.headers.cookie, new Date());
  const requireSession = (request: FastifyRequest) => {
    const session = find(request);
    if (session === undefined) throw new RepoWatchError('unauthorized', 'The session is over. Sign in again.');
    return session;
  };
  const checkOrigin: Door['checkOrigin'] = ({ headers }, lenient = false) => {
    const site = headers['sec-fetch-site'];
    const from = { origin: headers.origin, host: headers.host, site: typeof site === 'string' ? site : undefined };
    if (isSameOrigin(from, options.publicUrl, lenient)) return;
    throw new RepoWatchError(
      'forbidden',
      'This request comes from another page. Use the page of this server, or the REST side with a token.',
    );
  };
  return {
    sessions,
    gate,
    secure: options.publicUrl?.startsWith('https:') === true,
    find,
    require: requireSession,
    requireWrite: (request) => {
      checkOrigin(request);
      return requireSession(request);
    },
    checkOrigin,
  };
}

import type { FastifyRequest } from 'fastify';
import type { Actor } from '../changes/ref-change.ts';
import { RepoWatchError } from '../core/errors.ts';
import type { Requester } from '../people/requester.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the gate; undefined on routes that anybody may ask. */
    requester: Requester | undefined;
  }
}

/** Who asks, by what the gate has proven and by nothing that a request says of itself. */
export function requesterOf(request: FastifyRequest): Requester {
  if (request.requester !== undefined) return request.requester;
  throw new RepoWatchError('unauthorized', 'The request carries no token. Send "Authorization: Bearer <token>".');
}

/** Whoever asks, as changes name people. */
export function actorOf(request: FastifyRequest): Actor {
  const { githubId, login } = requesterOf(request);
  return { id: githubId, login, type: 'User' };
}

import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import { RepoWatchError } from '../core/errors.ts';

/**
 * Limits what each requester, or each address where nobody needs to say who they are, may ask in a minute, and tells them with every
 * answer how much is left. Counted in this process. 0 is no limit.
 */
export async function addRateLimit(app: FastifyInstance, max: number): Promise<void> {
  if (max === 0) return;
  await app.register(rateLimit, {
    max,
    timeWindow: 60_000,
    enableDraftSpec: true,
    keyGenerator: ({ requester, ip }) => (requester === undefined ? `address ${ip}` : `${requester.kind} ${requester.id ?? ''}`),
    errorResponseBuilder: (_request, { max: allowed, ttl }) =>
      new RepoWatchError('rate_limited', `More than ${allowed} requests came within a minute. Try again in ${Math.ceil(ttl / 1000)} s.`),
  });
}

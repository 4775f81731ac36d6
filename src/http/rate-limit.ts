import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import { RepoWatchError } from '../core/errors.ts';
import type { InnerCalls } from './inner-calls.ts';

/**
 * Limits what each requester, or each address where nobody needs to say who they are, may ask in a minute, and tells them with every
 * answer how much is left. Counted in this process. 0 is no limit. What a page asks for somebody is not counted: one page asks several times.
 */
export async function addRateLimit(app: FastifyInstance, max: number, inner: InnerCalls): Promise<void> {
  if (max === 0) return;
  await app.register(rateLimit, {
    max,
    timeWindow: 60_000,
    allowList: (request) => inner.find(request) !== undefined,
    enableDraftSpec: true,
    keyGenerator: ({ requester, ip }) => (requester === undefined ? `address ${ip}` : `${requester.kind} ${requester.id ?? ''}`),
    errorResponseBuilder: (_request, { max: allowed, ttl }) =>
      new RepoWatchError('rate_limited', `More than ${allowed} requests came within a minute. Try again in ${Math.ceil(ttl / 1000)} s.`),
  });
}

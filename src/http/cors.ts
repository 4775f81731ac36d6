import type { FastifyInstance } from 'fastify';

/** Headers of ours that scripts of another origin may read. */
const exposed =
  'ETag, Link, Location, Retry-After, X-Request-Id, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Idempotent-Replayed';
const taken = 'Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, X-Request-Id';
const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE';

/**
 * Lets scripts of these origins call the REST API, and answers their preflights. Without origins nothing is said, and browsers keep every
 * other page out. Credentials are never allowed: a cookie is for our own pages (threat model D13).
 */
export function addCors(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const any = origins.includes('*');
  app.addHook('onRequest', async (request, reply) => {
    const { origin, 'access-control-request-method': wish } = request.headers;
    if (!request.url.startsWith('/api/')) return undefined;
    if (!any) void reply.header('vary', 'Origin');
    if (origin === undefined || !(any || origins.includes(origin))) return undefined;
    void reply.header('access-control-allow-origin', any ? '*' : origin).header('access-control-expose-headers', exposed);
    if (request.method !== 'OPTIONS' || wish === undefined) return undefined;
    return reply
      .code(204)
      .headers({ 'access-control-allow-methods': methods, 'access-control-allow-headers': taken, 'access-control-max-age': '600' })
      .send();
  });
}

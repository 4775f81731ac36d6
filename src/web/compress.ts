import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

const pack = promisify(gzip);
/** Shorter texts fit into a packet or two as they are. Characters. */
const worthwhile = 2_000;

/**
 * Pages go out packed to browsers that take that: a long Overview has 300 KB of markup and 25 of content. They hold nothing that an attacker
 * could guess by the length of an answer: a session is a cookie, and forms are proven by their origin.
 */
export function addCompression(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string' || payload.length < worthwhile) return payload;
    if (!String(reply.getHeader('content-type') ?? '').startsWith('text/html')) return payload;
    void reply.header('vary', 'accept-encoding');
    if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return payload;
    void reply.header('content-encoding', 'gzip').removeHeader('content-length');
    return await pack(payload, { level: constants.Z_BEST_SPEED });
  });
}

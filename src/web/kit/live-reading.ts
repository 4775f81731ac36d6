import { randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

/** The header by which the live hub of this process asks a page for its fresh parts only. */
export const liveHeader = 'x-repowatch-live';

/** Nobody outside knows it, so that a page never shows its parts without their frame. */
export const liveKey = randomBytes(18).toString('base64url');

/** True for a reading of the live hub. */
export function isLiveReading(request: FastifyRequest): boolean {
  return request.headers[liveHeader] === liveKey;
}

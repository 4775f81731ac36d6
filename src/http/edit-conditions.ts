import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RepoWatchError } from '../core/errors.ts';
import type { Db } from '../db/connect.ts';
import { EditClaims, type EditClaim } from './edit-claims.ts';
import { pathOf } from './problem.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Where what this PUT, PATCH or DELETE edits is read, when that is not its own address; `own` when its handler judges
     * `If-Match` itself.
     */
    edits?: 'own' | ((request: FastifyRequest) => string);
  }
  interface FastifyRequest {
    editClaim: EditClaim | undefined;
  }
}

const editing = new Set(['PUT', 'PATCH', 'DELETE']);

/** The strong tag of an answer: it changes with every byte. */
function tagOf(payload: string): string {
  return `"${createHash('sha256').update(payload).digest('base64url').slice(0, 27)}"`;
}

/** True when one of the tags of a header is this one; `*` is any. Weak tags are for reading only (RFC 9110, 13.1). */
function names(header: string, tag: string | undefined, { weak }: { weak: boolean }): boolean {
  if (header.trim() === '*') return tag !== undefined;
  const tags = header.split(',').map((one) => one.trim());
  return tag !== undefined && tags.some((one) => (weak ? one.replace(/^W\//, '') : one) === tag);
}

/**
 * Gives every JSON answer to GET a strong `ETag`, answers 304 to `If-None-Match`, and lets edits be made on condition: `If-Match` with the
 * tag of what was read, `If-None-Match: *` for what must be new; 412 otherwise. Edits of one address go one after the other, so that
 * nothing comes between the look and the write. Declared on the folder: a new route has it by being there.
 */
export function addEditConditions(app: FastifyInstance, { db }: { db: Db }): void {
  const claims = new EditClaims(db);
  app.decorateRequest('editClaim', undefined);
  app.addHook('preHandler', async (request) => {
    const { edits } = request.routeOptions.config;
    if (!editing.has(request.method) || edits === 'own') return;
    request.editClaim = await claims.claim(pathOf(request));
    const { 'if-match': match, 'if-none-match': none } = request.headers;
    if (match !== undefined || none !== undefined) judge(await readTag(request, edits?.(request) ?? request.url), { match, none });
  });
  app.addHook('onSend', async (request, reply, payload) => {
    await request.editClaim?.release();
    request.editClaim = undefined;
    return tagAnswer(request, reply, payload);
  });
}

/** The tag of what is there now; undefined when nothing is. */
async function readTag(request: FastifyRequest, url: string): Promise<string | undefined> {
  const { authorization, cookie, host } = request.headers;
  const answer = await request.server.inject({
    method: 'GET',
    url,
    remoteAddress: request.ip,
    headers: { ...(authorization && { authorization }), ...(cookie && { cookie }), ...(host && { host }) },
  });
  const { etag } = answer.headers;
  if (answer.statusCode === 200 && typeof etag === 'string') return etag;
  if (answer.statusCode === 404 || answer.statusCode === 405) return undefined;
  throw new RepoWatchError(
    'edit_busy',
    `What is there now could not be read to compare it (${answer.statusCode}). Send the request again.`,
  );
}

function judge(tag: string | undefined, { match, none }: { match: string | undefined; none: string | undefined }): void {
  if (match !== undefined && !names(match, tag, { weak: false }))
    throw new RepoWatchError(
      'changed_meanwhile',
      'It is not what it was when you read it. Read it again, and send If-Match with its new ETag.',
    );
  if (none !== undefined && names(none, tag, { weak: true }))
    throw new RepoWatchError('already_exists', 'It exists already. Leave If-None-Match out to replace it.');
}

function tagAnswer(request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
  const isJson = String(reply.getHeader('content-type') ?? '').startsWith('application/json');
  if (typeof payload !== 'string' || !isJson || reply.statusCode > 201) return payload;
  if (!['GET', 'HEAD', 'PUT', 'PATCH'].includes(request.method)) return payload;
  if (!reply.hasHeader('etag')) void reply.header('etag', tagOf(payload));
  const { 'if-none-match': none } = request.headers;
  if (!['GET', 'HEAD'].includes(request.method) || none === undefined) return payload;
  if (!names(none, String(reply.getHeader('etag')).replace(/^W\//, ''), { weak: true })) return payload;
  void reply.code(304).removeHeader('content-type').removeHeader('content-length');
  // Not an empty text: its length would be told for that of the answer (RFC 9110, 8.6).
  return null;
}

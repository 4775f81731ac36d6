import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RepoWatchError } from '../core/errors.ts';
import type { KeyRing } from '../vault/key-ring.ts';
import type { Db } from '../db/connect.ts';
import { AnswerBook, type KeptAnswer, type Place } from './answer-book.ts';
import { pathOf } from './problem.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `own` when the handler of a POST knows its `Idempotency-Key` itself. */
    idempotency?: 'own';
  }
  interface FastifyRequest {
    idempotent: { place: Place; digest: string } | undefined;
  }
}

/** How long a second request with the key of one under way waits for its answer. Milliseconds. */
const patienceMs = 10_000;

/** Headers that are part of an answer that is given again. */
const keptHeaders = ['content-type', 'location', 'link', 'etag'] as const;

/**
 * With the header `Idempotency-Key`, a POST is done once: sent again within 24 hours by the same requester, it is answered with the first
 * answer (draft-ietf-httpapi-idempotency-key-header). Refusals are not kept. What is kept is encrypted, because some answers hold a secret.
 */
export function addIdempotency(app: FastifyInstance, { db, keyRing }: { db: Db; keyRing: KeyRing }): void {
  const book = new AnswerBook({ db, keyRing });
  app.decorateRequest('idempotent', undefined);
  app.addHook('preHandler', async (request, reply) => {
    const place = placeOf(request);
    if (place === undefined) return undefined;
    const digest = digestOf(request);
    const known = await claim(book, place, digest);
    if (known === undefined) {
      request.idempotent = { place, digest };
      return undefined;
    }
    return answerAgain(reply, known);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const { idempotent } = request;
    request.idempotent = undefined;
    if (idempotent === undefined) return payload;
    const isDone = reply.statusCode < 300 && (typeof payload === 'string' || payload === null || payload === undefined);
    await (isDone
      ? book.keep(idempotent.place, idempotent.digest, { status: reply.statusCode, headers: headersOf(reply), body: payload ?? '' })
      : book.release(idempotent.place));
    return payload;
  });
}

function placeOf(request: FastifyRequest): Place | undefined {
  const key = request.headers['idempotency-key'];
  if (request.method !== 'POST' || key === undefined || request.requester === undefined || request.is404) return undefined;
  if (request.routeOptions.config.idempotency === 'own') return undefined;
  if (typeof key !== 'string' || !/^[\x21-\x7e]([\x20-\x7e]{0,198}[\x21-\x7e])?$/.test(key))
    throw new RepoWatchError('header_invalid', 'Idempotency-Key has 1 to 200 characters of ASCII, for example a UUID.');
  const { kind, id } = request.requester;
  return { requester: `${kind}:${id ?? ''}`, route: `${request.method} ${pathOf(request).toLowerCase()}`, key };
}

/** What was asked for, as it was understood; how long to wait for it is no part of it. */
function digestOf(request: FastifyRequest): string {
  const { wait: _wait, ...query } = (request.query ?? {}) as Record<string, unknown>;
  return createHash('sha256')
    .update(JSON.stringify([query, request.body ?? null]))
    .digest('base64url');
}

/** Undefined when it is this request that does it. */
async function claim(book: AnswerBook, place: Place, digest: string): Promise<KeptAnswer | undefined> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const found = await book.claim(place, digest);
    if (found === 'ours') return undefined;
    if (found !== 'under_way') return found;
    if (Date.now() >= deadline)
      throw new RepoWatchError(
        'idempotency_key_busy',
        'A request with this Idempotency-Key is still under way. Send it again for its answer.',
      );
    await pause(50);
  }
}

function headersOf(reply: FastifyReply): Record<string, string> {
  const headers = keptHeaders.map((name) => [name, reply.getHeader(name)] as const);
  return Object.fromEntries(headers.filter((pair): pair is [(typeof keptHeaders)[number], string] => typeof pair[1] === 'string'));
}

function answerAgain(reply: FastifyReply, { status, headers, body }: KeptAnswer): FastifyReply {
  return reply
    .code(status)
    .headers({ ...headers, 'idempotent-replayed': 'true' })
    .send(body === '' ? undefined : body);
}

import type { FastifyInstance, FastifyReply } from 'fastify';
import { catalogue, type ErrorCode } from '../core/error-catalogue.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Db } from '../db/connect.ts';
import { auditThing } from '../http/audit-request.ts';
import type { HttpActions } from '../http/http-options.ts';
import { found } from '../http/problem.ts';
import { findDelivery } from '../http/read/deliveries.ts';
import { findAttempt } from '../http/read/run-detail.ts';
import { attemptView, payloadDetail } from './detail-view.ts';
import type { Door } from './door.ts';
import { html, type Html } from './html.ts';

interface DetailOptions {
  db: Db;
  door: Door;
  actions: Pick<HttpActions, 'retryDelivery' | 'replayRun'>;
}

const hidden = { schema: { hide: true }, config: { access: 'page' as const } };

function sendPart(reply: FastifyReply, part: Html): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(part.text);
}

/** An id of a path, before it meets SQL. */
function checkNumber(text: string, what: string): string {
  return found(/^\d{1,9}$/.test(text) || (what !== 'attempt' && /^\d{1,18}$/.test(text)) ? text : undefined, what);
}

function sendOutcome(reply: FastifyReply, outcome: Outcome<unknown, ErrorCode>, done: string): FastifyReply {
  if (outcome.ok) return sendPart(reply, html`<span class="note tone-success">${done}</span>`);
  return sendPart(reply.code(catalogue[outcome.code].status), html`<span class="note tone-danger" role="alert">${outcome.message}</span>`);
}

/** The parts that are loaded when they are opened, and the buttons. */
export function addDetailRoutes(app: FastifyInstance, { db, door, actions }: DetailOptions): void {
  app.get<{ Params: { id: string; position: string; number: string } }>(
    '/runs/:id/attempts/:position/:number',
    hidden,
    async (request, reply) => {
      await door.require(request);
      const { id, position, number } = request.params;
      const at = {
        run: checkNumber(id, 'run'),
        position: Number(checkNumber(position, 'attempt')),
        number: Number(checkNumber(number, 'attempt')),
      };
      await door.allow(request, 'read', { thing: 'run', id });
      return sendPart(reply, attemptView(found(await findAttempt(db, at), `attempt ${number} of run ${id}`)));
    },
  );
  app.get<{ Params: { id: string } }>('/deliveries/:id/payload', hidden, async (request, reply) => {
    await door.require(request);
    const id = checkNumber(request.params.id, 'delivery');
    await door.allow(request, 'read', { thing: 'delivery', id });
    return sendPart(reply, payloadDetail(found(await findDelivery(db, id), `delivery ${id}`)));
  });
  app.post<{ Params: { id: string } }>('/deliveries/:id/retry', hidden, async (request, reply) => {
    await door.requireWrite(request);
    const id = checkNumber(request.params.id, 'delivery');
    await door.allow(request, 'write', { thing: 'delivery', id });
    const outcome = await actions.retryDelivery(id);
    if (outcome.ok) await auditThing(db, request, { action: 'delivery.retried', thing: 'delivery', id });
    return sendOutcome(reply, outcome, 'Trying again');
  });
  app.post<{ Params: { id: string } }>('/runs/:id/replay', hidden, async (request, reply) => {
    await door.requireWrite(request);
    const id = checkNumber(request.params.id, 'run');
    await door.allow(request, 'write', { thing: 'run', id });
    const outcome = await actions.replayRun(id, 'then');
    if (outcome.ok) await auditThing(db, request, { action: 'run.replayed', thing: 'run', id, after: { run: outcome.value.id } });
    return sendOutcome(reply, outcome, outcome.ok ? `Replaying as run ${outcome.value.id}` : '');
  });
}

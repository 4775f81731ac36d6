import { z } from 'zod';
import type { Api, RouteContext } from '../api.ts';
import { auditThing } from '../audit-request.ts';
import { withLink } from '../paging.ts';
import { found, unwrap } from '../problem.ts';
import { findBody, findDelivery, findPayloadPart, listDeliveries } from '../read/deliveries.ts';
import { findThread } from '../read/threads.ts';
import { emptyBody, idParams, idText, pageOf } from '../schemas/common.ts';
import { deliveryDetail, deliveryQuery, deliverySummary, payloadPart, payloadQuery } from '../schemas/delivery.ts';
import { requesterOf } from '../requester.ts';
import { problems } from '../schemas/problem.ts';
import { threadSchema } from '../schemas/thread.ts';
import { threadItem } from '../thread-item.ts';

const tags = ['deliveries'];

/** Inbound messages: the list, one with its payload, what came of it, and trying one again. */
export function addDeliveryRoutes(api: Api, context: RouteContext): void {
  addDeliveryReads(api, context);
  addDeliveryParts(api, context);
  addDeliveryRetry(api, context);
}

function addDeliveryReads(api: Api, { db }: RouteContext): void {
  api.get(
    '/deliveries',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'List deliveries, newest first',
        tags,
        querystring: deliveryQuery,
        response: { 200: pageOf(deliverySummary), ...problems(422) },
      },
    },
    async (request, reply) => withLink(request, reply, await listDeliveries(db, request.query, requesterOf(request))),
  );
  api.get(
    '/deliveries/:id',
    {
      config: { access: { right: 'read', on: 'delivery' } },
      schema: {
        summary: 'Read a delivery with headers, payload, changes and runs',
        tags,
        params: idParams,
        response: { 200: deliveryDetail, ...problems(404) },
      },
    },
    async ({ params }) => found(await findDelivery(db, params.id), `delivery ${params.id}`),
  );
}

function addDeliveryParts(api: Api, { db }: RouteContext): void {
  const access = { right: 'read', on: 'delivery' } as const;
  api.get(
    '/deliveries/:id/thread',
    {
      config: { access },
      schema: {
        summary: 'Read the thread of a delivery: its changes, the watches that were asked, runs, steps and attempts',
        tags,
        params: idParams,
        response: { 200: threadSchema, ...problems(404) },
      },
    },
    async ({ params }) => threadItem(found(await findThread(db, { kind: 'delivery', id: params.id }), `delivery ${params.id}`)),
  );
  api.get(
    '/deliveries/:id/payload',
    {
      config: { access },
      schema: {
        summary: 'Read headers and a part of the payload of a delivery, as text',
        tags,
        params: idParams,
        querystring: payloadQuery,
        response: { 200: payloadPart, ...problems(404, 422) },
      },
    },
    async ({ params, query }) => found(await findPayloadPart(db, params.id, query), `delivery ${params.id}`),
  );
  api.get(
    '/deliveries/:id/body',
    {
      config: { access },
      schema: {
        summary: 'Download the payload of a delivery, exactly as received',
        tags,
        params: idParams,
        response: { 200: z.instanceof(Buffer).meta({ type: 'string', format: 'binary' }), ...problems(404) },
      },
    },
    async ({ params }, reply) => {
      const { name, body } = found(await findBody(db, params.id), `delivery ${params.id}`);
      return reply.type('application/octet-stream').header('content-disposition', `attachment; filename="${name}"`).send(body);
    },
  );
}

function addDeliveryRetry(api: Api, { db, actions }: RouteContext): void {
  api.post(
    '/deliveries/:id/retry',
    {
      config: { access: { right: 'write', on: 'delivery' } },
      schema: {
        summary: 'Process a settled delivery again',
        tags,
        params: idParams,
        body: emptyBody,
        response: { 202: z.object({ id: idText }), ...problems(404, 409, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const { id } = unwrap(await actions.retryDelivery(request.params.id));
      await auditThing(db, request, { action: 'delivery.retried', thing: 'delivery', id });
      return reply.code(202).send({ id });
    },
  );
}

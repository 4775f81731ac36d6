import { z } from 'zod';
import type { Api, RouteContext } from '../api.ts';
import { auditThing } from '../audit-request.ts';
import { withLink } from '../paging.ts';
import { found, unwrap } from '../problem.ts';
import { findDelivery, listDeliveries } from '../read/deliveries.ts';
import { emptyBody, idParams, idText, pageOf } from '../schemas/common.ts';
import { deliveryDetail, deliveryQuery, deliverySummary } from '../schemas/delivery.ts';
import { requesterOf } from '../requester.ts';
import { problems } from '../schemas/problem.ts';

const tags = ['deliveries'];

/** Inbound messages: the list, one with its payload, and trying one again. */
export function addDeliveryRoutes(api: Api, { db, actions }: RouteContext): void {
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

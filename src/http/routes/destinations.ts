import type { Api, RouteContext } from '../api.ts';
import { withLink } from '../paging.ts';
import { found, unwrap } from '../problem.ts';
import { findDestination, listDestinations } from '../read/destinations.ts';
import { requesterOf } from '../requester.ts';
import { emptyBody, idParams, pageOf } from '../schemas/common.ts';
import { destinationQuery, destinationSchema } from '../schemas/destination.ts';
import { problems } from '../schemas/problem.ts';

const tags = ['destinations'];

/** Where steps send to, and how those places are. */
export function addDestinationRoutes(api: Api, { db, actions }: RouteContext): void {
  api.get(
    '/destinations',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'List the places that steps send to, with their health, newest first',
        tags,
        querystring: destinationQuery,
        response: { 200: pageOf(destinationSchema), ...problems(422) },
      },
    },
    async (request, reply) => withLink(request, reply, await listDestinations(db, request.query, requesterOf(request))),
  );
  api.get(
    '/destinations/:id',
    {
      config: { access: { right: 'read', on: 'destination' } },
      schema: {
        summary: 'Read the health of a destination',
        tags,
        params: idParams,
        response: { 200: destinationSchema, ...problems(404) },
      },
    },
    async ({ params }) => found(await findDestination(db, params.id), `destination ${params.id}`),
  );
  api.post(
    '/destinations/:id/enable',
    {
      config: { access: { right: 'manage', on: 'destination' } },
      schema: {
        summary: 'Let everything go to a destination again: switches it on, or ends its rest, and wakes the runs that wait for it',
        tags,
        params: idParams,
        body: emptyBody,
        response: { 200: destinationSchema, ...problems(404, 413, 415, 422) },
      },
    },
    async (request) => {
      const { id } = request.params;
      unwrap(await actions.enableDestination({ id, by: requesterOf(request), requestId: request.id }));
      return found(await findDestination(db, id), `destination ${id}`);
    },
  );
}

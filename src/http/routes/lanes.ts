import { z } from 'zod';
import { requireRight } from '../access.ts';
import type { Api, RouteContext } from '../api.ts';
import { auditRequest, auditThing } from '../audit-request.ts';
import { withLink } from '../paging.ts';
import { found, unwrap } from '../problem.ts';
import { findBlockerPlace, findBreakerPlace, listBreakers, listLanes } from '../read/lanes.ts';
import { requesterOf } from '../requester.ts';
import { emptyBody, idParams, idText, pageOf } from '../schemas/common.ts';
import { breakerQuery, breakerSchema, laneParams, laneQuery, laneSchema, unblockBody, unblocked } from '../schemas/lane.ts';
import { problems } from '../schemas/problem.ts';

const tags = ['runs'];

/** Lanes: what has to be done in which order, and what stands still; and the breakers of loops. */
export function addLaneRoutes(api: Api, context: RouteContext): void {
  addLanes(api, context);
  addBreakers(api, context);
}

function addLanes(api: Api, { db, actions }: RouteContext): void {
  api.get(
    '/lanes',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'List concurrency keys with runs that are not over, or that a dead run of a strict order holds up',
        tags,
        querystring: laneQuery,
        response: { 200: pageOf(laneSchema), ...problems(422) },
      },
    },
    async (request, reply) => withLink(request, reply, await listLanes(db, request.query, requesterOf(request))),
  );
  api.post(
    '/lanes/:lane/unblock',
    {
      config: { access: { right: 'write', on: 'body' } },
      schema: {
        summary: 'Let a strict order go on: with the dead run that holds it up, or without it',
        tags,
        params: laneParams,
        body: unblockBody,
        response: { 202: unblocked, ...problems(403, 404, 409, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const { lane } = request.params;
      const place = await findBlockerPlace(db, lane);
      requireRight(request, 'write', { resource: place ?? { installation: null }, what: `lane ${lane}` });
      const done = unwrap(await actions.runs.unblock({ lane, skip: request.body?.skip ?? false }));
      await auditThing(db, request, { action: `run.${done.action}`, thing: 'run', id: done.run, after: { lane } });
      return reply.code(202).send(done);
    },
  );
}

function addBreakers(api: Api, { db, actions }: RouteContext): void {
  api.get(
    '/breakers',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'List the watches that were stopped because they seem to answer their own effects, newest first',
        tags,
        querystring: breakerQuery,
        response: { 200: pageOf(breakerSchema), ...problems(422) },
      },
    },
    async (request, reply) => {
      const options = { requester: requesterOf(request), windowMs: actions.runs.loopWindowMs };
      return withLink(request, reply, await listBreakers(db, request.query, options));
    },
  );
  api.post(
    '/breakers/:id/reset',
    {
      config: { access: { right: 'write', on: 'body' } },
      schema: {
        summary: 'Let a watch run again at once that was taken for a loop',
        tags,
        params: idParams,
        body: emptyBody,
        response: { 200: z.object({ id: idText }), ...problems(403, 404, 413, 415, 422) },
      },
    },
    async (request) => {
      const { id } = request.params;
      const what = `breaker ${id}`;
      const place = found(await findBreakerPlace(db, id), what);
      requireRight(request, 'write', { resource: place, what });
      await actions.runs.resetBreaker(id);
      await auditRequest(db, request, {
        action: 'breaker.reset',
        target: { kind: 'breaker', id },
        installationId: place.installation,
        repositoryId: place.repository,
      });
      return { id };
    },
  );
}

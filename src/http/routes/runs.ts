import { z } from 'zod';
import type { Api, RouteContext } from '../api.ts';
import { withLink } from '../paging.ts';
import { found, unwrap } from '../problem.ts';
import { findRunDetail } from '../read/run-detail.ts';
import { listRuns } from '../read/runs.ts';
import { emptyBody, idParams, idText, pageOf } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';
import { runDetail, runQuery, runSummary } from '../schemas/run.ts';

const tags = ['runs'];

/** Watches at work: the list, one with its steps and attempts, and doing one again. */
export function addRunRoutes(api: Api, { db, actions }: RouteContext): void {
  api.get(
    '/runs',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'List runs, newest first',
        tags,
        querystring: runQuery,
        response: { 200: pageOf(runSummary), ...problems(422) },
      },
    },
    async (request, reply) => withLink(request, reply, await listRuns(db, request.query)),
  );
  api.get(
    '/runs/:id',
    {
      config: { access: { right: 'read', on: 'run' } },
      schema: {
        summary: 'Read a run with its steps, attempts, what was sent and what came back',
        tags,
        params: idParams,
        response: { 200: runDetail, ...problems(404) },
      },
    },
    async ({ params }) => found(await findRunDetail(db, params.id), `run ${params.id}`),
  );
  api.post(
    '/runs/:id/replay',
    {
      config: { access: { right: 'write', on: 'run' } },
      schema: {
        summary: 'Run the same watch on the same change again, as a new run',
        tags,
        params: idParams,
        body: emptyBody,
        response: { 202: z.object({ id: idText.describe('The new run') }), ...problems(404, 409, 413, 415, 422) },
      },
    },
    async ({ params }, reply) => reply.code(202).send({ id: unwrap(await actions.replayRun(params.id)).id }),
  );
  api.post(
    '/runs/:id/cancel',
    {
      config: { access: { right: 'write', on: 'run' } },
      schema: {
        summary: 'Cancel a run that is not over; an attempt under way is stopped within a second',
        tags,
        params: idParams,
        body: emptyBody,
        response: { 202: z.object({ id: idText }), ...problems(404, 409, 413, 415, 422) },
      },
    },
    async ({ params }, reply) => reply.code(202).send({ id: unwrap(await actions.cancelRun(params.id)).id }),
  );
}

import { z } from 'zod';
import type { Api, RouteContext } from '../api.ts';
import { auditThing } from '../audit-request.ts';
import { withLink } from '../paging.ts';
import { found, unwrap } from '../problem.ts';
import { findAttempt, findRunDetail } from '../read/run-detail.ts';
import { listRuns } from '../read/runs.ts';
import { emptyBody, idParams, idText, pageOf } from '../schemas/common.ts';
import { requesterOf } from '../requester.ts';
import { problems } from '../schemas/problem.ts';
import { attemptDetail, attemptParams, replayBody, replayed, runDetail, runQuery, runSummary } from '../schemas/run.ts';

const tags = ['runs'];

/** Watches at work: the list, one with its steps and attempts, and doing one again. */
export function addRunRoutes(api: Api, context: RouteContext): void {
  addRunReads(api, context);
  addRunWrites(api, context);
}

function addRunReads(api: Api, { db, actions }: RouteContext): void {
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
    async (request, reply) => withLink(request, reply, await listRuns(db, request.query, requesterOf(request))),
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
    async ({ params }) => {
      const run = found(await findRunDetail(db, params.id), `run ${params.id}`);
      return { ...run, parameters: await actions.runs.readParameters(params.id) };
    },
  );
  api.get(
    '/runs/:id/attempts/:step/:number',
    {
      config: { access: { right: 'read', on: 'run' } },
      schema: {
        summary: 'Read one try of a step: what was sent, what came back, what was logged',
        tags,
        params: attemptParams,
        response: { 200: attemptDetail, ...problems(404, 422) },
      },
    },
    async ({ params: { id, step, number } }) =>
      found(
        await findAttempt(db, { run: id, position: Number(step), number: Number(number) }),
        `attempt ${number} of step ${step} of run ${id}`,
      ),
  );
}

function addRunWrites(api: Api, { db, actions }: RouteContext): void {
  api.post(
    '/runs/:id/replay',
    {
      config: { access: { right: 'write', on: 'run' } },
      schema: {
        summary: 'Run the same watch on the same change again, as a new run, with the configuration of then or of now',
        tags,
        params: idParams,
        body: replayBody,
        response: { 202: replayed, ...problems(404, 409, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const { params, body } = request;
      const { id, config, replayOf } = unwrap(await actions.replayRun(params.id, body?.config ?? 'then'));
      await auditThing(db, request, { action: 'run.replayed', thing: 'run', id: params.id, after: { run: id, config } });
      return reply.code(202).header('location', `/api/runs/${id}`).send({ id, config, replay_of: replayOf });
    },
  );
  api.post(
    '/runs/:id/redrive',
    {
      config: { access: { right: 'write', on: 'run' } },
      schema: {
        summary: 'Let a dead run go on at the step that ended it, with the outputs of the steps before and a fresh schedule',
        tags,
        params: idParams,
        body: emptyBody,
        response: { 202: z.object({ id: idText }), ...problems(404, 409, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const { id } = unwrap(await actions.runs.redrive(request.params.id));
      await auditThing(db, request, { action: 'run.redriven', thing: 'run', id });
      return reply.code(202).send({ id });
    },
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
    async (request, reply) => {
      const { id } = unwrap(await actions.cancelRun(request.params.id));
      await auditThing(db, request, { action: 'run.cancelled', thing: 'run', id });
      return reply.code(202).send({ id });
    },
  );
}

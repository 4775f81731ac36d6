import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Api, RouteContext } from '../api.ts';
import { auditRequest } from '../audit-request.ts';
import { withLink } from '../paging.ts';
import { found, unwrap } from '../problem.ts';
import { beginnerOf, findIntentItem, listIntents } from '../read/installation-intents.ts';
import { findProjectItem } from '../read/projects.ts';
import { idParams, pageOf } from '../schemas/common.ts';
import { beginBody, begunSchema, installationRequestSchema, intentQuery, intentSchema } from '../schemas/installation-intent.ts';
import { requesterOf } from '../requester.ts';
import { problems } from '../schemas/problem.ts';

const tags = ['installations'];

/** Installations that are begun here, and those that wait for an owner. */
export function addIntentRoutes(api: Api, { db, actions }: RouteContext): void {
  api.post(
    '/installations',
    {
      config: { access: { right: 'write', on: 'body' } },
      schema: {
        summary: 'Begin an installation: answers the address on GitHub where it goes on',
        tags,
        body: beginBody,
        response: { 201: begunSchema, ...problems(404, 422, 502) },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const projectId = body?.project_id;
      if (projectId !== undefined) found(await findProjectItem(db, projectId, requesterOf(request)), `project ${projectId}`);
      const returnTo = body?.return_to ?? (projectId && `/projects/${projectId}/integrations`);
      const wish = { begunBy: beginnerOf(requesterOf(request)), account: body?.account, returnTo };
      const { id, installUrl } = unwrap(await actions.beginInstallation(wish));
      await auditRequest(db, request, {
        action: 'installation.begun',
        target: { kind: 'installation_intent', id, name: body?.account },
        installationId: null,
      });
      const intent = found(await findIntentItem(db, id), `begun installation ${id}`);
      return reply.code(201).send({ ...intent, install_url: installUrl });
    },
  );
  api.get(
    '/installations/intents',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'List installations that were begun here, newest first',
        tags,
        querystring: intentQuery,
        response: { 200: pageOf(intentSchema), ...problems(422) },
      },
    },
    async (request, reply) => withLink(request, reply, await listIntents(db, request.query, requesterOf(request))),
  );
  addOneIntentRoutes(api, { db, actions });
  api.get(
    '/installations/requests',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'List what members asked their owners for on GitHub and nobody has approved yet',
        tags,
        response: { 200: z.object({ data: z.array(installationRequestSchema) }), ...problems(502) },
      },
    },
    async (request) => {
      const { sight, githubId } = requesterOf(request);
      const wishes = unwrap(await actions.listInstallationRequests());
      const own = wishes.filter(({ requester }) => githubId !== null && requester?.github_id === githubId);
      return { data: sight.installations === 'all' ? wishes : own };
    },
  );
}

/** One installation that was begun: only whoever began it, or sees everything, is told. */
function addOneIntentRoutes(api: Api, { db, actions }: Pick<RouteContext, 'db' | 'actions'>): void {
  const readOwn = async (request: FastifyRequest, id: string) => {
    const intent = await findIntentItem(db, id);
    const requester = requesterOf(request);
    const isSeen = requester.sight.installations === 'all' || intent?.begun_by === beginnerOf(requester);
    return found(isSeen ? intent : undefined, `begun installation ${id}`);
  };
  api.get(
    '/installations/intents/:id',
    {
      config: { access: { right: 'read', on: 'body' } },
      schema: {
        summary: 'Read an installation that was begun here',
        tags,
        params: idParams,
        response: { 200: intentSchema, ...problems(404) },
      },
    },
    async (request) => await readOwn(request, request.params.id),
  );
  api.delete(
    '/installations/intents/:id',
    {
      config: { access: { right: 'write', on: 'body' } },
      schema: {
        summary: 'Take back an installation that was begun here',
        tags,
        params: idParams,
        response: { 204: z.null().describe('Taken back'), ...problems(404, 409) },
      },
    },
    async (request, reply) => {
      const { params } = request;
      await readOwn(request, params.id);
      unwrap(await actions.cancelInstallation(params.id));
      const target = { kind: 'installation_intent', id: params.id };
      await auditRequest(db, request, { action: 'installation.cancelled', target, installationId: null });
      return reply.code(204).send(null);
    },
  );
}

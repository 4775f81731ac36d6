import { z } from 'zod';
import type { Api, RouteContext } from '../api.ts';
import { withLink } from '../paging.ts';
import { found, unwrap } from '../problem.ts';
import { findIntentItem, listIntents } from '../read/installation-intents.ts';
import { idParams, pageOf } from '../schemas/common.ts';
import { beginBody, begunSchema, installationRequestSchema, intentQuery, intentSchema } from '../schemas/installation-intent.ts';
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
        response: { 201: begunSchema, ...problems(422, 502) },
      },
    },
    async ({ body }, reply) => {
      const { id, installUrl } = unwrap(await actions.beginInstallation({ account: body?.account, returnTo: body?.return_to }));
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
    async (request, reply) => withLink(request, reply, await listIntents(db, request.query)),
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
    async ({ params }, reply) => {
      unwrap(await actions.cancelInstallation(params.id));
      return reply.code(204).send(null);
    },
  );
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
    async () => ({ data: unwrap(await actions.listInstallationRequests()) }),
  );
}

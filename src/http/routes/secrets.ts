import type { Api, RouteContext } from '../api.ts';
import { withLink } from '../paging.ts';
import { found, unwrap } from '../problem.ts';
import { findSecret, listSecrets } from '../read/secrets.ts';
import { pageOf } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';
import { secretBody, secretParams, secretQuery, secretSchema, secretScopeQuery } from '../schemas/secret.ts';
import { readSecretOwner } from '../secret-owner.ts';
import { z } from 'zod';

const tags = ['secrets'];

function addSecretReadRoutes(api: Api, { db }: RouteContext): void {
  api.get(
    '/secrets',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'List secrets, without their values',
        tags,
        querystring: secretQuery,
        response: { 200: pageOf(secretSchema), ...problems(404, 422) },
      },
    },
    async (request, reply) => {
      const { scope, installation_id, repository } = request.query;
      const chosen = scope ?? (installation_id !== undefined ? 'installation' : repository !== undefined ? 'repository' : undefined);
      const owner = chosen === undefined ? undefined : await readSecretOwner(db, { scope: chosen, installation_id, repository });
      return withLink(request, reply, await listSecrets(db, owner, request.query));
    },
  );
  api.get(
    '/secrets/:name',
    {
      config: { access: { right: 'read', on: 'body' } },
      schema: {
        summary: 'Read what is told of a secret; never its value',
        tags,
        params: secretParams,
        querystring: secretScopeQuery,
        response: { 200: secretSchema, ...problems(404, 422) },
      },
    },
    async ({ params, query }) => found(await findSecret(db, await readSecretOwner(db, query), params.name), `secret ${params.name}`),
  );
}

/** Secrets: written, listed and forgotten; never read back. */
export function addSecretRoutes(api: Api, context: RouteContext): void {
  const { db, actions } = context;
  addSecretReadRoutes(api, context);
  api.put(
    '/secrets/:name',
    {
      config: { access: { right: 'write', on: 'body' } },
      schema: {
        summary: 'Set a secret',
        tags,
        params: secretParams,
        body: secretBody,
        response: {
          200: secretSchema.describe('It was replaced'),
          201: secretSchema.describe('It was made'),
          ...problems(404, 413, 415, 422),
        },
      },
    },
    async ({ params: { name }, body }, reply) => {
      const owner = await readSecretOwner(db, body);
      const { created } = unwrap(await actions.putSecret({ owner, name, value: body.value, destinations: body.destinations ?? null }));
      return reply.code(created ? 201 : 200).send(found(await findSecret(db, owner, name), `secret ${name}`));
    },
  );
  api.delete(
    '/secrets/:name',
    {
      config: { access: { right: 'write', on: 'body' } },
      schema: {
        summary: 'Forget a secret',
        tags,
        params: secretParams,
        querystring: secretScopeQuery,
        response: { 204: z.null().describe('It is gone'), ...problems(404, 422) },
      },
    },
    async ({ params: { name }, query }, reply) => {
      unwrap(await actions.deleteSecret({ owner: await readSecretOwner(db, query), name }));
      return reply.code(204).send(null);
    },
  );
}

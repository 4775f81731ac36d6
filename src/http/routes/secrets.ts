import type { FastifyRequest } from 'fastify';
import type { Api, RouteContext } from '../api.ts';
import { auditRequest } from '../audit-request.ts';
import { withLink } from '../paging.ts';
import { found, unwrap } from '../problem.ts';
import { findSecret, listSecrets, type SecretOwner } from '../read/secrets.ts';
import { pageOf } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';
import { secretBody, secretParams, secretQuery, secretSchema, secretScopeQuery } from '../schemas/secret.ts';
import { requesterOf } from '../requester.ts';
import { readSecretOwnerFor } from '../secret-owner.ts';
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
      const { scope, installation_id, repository, project_id, watch } = request.query;
      const named = { watch, project: project_id, repository, installation: installation_id };
      const chosen = scope ?? (['watch', 'project', 'repository', 'installation'] as const).find((word) => named[word] !== undefined);
      const owner =
        chosen === undefined
          ? undefined
          : await readSecretOwnerFor(request, db, { choice: { ...request.query, scope: chosen }, change: false });
      return withLink(request, reply, await listSecrets(db, { owner, requester: requesterOf(request) }, request.query));
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
    async (request) => {
      const { name } = request.params;
      const owner = await readSecretOwnerFor(request, db, { choice: request.query, change: false });
      return found(await findSecret(db, owner, name), `secret ${name}`);
    },
  );
}

/** Secrets: written, listed and forgotten; never read back. */
export function addSecretRoutes(api: Api, context: RouteContext): void {
  const { db, actions } = context;
  const auditSecret = async (request: FastifyRequest, done: { owner: SecretOwner; name: string; action: string; after?: unknown }) => {
    const { owner, name, action, after } = done;
    const { installationId, repositoryId } = owner;
    await auditRequest(db, request, { action, target: { kind: 'secret', name }, installationId, repositoryId, after });
  };
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
    async (request, reply) => {
      const { body } = request;
      const { name } = request.params;
      const owner = await readSecretOwnerFor(request, db, { choice: body, change: true });
      const { created } = unwrap(await actions.putSecret({ owner, name, value: body.value, destinations: body.destinations ?? null }));
      await auditSecret(request, {
        owner,
        name,
        action: created ? 'secret.created' : 'secret.set',
        after: { destinations: body.destinations ?? null },
      });
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
    async (request, reply) => {
      const { name } = request.params;
      const owner = await readSecretOwnerFor(request, db, { choice: request.query, change: true });
      unwrap(await actions.deleteSecret({ owner, name }));
      await auditSecret(request, { owner, name, action: 'secret.deleted' });
      return reply.code(204).send(null);
    },
  );
}

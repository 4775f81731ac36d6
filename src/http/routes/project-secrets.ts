import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { findAction } from '../../projects/actions.ts';
import { actionKey } from '../../watches/project-gate.ts';
import type { Api, RouteContext } from '../api.ts';
import { auditRequest } from '../audit-request.ts';
import { withLink } from '../paging.ts';
import { found, unwrap } from '../problem.ts';
import { findProjectPlace } from '../read/project-place.ts';
import { findSecret, listSecrets, type SecretOwner } from '../read/secrets.ts';
import { requesterOf } from '../requester.ts';
import { idParams, pageOf, pageQuery } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';
import { newSecretBody, ownSecretParams, ownSecretSchema, secretValueBody } from '../schemas/project-action.ts';
import type { Secret } from '../schemas/secret.ts';

/** Whose secrets the routes of one address are about. */
interface Scope {
  thing: 'project' | 'action';
  base: string;
  /** The owner that an id names. Throws `not_found`. */
  ownerOf: (id: string) => Promise<SecretOwner>;
}

const tags = ['projects'];

/** Secrets of a project, and of one of its actions. Written, listed and forgotten; never read back. */
export function addProjectSecretRoutes(api: Api, context: RouteContext): void {
  const { db } = context;
  const ofProject = async (id: string): Promise<SecretOwner> => {
    const { installationId } = found(await findProjectPlace(db, id), `project ${id}`);
    return { scope: 'project', installationId, repositoryId: null, projectId: id };
  };
  const ofAction = async (id: string): Promise<SecretOwner> => {
    const { installationId, projectId } = found(await findAction(db, id), `action ${id}`);
    return { scope: 'watch', installationId, repositoryId: null, projectId, watchKey: actionKey(projectId, id) };
  };
  for (const scope of [
    { thing: 'project', base: '/projects/:id/secrets', ownerOf: ofProject },
    { thing: 'action', base: '/actions/:id/secrets', ownerOf: ofAction },
  ] as const) {
    addReads(api, context, scope);
    addWrites(api, context, scope);
    addRemoval(api, context, scope);
  }
}

function show({ name, destinations, created_at, updated_at, last_used_at }: Secret): z.output<typeof ownSecretSchema> {
  return { id: name, name, destinations, created_at, updated_at, last_used_at };
}

function addReads(api: Api, { db }: RouteContext, { thing, base, ownerOf }: Scope): void {
  const config = { access: { right: 'manage', on: thing } } as const;
  api.get(
    base,
    {
      config,
      schema: {
        summary: `List the secrets of ${thing === 'project' ? 'a project' : 'an action'}, without their values`,
        tags,
        params: idParams,
        querystring: z.strictObject(pageQuery),
        response: { 200: pageOf(ownSecretSchema), ...problems(403, 404, 422) },
      },
    },
    async (request, reply) => {
      const owner = await ownerOf(request.params.id);
      const page = await listSecrets(db, { owner, requester: requesterOf(request) }, request.query);
      return withLink(request, reply, { ...page, data: page.data.map(show) });
    },
  );
  api.get(
    `${base}/:name`,
    {
      config,
      schema: {
        summary: 'Read what is told of a secret; never its value',
        tags,
        params: ownSecretParams,
        response: { 200: ownSecretSchema, ...problems(403, 404, 422) },
      },
    },
    async ({ params: { id, name } }) => show(found(await findSecret(db, await ownerOf(id), name), `secret ${name}`)),
  );
}

async function note(
  context: RouteContext,
  request: FastifyRequest,
  done: { owner: SecretOwner; name: string; action: string },
): Promise<void> {
  const { owner, name, action } = done;
  const { scope, installationId, projectId, watchKey } = owner;
  const after = { scope, project_id: projectId, ...(watchKey && { watch: watchKey }) };
  await auditRequest(context.db, request, { action, target: { kind: 'secret', name }, installationId, after });
}

function addWrites(api: Api, context: RouteContext, { thing, base, ownerOf }: Scope): void {
  const { db, actions } = context;
  const config = { access: { right: 'manage', on: thing } } as const;
  api.post(
    base,
    {
      config,
      schema: {
        summary: `Add a secret to ${thing === 'project' ? 'a project' : 'an action'}`,
        tags,
        params: idParams,
        body: newSecretBody,
        response: { 201: ownSecretSchema, ...problems(403, 404, 409, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const { name, value, destinations = null } = request.body;
      const owner = await ownerOf(request.params.id);
      unwrap(await actions.secrets.put({ owner, name, value, destinations, by: requesterOf(request).login, onlyNew: true }));
      await note(context, request, { owner, name, action: 'secret.created' });
      return reply.code(201).send(show(found(await findSecret(db, owner, name), `secret ${name}`)));
    },
  );
  api.put(
    `${base}/:name`,
    {
      config,
      schema: {
        summary: 'Give a secret another value',
        tags,
        params: ownSecretParams,
        body: secretValueBody,
        response: { 200: ownSecretSchema, ...problems(403, 404, 413, 415, 422) },
      },
    },
    async (request) => {
      const { id, name } = request.params;
      const owner = await ownerOf(id);
      found(await findSecret(db, owner, name), `secret ${name}`);
      const { value, destinations } = request.body;
      unwrap(await actions.secrets.put({ owner, name, value, destinations, by: requesterOf(request).login }));
      await note(context, request, { owner, name, action: 'secret.set' });
      return show(found(await findSecret(db, owner, name), `secret ${name}`));
    },
  );
}

function addRemoval(api: Api, context: RouteContext, { thing, base, ownerOf }: Scope): void {
  api.delete(
    `${base}/:name`,
    {
      config: { access: { right: 'manage', on: thing } },
      schema: {
        summary: 'Forget a secret',
        tags,
        params: ownSecretParams,
        response: { 204: z.null().describe('It is gone'), ...problems(403, 404, 422) },
      },
    },
    async (request, reply) => {
      const { id, name } = request.params;
      const owner = await ownerOf(id);
      unwrap(await context.actions.secrets.delete({ owner, name }));
      await note(context, request, { owner, name, action: 'secret.deleted' });
      return reply.code(204).send(null);
    },
  );
}

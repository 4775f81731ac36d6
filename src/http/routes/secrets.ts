import type { FastifyRequest } from 'fastify';
import { RepoWatchError } from '../../core/errors.ts';
import type { MissingSecret } from '../../flow/find-missing-secrets.ts';
import type { SecretUse } from '../../flow/find-secret-uses.ts';
import type { Api, RouteContext } from '../api.ts';
import { auditRequest } from '../audit-request.ts';
import { withLink } from '../paging.ts';
import { found, pathOf, unwrap } from '../problem.ts';
import { listDefaultHooksNaming, listNaming, listNamingAny } from '../read/secret-uses.ts';
import { findSecret, findSecretId, listSecrets, type SecretOwner } from '../read/secrets.ts';
import { pageOf } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';
import {
  missingSecretQuery,
  missingSecretSchema,
  secretBody,
  secretParams,
  secretQuery,
  secretSchema,
  secretScopeQuery,
  secretUsesQuery,
  secretUseSchema,
  type MissingSecretItem,
  type ScopeChoice,
  type SecretUseItem,
} from '../schemas/secret.ts';
import { requesterOf } from '../requester.ts';
import { readSecretOwnerFor } from '../secret-owner.ts';
import { z } from 'zod';

const tags = ['secrets'];

/** Where the secret is read that is written: query or body name its scope. */
function addressOf(request: FastifyRequest): string {
  const { value: _value, destinations: _destinations, ...scope } = request.body as Record<string, unknown>;
  const named = Object.entries({ ...(request.query as Record<string, unknown>), ...scope });
  const texts = named.filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  return `${pathOf(request)}?${new URLSearchParams(texts).toString()}`;
}

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

/** What names a secret: watches in force, hooks, and hooks for new repositories. */
function addSecretUsesRoute(api: Api, { db, actions }: RouteContext): void {
  api.get(
    '/secrets/:name/used-by',
    {
      config: { access: { right: 'read', on: 'body' } },
      schema: {
        summary: 'List the watches, hooks and steps that name a secret, in the repositories that it reaches',
        tags,
        params: secretParams,
        querystring: secretUsesQuery,
        response: { 200: pageOf(secretUseSchema), ...problems(404, 422) },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const owner = await readSecretOwnerFor(request, db, { choice: request.query, change: false });
      const id = found(await findSecretId(db, owner, name), `secret ${name}`);
      const { githubIds, next } = await listNaming(db, { owner, name, requester: requesterOf(request) }, request.query);
      const uses = await actions.secrets.findUses({ githubIds, name });
      const fits = uses.filter(({ watch }) => owner.scope !== 'watch' || watch === owner.watchKey);
      const hooks = request.query.cursor === undefined ? await listDefaultHooksNaming(db, owner, name) : [];
      const data = [...hooks.map(defaultHookItem), ...fits.map((use) => useItem(use, id))];
      return withLink(request, reply, { data, meta: { next } });
    },
  );
}

/** What watches ask for in vain. The name of the path is none of a secret, so that it hides none. */
function addMissingSecretsRoute(api: Api, { db, actions }: RouteContext): void {
  api.get(
    '/secrets/not-set',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'List the secrets that watches in force name and do not get; a page is one of repositories',
        tags,
        querystring: missingSecretQuery,
        response: { 200: pageOf(missingSecretSchema), ...problems(422) },
      },
    },
    async (request, reply) => {
      const { githubIds, next } = await listNamingAny(db, requesterOf(request), request.query);
      const missing = await actions.secrets.findMissing(githubIds);
      return withLink(request, reply, { data: missing.map(missingItem), meta: { next } });
    },
  );
}

function missingItem({ watchName, ...missing }: MissingSecret): MissingSecretItem {
  return { ...missing, watch_name: watchName };
}

function useItem({ gets, ...use }: SecretUse, id: string): SecretUseItem {
  const isHook = use.layer === 'api' && use.watch.startsWith('hook-');
  return { kind: isHook ? 'hook' : 'watch', ...use, gets_this: gets === id };
}

function defaultHookItem(id: string): SecretUseItem {
  const nowhere = { repository: null, layer: null, origin: null, mode: null };
  return { kind: 'default_hook', ...nowhere, watch: id, name: id, steps: [], gets_this: true };
}

/** The scope that a request names once: in its query or in its body. */
function readChoice(query: ScopeChoice, body: ScopeChoice): ScopeChoice {
  const { scope, installation_id, repository, project_id, watch } = body;
  const named = { scope, installation_id, repository, project_id, watch };
  const isNamed = (choice: ScopeChoice) => Object.values(choice).some((word) => word !== undefined);
  if (isNamed(query) && isNamed(named))
    throw new RepoWatchError('request_invalid', 'Name the scope once: in the query, or in the body.', {
      details: [{ path: 'scope', message: 'is named in the query and in the body' }],
    });
  return isNamed(query) ? query : named;
}

function createSecretAudit(db: RouteContext['db']) {
  return async (request: FastifyRequest, done: { owner: SecretOwner; name: string; action: string; after?: unknown }) => {
    const { owner, name, action, after } = done;
    const { scope, installationId, repositoryId, projectId, watchKey } = owner;
    const where = { scope, ...(projectId && { project_id: projectId }), ...(watchKey && { watch: watchKey }) };
    const told = { ...where, ...(after as object | undefined) };
    await auditRequest(db, request, { action, target: { kind: 'secret', name }, installationId, repositoryId, after: told });
  };
}

/** Secrets: written, listed and forgotten; never read back. */
export function addSecretRoutes(api: Api, context: RouteContext): void {
  const { db, actions } = context;
  const auditSecret = createSecretAudit(db);
  addSecretReadRoutes(api, context);
  addSecretUsesRoute(api, context);
  addMissingSecretsRoute(api, context);
  api.put(
    '/secrets/:name',
    {
      config: { access: { right: 'write', on: 'body' }, edits: addressOf },
      schema: {
        summary: 'Set a secret, or give it a new value',
        tags,
        params: secretParams,
        querystring: secretScopeQuery,
        body: secretBody,
        response: {
          200: secretSchema.describe('It was replaced'),
          201: secretSchema.describe('It was made'),
          ...problems(403, 404, 413, 415, 422),
        },
      },
    },
    async (request, reply) => {
      const { value, destinations } = request.body;
      const { name } = request.params;
      const owner = await readSecretOwnerFor(request, db, { choice: readChoice(request.query, request.body), change: true });
      const { created, version } = unwrap(await actions.secrets.put({ owner, name, value, destinations, by: requesterOf(request).login }));
      const secret = found(await findSecret(db, owner, name), `secret ${name}`);
      const after = { version, destinations: secret.destinations };
      await auditSecret(request, { owner, name, action: created ? 'secret.set' : 'secret.rotated', after });
      return reply.code(created ? 201 : 200).send(secret);
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
        response: { 204: z.null().describe('It is gone'), ...problems(403, 404, 422) },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const owner = await readSecretOwnerFor(request, db, { choice: request.query, change: true });
      unwrap(await actions.secrets.delete({ owner, name }));
      await auditSecret(request, { owner, name, action: 'secret.deleted' });
      return reply.code(204).send(null);
    },
  );
}

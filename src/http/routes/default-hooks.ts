import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { hookModels, listDefaultHooks, readHookModels, writeHookModels, type DefaultHook } from '../../watches/default-hooks.ts';
import type { Api, RouteContext } from '../api.ts';
import { auditRequest } from '../audit-request.ts';
import { found, unwrap } from '../problem.ts';
import { findInstallation } from '../read/installations.ts';
import { idParams } from '../schemas/common.ts';
import { defaultHookBody, defaultHookParams, defaultHookSchema, hookConditions } from '../schemas/hook.ts';
import { problems } from '../schemas/problem.ts';

const tags = ['hooks'];
const access = { right: 'manage', on: 'installation' } as const;
const defaultHooks = z.record(z.string(), defaultHookSchema);
const rules = z.strictObject({
  copy_on: z
    .array(z.enum(hookModels))
    .max(2)
    .describe(
      'A new repository takes over the hooks of the one it was forked from (`fork`) or generated from (`template`), in the same installation',
    ),
});

/** The hooks that an installation gives to its new repositories. */
export function addDefaultHookRoutes(api: Api, context: RouteContext): void {
  addReads(api, context);
  addWrites(api, context);
  addRules(api, context);
}

function show(hooks: readonly DefaultHook[]): z.output<typeof defaultHooks> {
  return Object.fromEntries(
    hooks.map(({ has_secret: hasSecret, created_at: createdAt, updated_at: updatedAt, ...hook }) => [
      hook.id,
      { ...hook, hasSecret, createdAt, updatedAt },
    ]),
  );
}

async function requireInstallation({ db }: RouteContext, id: string): Promise<void> {
  found(await findInstallation(db, id), `installation ${id}`);
}

async function note(
  { db }: RouteContext,
  request: FastifyRequest,
  done: { action: string; id: string; hookId?: string; after?: unknown },
): Promise<void> {
  const { action, id, hookId, after = null } = done;
  const target = hookId === undefined ? { kind: 'installation', id } : { kind: 'hook', id: hookId, name: hookId };
  await auditRequest(db, request, { action, target, installationId: id, after });
}

function addReads(api: Api, context: RouteContext): void {
  api.get(
    '/installations/:id/default-hooks',
    {
      config: { access },
      schema: {
        summary: 'List the hooks that new repositories of an installation get',
        tags,
        params: idParams,
        response: { 200: defaultHooks, ...problems(404) },
      },
    },
    async ({ params }) => {
      await requireInstallation(context, params.id);
      return show(await listDefaultHooks(context.db, params.id));
    },
  );
  api.get(
    '/installations/:id/default-hooks/:hookId',
    {
      config: { access },
      schema: {
        summary: 'Read a hook that new repositories of an installation get',
        tags,
        params: defaultHookParams,
        response: { 200: defaultHookSchema, ...problems(404, 422) },
      },
    },
    async ({ params: { id, hookId } }) => {
      await requireInstallation(context, id);
      const hooks = new Map(Object.entries(show(await listDefaultHooks(context.db, id))));
      return found(hooks.get(hookId), `default hook ${hookId}`);
    },
  );
}

function addWrites(api: Api, context: RouteContext): void {
  api.put(
    '/installations/:id/default-hooks/:hookId',
    {
      config: { access },
      schema: {
        summary: 'Make or replace a hook for new repositories; without an address it is only kept',
        tags,
        params: defaultHookParams,
        headers: hookConditions,
        body: defaultHookBody,
        response: {
          200: defaultHookSchema.describe('It was replaced'),
          201: defaultHookSchema.describe('It was made'),
          ...problems(404, 412, 413, 415, 422),
        },
      },
    },
    async (request, reply) => {
      const { params, body: words, headers } = request;
      const { id, hookId } = params;
      await requireInstallation(context, id);
      const onlyNew = headers['if-none-match'] === '*';
      const { created, hook } = unwrap(await context.actions.hooks.putDefault({ installationId: id, hookId, words, onlyNew }));
      const { url, options: _options, ...told } = hook;
      const host = URL.parse(url ?? '')?.host ?? null;
      await note(context, request, {
        action: created ? 'default_hook.created' : 'default_hook.replaced',
        id,
        hookId,
        after: { ...told, host },
      });
      return reply.code(created ? 201 : 200).send(show([hook])[hookId]!);
    },
  );
  api.delete(
    '/installations/:id/default-hooks/:hookId',
    {
      config: { access },
      schema: {
        summary: 'Forget a hook for new repositories; those that have it keep it',
        tags,
        params: defaultHookParams,
        response: { 200: defaultHooks.describe('Those that are left'), ...problems(404, 422) },
      },
    },
    async (request) => {
      const { id, hookId } = request.params;
      await requireInstallation(context, id);
      const left = unwrap(await context.actions.hooks.deleteDefault({ installationId: id, hookId }));
      await note(context, request, { action: 'default_hook.removed', id, hookId });
      return show(left);
    },
  );
}

function addRules(api: Api, context: RouteContext): void {
  api.get(
    '/installations/:id/hook-rules',
    {
      config: { access },
      schema: {
        summary: 'Read from what new repositories take over hooks',
        tags,
        params: idParams,
        response: { 200: rules, ...problems(404) },
      },
    },
    async ({ params }) => {
      await requireInstallation(context, params.id);
      return { copy_on: await readHookModels(context.db, params.id) };
    },
  );
  api.put(
    '/installations/:id/hook-rules',
    {
      config: { access },
      schema: {
        summary: 'Set from what new repositories take over hooks',
        tags,
        params: idParams,
        body: rules,
        response: { 200: rules, ...problems(404, 413, 415, 422) },
      },
    },
    async (request) => {
      const { params, body } = request;
      await requireInstallation(context, params.id);
      await writeHookModels(context.db, params.id, [...new Set(body.copy_on)]);
      await note(context, request, { action: 'hook_rules.set', id: params.id, after: body });
      return { copy_on: await readHookModels(context.db, params.id) };
    },
  );
}

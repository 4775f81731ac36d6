import type { FastifyRequest } from 'fastify';
import { mayDo } from '../../people/may-do.ts';
import { hookKey, hookTag, type Hook } from '../../watches/hooks.ts';
import { requireRight } from '../access.ts';
import type { Api, RouteContext } from '../api.ts';
import { auditRequest } from '../audit-request.ts';
import { found, unwrap } from '../problem.ts';
import { findRepository } from '../read/repositories.ts';
import { requesterOf } from '../requester.ts';
import { repositoryParams } from '../schemas/common.ts';
import { hookBody, hookConditions, hookCopyBody, hookParams, hookPatch, hookSchema, hooksSchema, type HookItem } from '../schemas/hook.ts';
import { problems } from '../schemas/problem.ts';
import type { Repository } from '../schemas/repository.ts';

const tags = ['hooks'];

/** The hooks of a repository, as the older systems had them. */
export function addHookRoutes(api: Api, context: RouteContext): void {
  addReads(api, context);
  addPut(api, context);
  addPatch(api, context);
  addRemoval(api, context);
  addCopy(api, context);
}

async function readRepository({ db }: RouteContext, { owner, name }: { owner: string; name: string }): Promise<Repository> {
  return found(await findRepository(db, `${owner}/${name}`), `repository ${owner}/${name}`);
}

/** A hook as an API shows it. Addresses of receivers often hold a token, so only whoever may change it sees all of one. */
function showHook(hook: Hook, mayWrite: boolean): HookItem {
  const { has_secret: hasSecret, created_at: createdAt, updated_at: updatedAt, ...rest } = hook;
  const url = mayWrite || !URL.canParse(hook.url) ? hook.url : `${new URL(hook.url).origin}/***`;
  return { ...rest, url, hasSecret, createdAt, updatedAt, watch: hookKey(hook.id) };
}

/** Hooks by their ids. Own keys only: an id can be any text. */
function showHooks(hooks: readonly Hook[], mayWrite: boolean): Record<string, HookItem> {
  return Object.fromEntries(hooks.map((hook) => [hook.id, showHook(hook, mayWrite)]));
}

/** What is written down of a hook: where it goes, never the address itself. */
function auditedHook(hook: Hook | undefined): Record<string, unknown> | null {
  if (!hook) return null;
  const { url: _url, options: _options, ...rest } = hook;
  return { ...rest, host: URL.parse(hook.url)?.host ?? null };
}

function mayWrite(request: FastifyRequest, { id, installation_id: installation }: Repository): boolean {
  return mayDo(requesterOf(request), 'write', { installation, repository: id }) === 'allowed';
}

function addReads(api: Api, context: RouteContext): void {
  const { actions } = context;
  const list = async (params: { owner: string; name: string }) => {
    const repository = await readRepository(context, params);
    return { repository, hooks: (await actions.hooks.list(repository.github_id)) ?? [] };
  };
  api.get(
    '/repos/:owner/:name/hooks',
    {
      config: { access: { right: 'read', on: 'repository' } },
      schema: {
        summary: 'List the hooks of a repository by their ids',
        tags,
        params: repositoryParams,
        response: { 200: hooksSchema, ...problems(404) },
      },
    },
    async (request) => {
      const { repository, hooks } = await list(request.params);
      return showHooks(hooks, mayWrite(request, repository));
    },
  );
  api.get(
    '/repos/:owner/:name/hooks/:hookId',
    {
      config: { access: { right: 'read', on: 'repository' } },
      schema: { summary: 'Read a hook', tags, params: hookParams, response: { 200: hookSchema, ...problems(404, 422) } },
    },
    async (request, reply) => {
      const { repository, hooks } = await list(request.params);
      const { hookId } = request.params;
      const hook = found(
        hooks.find(({ id }) => id === hookId),
        `hook ${hookId}`,
      );
      return reply.header('etag', hookTag(hook)).send(showHook(hook, mayWrite(request, repository)));
    },
  );
}

/** Writes down what became of a hook. */
async function note(
  { db }: RouteContext,
  request: FastifyRequest,
  done: { action: string; repository: Repository; hookId: string; before?: Hook | undefined; after?: Hook },
): Promise<void> {
  const { action, repository, hookId, before, after } = done;
  await auditRequest(db, request, {
    action,
    target: { kind: 'hook', id: hookId, name: `${repository.full_name} ${hookId}` },
    installationId: repository.installation_id,
    repositoryId: repository.id,
    before: auditedHook(before),
    after: auditedHook(after),
  });
}

async function findKnown({ actions }: RouteContext, repository: Repository, hookId: string): Promise<Hook | undefined> {
  return (await actions.hooks.list(repository.github_id))?.find(({ id }) => id === hookId);
}

function addPut(api: Api, context: RouteContext): void {
  api.put(
    '/repos/:owner/:name/hooks/:hookId',
    {
      config: { access: { right: 'write', on: 'repository' }, edits: 'own' },
      schema: {
        summary: 'Make or replace a hook',
        tags,
        params: hookParams,
        headers: hookConditions,
        body: hookBody,
        response: {
          200: hookSchema.describe('It was replaced'),
          201: hookSchema.describe('It was made'),
          ...problems(404, 409, 412, 413, 415, 422),
        },
      },
    },
    async (request, reply) => {
      const { params, body: words, headers } = request;
      const { hookId } = params;
      const repository = await readRepository(context, params);
      const before = await findKnown(context, repository, hookId);
      const place = { githubId: repository.github_id, hookId, ifMatch: headers['if-match'] };
      const { created, hook } = unwrap(await context.actions.hooks.put({ ...place, words, onlyNew: headers['if-none-match'] === '*' }));
      await note(context, request, { action: created ? 'hook.created' : 'hook.replaced', repository, hookId, before, after: hook });
      return reply
        .code(created ? 201 : 200)
        .header('etag', hookTag(hook))
        .send(showHook(hook, true));
    },
  );
}

function addPatch(api: Api, context: RouteContext): void {
  api.patch(
    '/repos/:owner/:name/hooks/:hookId',
    {
      config: { access: { right: 'write', on: 'repository' }, edits: 'own' },
      schema: {
        summary: 'Change a hook, or switch it off and on',
        tags,
        params: hookParams,
        headers: hookConditions,
        body: hookPatch,
        response: { 200: hookSchema, ...problems(404, 409, 412, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const { params, body: words, headers } = request;
      const { hookId } = params;
      const repository = await readRepository(context, params);
      const before = await findKnown(context, repository, hookId);
      const place = { githubId: repository.github_id, hookId, ifMatch: headers['if-match'] };
      const { hook } = unwrap(await context.actions.hooks.patch({ ...place, words }));
      await note(context, request, { action: 'hook.changed', repository, hookId, before, after: hook });
      return reply.header('etag', hookTag(hook)).send(showHook(hook, true));
    },
  );
}

function addRemoval(api: Api, context: RouteContext): void {
  api.delete(
    '/repos/:owner/:name/hooks/:hookId',
    {
      config: { access: { right: 'write', on: 'repository' }, edits: 'own' },
      schema: {
        summary: 'Remove a hook; its runs stay',
        tags,
        params: hookParams,
        headers: hookConditions,
        response: { 200: hooksSchema.describe('The hooks that are left'), ...problems(404, 409, 412, 422) },
      },
    },
    async (request) => {
      const { params, headers } = request;
      const { hookId } = params;
      const repository = await readRepository(context, params);
      const before = await findKnown(context, repository, hookId);
      const left = unwrap(await context.actions.hooks.delete({ githubId: repository.github_id, hookId, ifMatch: headers['if-match'] }));
      await note(context, request, { action: 'hook.removed', repository, hookId, before });
      return showHooks(left, true);
    },
  );
}

function addCopy(api: Api, context: RouteContext): void {
  api.post(
    '/repos/:owner/:name/hooks/copy',
    {
      config: { access: { right: 'write', on: 'repository' } },
      schema: {
        summary: 'Take over the hooks of another repository of the same installation, under their ids',
        tags,
        params: repositoryParams,
        body: hookCopyBody,
        response: { 200: hooksSchema.describe('All hooks that there are now'), ...problems(403, 404, 409, 413, 415, 422) },
      },
    },
    async (request) => {
      const repository = await readRepository(context, request.params);
      const what = `repository ${request.body.from}`;
      const from = found(await findRepository(context.db, request.body.from), what);
      // Its addresses and signing keys are read: looking at it is not enough.
      requireRight(request, 'write', { resource: { installation: from.installation_id, repository: from.id }, what });
      const hooks = unwrap(await context.actions.hooks.copy({ githubId: repository.github_id, fromGithubId: from.github_id }));
      await auditRequest(context.db, request, {
        action: 'hooks.copied',
        target: { kind: 'repository', id: repository.id, name: repository.full_name },
        installationId: repository.installation_id,
        repositoryId: repository.id,
        after: { from: from.full_name, hooks: hooks.map(({ id }) => id) },
      });
      return showHooks(hooks, true);
    },
  );
}

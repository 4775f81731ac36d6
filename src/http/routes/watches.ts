import { z } from 'zod';
import type { FastifyRequest } from 'fastify';
import type { Api, RouteContext } from '../api.ts';
import { auditRequest } from '../audit-request.ts';
import { findApiWatch } from '../read/api-watch.ts';
import { findRepositoryPlace } from '../read/repository-place.ts';
import { found, unwrap } from '../problem.ts';
import { findRepository } from '../read/repositories.ts';
import { filterText } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';
import { listLastRuns } from '../read/last-runs.ts';
import { configSchema, watchEntry, type RepositoryConfig } from '../schemas/repository.ts';

const tags = ['watches'];

const repositoryParams = { owner: filterText(100), name: filterText(100) };
const watchKey = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_-]{0,99}$/, 'must begin with a letter or `_` and go on with letters, digits, `_` and `-`');
const watchParams = z.strictObject({ ...repositoryParams, key: watchKey });
const watchSchema = configSchema.shape.watches.element;
const watchDetail = watchSchema.extend({
  definition: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe('What a watch of the API says, in the words of a file; null for those of files and of hooks'),
});

/** A watch in the words of a file, as JSON: what stands below its key in `watches`. It is checked like a file. */
const watchBody = z.looseObject({}).describe('A watch as in a file, for example {"on": "push", "steps": […]}');

type Watch = RepositoryConfig['watches'][number];

/** The watches of a repository: all that count, and those that the API may change. */
export function addWatchRoutes(api: Api, context: RouteContext): void {
  addWatchList(api, context);
  addWatchPut(api, context);
  addWatchSwitch(api, context);
  addWatchRemoval(api, context);
}

async function readRepository({ db }: RouteContext, { owner, name }: { owner: string; name: string }) {
  return found(await findRepository(db, `${owner}/${name}`), `repository ${owner}/${name}`);
}

async function readId(context: RouteContext, params: { owner: string; name: string }): Promise<string> {
  return (await readRepository(context, params)).github_id;
}

async function auditWatch({ db }: RouteContext, request: FastifyRequest, done: { action: string; after?: unknown }): Promise<void> {
  const { owner, name, key } = request.params as { owner: string; name: string; key: string };
  const place = await findRepositoryPlace(db, `${owner}/${name}`);
  await auditRequest(db, request, {
    ...done,
    target: { kind: 'watch', name: `${place?.fullName ?? `${owner}/${name}`}#${key}` },
    installationId: place?.installationId ?? null,
    repositoryId: place?.id,
  });
}

async function listWatches({ actions }: RouteContext, githubId: string): Promise<Watch[]> {
  return (await actions.explainLayers(githubId))?.watches ?? [];
}

async function readWatch(context: RouteContext, githubId: string, key: string): Promise<Watch> {
  const watches = await listWatches(context, githubId);
  return found(
    watches.find((watch) => watch.key === key),
    `watch ${key}`,
  );
}

function addWatchList(api: Api, context: RouteContext): void {
  api.get(
    '/repos/:owner/:name/watches',
    {
      config: { access: { right: 'read', on: 'repository' } },
      schema: {
        summary: 'List the watches of a repository, whichever layer declares them, with how each went last',
        tags,
        params: z.strictObject(repositoryParams),
        response: { 200: z.object({ data: z.array(watchEntry), meta: z.object({ next: z.null() }) }), ...problems(404) },
      },
    },
    async ({ params }) => {
      const { id, github_id: githubId } = await readRepository(context, params);
      const [watches, runs] = await Promise.all([listWatches(context, githubId), listLastRuns(context.db, id)]);
      return { data: watches.map((watch) => Object.assign(watch, { last_run: runs.get(watch.key) ?? null })), meta: { next: null } };
    },
  );
  api.get(
    '/repos/:owner/:name/watches/:key',
    {
      config: { access: { right: 'read', on: 'repository' } },
      schema: {
        summary: 'Read a watch of a repository, whichever layer declares it',
        tags,
        params: z.strictObject({ ...repositoryParams, key: filterText(200) }),
        response: { 200: watchDetail, ...problems(404) },
      },
    },
    async ({ params }) => await readDetail(context, params),
  );
}

/** A watch as its address shows it, and as every edit of it answers, so that both have the same tag. */
async function readDetail(
  context: RouteContext,
  params: { owner: string; name: string; key: string },
): Promise<z.output<typeof watchDetail>> {
  const { id, github_id: githubId } = await readRepository(context, params);
  const watch = await readWatch(context, githubId, params.key);
  return { ...watch, definition: (await findApiWatch(context.db, id, watch.key)) ?? null };
}

function addWatchPut(api: Api, context: RouteContext): void {
  api.put(
    '/repos/:owner/:name/watches/:key',
    {
      config: { access: { right: 'write', on: 'repository' } },
      schema: {
        summary: 'Make or replace a watch by the API',
        tags,
        params: watchParams,
        headers: z.looseObject({ 'if-none-match': z.literal('*').optional().describe('Only make it, never replace it') }),
        body: watchBody,
        response: {
          200: watchDetail.describe('It was replaced'),
          201: watchDetail.describe('It was made'),
          ...problems(404, 409, 412, 413, 415, 422),
        },
      },
    },
    async (request, reply) => {
      const { params, body, headers } = request;
      const githubId = await readId(context, params);
      const wish = { githubId, key: params.key, watch: body, onlyNew: headers['if-none-match'] === '*' };
      const { created } = unwrap(await context.actions.watches.put(wish));
      await auditWatch(context, request, { action: created ? 'watch.created' : 'watch.updated', after: body });
      return reply.code(created ? 201 : 200).send(await readDetail(context, params));
    },
  );
}

function addWatchSwitch(api: Api, context: RouteContext): void {
  api.patch(
    '/repos/:owner/:name/watches/:key',
    {
      config: { access: { right: 'write', on: 'repository' } },
      schema: {
        summary: 'Switch a watch of the API off or on',
        tags,
        params: watchParams,
        body: z.strictObject({ enabled: z.boolean() }),
        response: { 200: watchDetail, ...problems(404, 409, 413, 415, 422) },
      },
    },
    async (request) => {
      const { params, body } = request;
      const githubId = await readId(context, params);
      unwrap(await context.actions.watches.switch({ githubId, key: params.key, enabled: body.enabled }));
      await auditWatch(context, request, { action: body.enabled ? 'watch.enabled' : 'watch.disabled' });
      return await readDetail(context, params);
    },
  );
}

function addWatchRemoval(api: Api, context: RouteContext): void {
  api.delete(
    '/repos/:owner/:name/watches/:key',
    {
      config: { access: { right: 'write', on: 'repository' } },
      schema: {
        summary: 'Remove a watch that the API made',
        tags,
        params: watchParams,
        response: { 204: z.null().describe('It is gone; its runs stay'), ...problems(404, 409, 422) },
      },
    },
    async (request, reply) => {
      const { params } = request;
      unwrap(await context.actions.watches.delete({ githubId: await readId(context, params), key: params.key }));
      await auditWatch(context, request, { action: 'watch.deleted' });
      return reply.code(204).send(null);
    },
  );
}

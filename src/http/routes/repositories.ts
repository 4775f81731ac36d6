import type { FastifyRequest } from 'fastify';
import type { Api, RouteContext } from '../api.ts';
import { auditRequest } from '../audit-request.ts';
import type { RefKind } from '../../core/statuses.ts';
import { withLink } from '../paging.ts';
import { found, unwrap } from '../problem.ts';
import { findConfig } from '../read/configs.ts';
import { listRefs } from '../read/refs.ts';
import { findRepository, listRepositories } from '../read/repositories.ts';
import { requesterOf } from '../requester.ts';
import { emptyBody, pageOf, repositoryParams } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';
import {
  configSchema,
  recheckRequested,
  type RepositoryConfig,
  confirmedSecrets,
  refQuery,
  repositoryChange,
  refSchema,
  repositoryEntry,
  repositoryQuery,
  repositorySchema,
  type Repository,
} from '../schemas/repository.ts';

import { addBranchRoute } from './branch-stream.ts';
import { addWorkListRoutes } from './work-lists.ts';

const tags = ['repositories'];

type Read = (params: { owner: string; name: string }) => Promise<Repository>;

function addRefRoute(api: Api, { db }: RouteContext, of: { kind: RefKind; path: string; read: Read }): void {
  api.get(
    `/repos/:owner/:name/${of.path}`,
    {
      config: { access: { right: 'read', on: 'repository' } },
      schema: {
        summary: `List the ${of.path} of a repository by name`,
        tags,
        params: repositoryParams,
        querystring: refQuery,
        response: { 200: pageOf(refSchema), ...problems(404, 422) },
      },
    },
    async (request, reply) => {
      const repository = await of.read(request.params);
      return withLink(request, reply, await listRefs(db, { repositoryId: repository.id, kind: of.kind }, request.query));
    },
  );
}

/** Tracked repositories, their branches, tags and configuration. Names are taken in any case. */
export function addRepositoryRoutes(api: Api, context: RouteContext): void {
  const { db } = context;
  const read: Read = async ({ owner, name }) => found(await findRepository(db, `${owner}/${name}`), `repository ${owner}/${name}`);
  api.get(
    '/repos',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'List tracked repositories',
        tags,
        querystring: repositoryQuery,
        response: { 200: pageOf(repositoryEntry), ...problems(422) },
      },
    },
    async (request, reply) => withLink(request, reply, await listRepositories(db, request.query, requesterOf(request))),
  );
  api.get(
    '/repos/:owner/:name',
    {
      config: { access: { right: 'read', on: 'repository' } },
      schema: { summary: 'Read a repository', tags, params: repositoryParams, response: { 200: repositorySchema, ...problems(404, 422) } },
    },
    async ({ params }) => read(params),
  );
  addRefRoute(api, context, { kind: 'branch', path: 'branches', read });
  addRefRoute(api, context, { kind: 'tag', path: 'tags', read });
  api.get(
    '/repos/:owner/:name/config',
    {
      config: { access: { right: 'read', on: 'repository' } },
      schema: {
        summary: 'Read the configuration of a repository: its state, its problems, what is in force, its watches',
        tags,
        params: repositoryParams,
        response: { 200: configSchema, ...problems(404, 422) },
      },
    },
    async ({ params }) => {
      const repository = await read(params);
      return await readConfig(context, repository);
    },
  );
  addRepositoryWrites(api, context, read);
  addConfigRecheck(api, context, read);
  addBranchRoute(api, context);
  addWorkListRoutes(api, context);
}

function addRepositoryWrites(api: Api, { actions, db }: RouteContext, read: Read): void {
  const audit = async (
    request: FastifyRequest,
    { id, full_name: name, installation_id: installationId }: Repository,
    { action, after }: { action: string; after?: unknown },
  ) => await auditRequest(db, request, { action, target: { kind: 'repository', id, name }, installationId, repositoryId: id, after });
  api.patch(
    '/repos/:owner/:name',
    {
      config: { access: { right: 'write', on: 'repository' } },
      schema: {
        summary: 'Switch a repository on or off',
        tags,
        params: repositoryParams,
        body: repositoryChange,
        response: { 200: repositorySchema, ...problems(404, 413, 415, 422) },
      },
    },
    async (request) => {
      const { params, body } = request;
      const repository = await read(params);
      unwrap(await actions.standing.switchRepository(repository.id, body.enabled));
      await audit(request, repository, { action: body.enabled ? 'repository.enabled' : 'repository.disabled' });
      return read(params);
    },
  );
  api.post(
    '/repos/:owner/:name/secrets/confirm-owner',
    {
      config: { access: { right: 'write', on: 'repository' } },
      schema: {
        summary: 'Confirm that the secrets of a repository are meant for its present owner',
        tags,
        params: repositoryParams,
        body: emptyBody,
        response: { 200: confirmedSecrets, ...problems(404, 413, 415, 422) },
      },
    },
    async (request) => {
      const repository = await read(request.params);
      const confirmed = unwrap(await actions.standing.confirmSecretsOwner(repository.id));
      await audit(request, repository, { action: 'secrets.owner_confirmed', after: confirmed });
      return confirmed;
    },
  );
}

function addConfigRecheck(api: Api, { actions, db }: RouteContext, read: Read): void {
  api.post(
    '/repos/:owner/:name/config/recheck',
    {
      config: { access: { right: 'write', on: 'repository' } },
      schema: {
        summary: 'Have the configuration of a repository read from GitHub again now',
        tags,
        params: repositoryParams,
        body: emptyBody,
        response: { 202: recheckRequested, ...problems(404, 409, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const { id, full_name: name, installation_id: installationId } = await read(request.params);
      const requested = unwrap(await actions.standing.recheckConfig(id));
      const target = { kind: 'repository', id, name };
      await auditRequest(db, request, { action: 'config.recheck_requested', target, installationId, repositoryId: id });
      return reply.code(202).send(requested);
    },
  );
}

/** The file of the repository, with the layers that count with it. What a layer below refuses stands among the problems, as a warning. */
async function readConfig({ db, actions }: RouteContext, repository: Repository): Promise<RepositoryConfig> {
  const config = found(await findConfig(db, repository.id), `repository ${repository.full_name}`);
  const { layers = [], watches = [], notes = [] } = (await actions.explainLayers(repository.github_id)) ?? {};
  const refused = notes.map(({ line, message }) => ({
    line,
    message,
    column: 1,
    code: 'config_value_invalid',
    severity: 'warning' as const,
  }));
  return { ...config, problems: [...config.problems, ...refused], layers, watches };
}

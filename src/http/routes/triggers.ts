import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { RepoWatchError } from '../../core/errors.ts';
import type { Db } from '../../db/connect.ts';
import type { TriggerWish } from '../../flow/manage-triggers.ts';
import { requireRight } from '../access.ts';
import type { Api, RouteContext } from '../api.ts';
import { withLink } from '../paging.ts';
import { found, unwrap } from '../problem.ts';
import { findTriggered, findTriggerItem, listTriggers } from '../read/triggers.ts';
import { requesterOf } from '../requester.ts';
import { idParams, pageOf } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';
import {
  importBody,
  rotateBody,
  triggerBody,
  triggerFind,
  triggerPatch,
  triggerQuery,
  triggerSchema,
  triggerWithSecret,
  type TriggerBody,
  type TriggerItem,
} from '../schemas/trigger.ts';

const tags = ['triggers'];

const askedBy = (request: FastifyRequest) => ({ by: requesterOf(request), requestId: request.id });

/** Who looks, and where messages are to be sent: the address for people, else the path below this server's. */
function lookOf(request: FastifyRequest): Parameters<typeof listTriggers>[2] {
  return { requester: requesterOf(request), base: request.server.publicUrl ?? '' };
}

async function show(db: Db, request: FastifyRequest, id: string): Promise<TriggerItem> {
  return found(await findTriggerItem(db, { id }, lookOf(request)), `trigger ${id}`);
}

/** What a body asks for; whoever may not manage the repository is refused. */
async function readWish(db: Db, request: FastifyRequest, body: TriggerBody): Promise<TriggerWish> {
  const { provider, name } = body;
  const fullName = body.repository ?? (body.provider === 'github' && body.repo_id !== undefined ? undefined : body.repo_path);
  const githubId = provider === 'github' && /^\d{1,18}$/.test(body.repo_id ?? '') ? body.repo_id : undefined;
  if (fullName === undefined && githubId === undefined)
    throw new RepoWatchError('request_invalid', 'Name the repository that the trigger tells of: `repository: OWNER/NAME`.', {
      details: [{ path: 'repository', message: 'is missing' }],
    });
  const what = `repository ${fullName ?? githubId}`;
  const repository = found(await findTriggered(db, { fullName, githubId }), what);
  requireRight(request, 'write', { resource: { installation: repository.installationId, repository: repository.id }, what });
  const remoteId = body.repo_id ?? (provider === 'github' ? repository.githubId : (body.repo_path ?? repository.fullName));
  if (provider === 'github' && remoteId !== repository.githubId)
    throw new RepoWatchError(
      'request_invalid',
      `${repository.fullName} has the number ${repository.githubId} on GitHub, not ${remoteId}.`,
      {
        details: [{ path: 'repo_id', message: `must be ${repository.githubId}` }],
      },
    );
  return {
    installationId: repository.installationId,
    repositoryId: repository.id,
    provider,
    name,
    remoteId,
    remotePath: body.repo_path ?? repository.fullName,
  };
}

function addTriggerReadRoutes(api: Api, { db }: RouteContext): void {
  api.get(
    '/triggers',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'List inbound triggers, without their secrets',
        tags,
        querystring: triggerQuery,
        response: { 200: pageOf(triggerSchema), ...problems(422) },
      },
    },
    async (request, reply) => withLink(request, reply, await listTriggers(db, request.query, lookOf(request))),
  );
  api.get(
    '/triggers/find',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'Find a trigger by what the other side calls its repository',
        tags,
        querystring: triggerFind,
        response: { 200: triggerSchema, ...problems(404, 422) },
      },
    },
    async (request) => {
      const { provider, repo_id } = request.query;
      return found(await findTriggerItem(db, request.query, lookOf(request)), `${provider} trigger of repository ${repo_id}`);
    },
  );
  api.get(
    '/triggers/:id',
    {
      config: { access: { right: 'read', on: 'trigger' } },
      schema: {
        summary: 'Read a trigger, without its secret',
        tags,
        params: idParams,
        response: { 200: triggerSchema, ...problems(404, 422) },
      },
    },
    async (request) => await show(db, request, request.params.id),
  );
}

function addTriggerMakeRoutes(api: Api, { db, actions }: RouteContext): void {
  api.post(
    '/triggers',
    {
      config: { access: { right: 'write', on: 'body' } },
      schema: {
        summary: 'Register an inbound trigger; its secret is answered this once',
        tags,
        body: triggerBody,
        response: { 201: triggerWithSecret, ...problems(403, 404, 409, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const { id, secret } = unwrap(await actions.triggers.register(await readWish(db, request, request.body), askedBy(request)));
      return reply
        .code(201)
        .header('location', `/api/triggers/${id}`)
        .send({ ...(await show(db, request, id)), secret });
    },
  );
  api.post(
    '/triggers/import',
    {
      config: { access: { right: 'manage', on: 'body' } },
      schema: {
        summary: 'Import a trigger with the secret that the other side has already',
        tags,
        body: importBody,
        response: {
          200: triggerSchema.describe('Its secret was replaced'),
          201: triggerSchema.describe('It was made'),
          ...problems(403, 404, 409, 413, 415, 422),
        },
      },
    },
    async (request, reply) => {
      const { secret, ...body } = request.body;
      const wish = await readWish(db, request, body);
      requireRight(request, 'manage', { resource: { installation: wish.installationId }, what: `repository ${wish.remotePath}` });
      const { id, created } = unwrap(await actions.triggers.import({ ...wish, secret }, askedBy(request)));
      return reply.code(created ? 201 : 200).send(await show(db, request, id));
    },
  );
}

/** Inbound triggers: who else may tell that something happened, and by which secret that is believed. */
export function addTriggerRoutes(api: Api, context: RouteContext): void {
  const { db, actions } = context;
  addTriggerReadRoutes(api, context);
  addTriggerMakeRoutes(api, context);
  api.post(
    '/triggers/:id/rotate',
    {
      config: { access: { right: 'manage', on: 'trigger' } },
      schema: {
        summary: 'Give a trigger a new secret, which is answered this once; the former one ends at once or after a grace',
        tags,
        params: idParams,
        body: rotateBody,
        response: { 200: triggerWithSecret, ...problems(403, 404, 413, 415, 422) },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { secret } = unwrap(await actions.triggers.rotate({ id, graceSeconds: request.body?.grace_seconds ?? 0 }, askedBy(request)));
      return { ...(await show(db, request, id)), secret };
    },
  );
  api.patch(
    '/triggers/:id',
    {
      config: { access: { right: 'write', on: 'trigger' } },
      schema: {
        summary: 'Rename a trigger, or switch it on or off',
        tags,
        params: idParams,
        body: triggerPatch,
        response: { 200: triggerSchema, ...problems(403, 404, 409, 413, 415, 422) },
      },
    },
    async (request) => {
      const { id } = request.params;
      unwrap(await actions.triggers.change({ id, ...request.body }, askedBy(request)));
      return await show(db, request, id);
    },
  );
  api.delete(
    '/triggers/:id',
    {
      config: { access: { right: 'write', on: 'trigger' } },
      schema: {
        summary: 'Forget a trigger; what came through it stays',
        tags,
        params: idParams,
        response: { 204: z.null().describe('It is gone'), ...problems(403, 404, 422) },
      },
    },
    async (request, reply) => {
      unwrap(await actions.triggers.forget(request.params.id, askedBy(request)));
      return reply.code(204).send(null);
    },
  );
}

import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { mayDo } from '../../people/may-do.ts';
import { findAction, listActions, type ActionDefinition } from '../../projects/actions.ts';
import type { Api, RouteContext } from '../api.ts';
import { found } from '../problem.ts';
import { findProjectPlace } from '../read/project-place.ts';
import { showAction } from '../read/projects.ts';
import { requesterOf } from '../requester.ts';
import { idParams } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';
import { editHeaders } from '../schemas/project.ts';
import {
  actionBody,
  actionParams,
  actionPatch,
  actionSchema,
  parameterChange,
  parameterQuery,
  parameterSchema,
  removedAction,
  type ActionBody,
  type ActionItem,
} from '../schemas/project-action.ts';
import { versionTag, wantedVersion } from '../version-tag.ts';
import { askedBy } from './projects.ts';

const tags = ['projects'];
const manage = { access: { right: 'manage', on: 'project' }, edits: 'own' } as const;
const read = { access: { right: 'read', on: 'project' } } as const;

/** What is done when something happens in the repositories of a project. */
export function addProjectActionRoutes(api: Api, context: RouteContext): void {
  addReads(api, context);
  addCreation(api, context);
  addEdits(api, context);
  addRemoval(api, context);
  addParameters(api, context);
  addParameterEdits(api, context);
}

/** The fields of a body as a definition, in either of its shapes; what is left out is left out. */
function definitionOf(body: ActionBody): Partial<ActionDefinition> {
  const { actionType, webhookUrl, scriptContent, with: input, uses, on, if: condition, env, retry, timeout, parameters } = body;
  const older =
    actionType === 'webhook'
      ? { url: webhookUrl, format: 'radar', ...input }
      : actionType === 'script'
        ? { run: scriptContent, ...input }
        : input;
  const said = { uses: uses ?? actionType, with: older, on, if: condition, env, retry, timeout, parameters };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

/** A whole definition: what is left out is the default. */
export function wholeDefinition(body: ActionBody): ActionDefinition {
  return { uses: '', with: {}, parameters: [], ...definitionOf(body) };
}

async function readAction({ db }: RouteContext, request: FastifyRequest, at: { id: string; actionId: string }): Promise<ActionItem> {
  const project = found(await findProjectPlace(db, at.id), `project ${at.id}`);
  const action = await findAction(db, at.actionId);
  const mayManage = mayDo(requesterOf(request), 'manage', { installation: project.installationId, project: project.id }) === 'allowed';
  return showAction(found(action?.projectId === project.id ? action : undefined, `action ${at.actionId}`), mayManage);
}

function send(reply: FastifyReply, action: ActionItem): ActionItem {
  void reply.header('etag', versionTag(action));
  return action;
}

function placeOf(request: FastifyRequest, { id, actionId }: { id: string; actionId: string }) {
  return { projectId: id, actionId, ifVersion: wantedVersion(actionId, request.headers['if-match']), asked: askedBy(request) };
}

function addReads(api: Api, context: RouteContext): void {
  api.get(
    '/projects/:id/actions',
    {
      config: read,
      schema: {
        summary: 'List the actions of a project, in the order in which they were made',
        tags,
        params: idParams,
        response: { 200: z.object({ data: z.array(actionSchema) }), ...problems(404) },
      },
    },
    async (request) => {
      const project = found(await findProjectPlace(context.db, request.params.id), `project ${request.params.id}`);
      const mayManage = mayDo(requesterOf(request), 'manage', { installation: project.installationId, project: project.id }) === 'allowed';
      return { data: (await listActions(context.db, project.id)).map((action) => showAction(action, mayManage)) };
    },
  );
  api.get(
    '/projects/:id/actions/:actionId',
    {
      config: read,
      schema: { summary: 'Read an action of a project', tags, params: actionParams, response: { 200: actionSchema, ...problems(404) } },
    },
    async (request, reply) => send(reply, await readAction(context, request, request.params)),
  );
}

function addCreation(api: Api, context: RouteContext): void {
  const { actions } = context;
  api.post(
    '/projects/:id/actions',
    {
      config: manage,
      schema: {
        summary: 'Add an action to a project: any kind, or the older shape with actionType',
        tags,
        params: idParams,
        body: actionBody,
        response: { 201: actionSchema, ...problems(403, 404, 409, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { name, enabled = true } = request.body;
      const words = { name: name ?? undefined, enabled, definition: wholeDefinition(request.body) };
      const actionId = await actions.projects.addAction({ id, asked: askedBy(request) }, words);
      void reply.code(201).header('location', `/api/projects/${id}/actions/${actionId}`);
      return send(reply, await readAction(context, request, { id, actionId }));
    },
  );
}

function addEdits(api: Api, context: RouteContext): void {
  const { actions } = context;
  const responses = { 200: actionSchema, ...problems(403, 404, 409, 412, 413, 415, 422) };
  api.put(
    '/projects/:id/actions/:actionId',
    {
      config: manage,
      schema: {
        summary: 'Replace an action; its secrets stay',
        tags,
        params: actionParams,
        headers: editHeaders,
        body: actionBody,
        response: responses,
      },
    },
    async (request, reply) => {
      const { name, enabled } = request.body;
      const words = { ...(name && { name }), ...(enabled !== undefined && { enabled }), definition: wholeDefinition(request.body) };
      await actions.projects.replaceAction(placeOf(request, request.params), words);
      return send(reply, await readAction(context, request, request.params));
    },
  );
  api.patch(
    '/projects/:id/actions/:actionId',
    {
      config: manage,
      schema: {
        summary: 'Change an action, or switch it off and on',
        tags,
        params: actionParams,
        headers: editHeaders,
        body: actionPatch,
        response: responses,
      },
    },
    async (request, reply) => {
      const { name, enabled } = request.body;
      const update = { ...(name && { name }), ...(enabled !== undefined && { enabled }), definition: definitionOf(request.body) };
      await actions.projects.changeAction(placeOf(request, request.params), update);
      return send(reply, await readAction(context, request, request.params));
    },
  );
}

function addRemoval(api: Api, { actions }: RouteContext): void {
  api.delete(
    '/projects/:id/actions/:actionId',
    {
      config: manage,
      schema: {
        summary: 'Remove an action with its secrets and parameters; its runs stay',
        tags,
        params: actionParams,
        headers: editHeaders,
        response: { 200: z.object({ id: z.string(), removed: removedAction }), ...problems(403, 404, 412) },
      },
    },
    async (request) => {
      const removed = await actions.projects.removeAction(placeOf(request, request.params));
      return { id: request.params.actionId, removed };
    },
  );
}

const parameterList = z.object({ data: z.array(parameterSchema) });
const parametersUrl = '/projects/:id/actions/:actionId/parameters';
const common = { tags, params: actionParams };

async function listParameters(context: RouteContext, request: FastifyRequest, params: { id: string; actionId: string }) {
  return { data: (await readAction(context, request, params)).parameters };
}

function addParameters(api: Api, context: RouteContext): void {
  const { projects } = context.actions;
  api.get(
    parametersUrl,
    {
      config: { access: { right: 'manage', on: 'project' } },
      schema: { summary: 'List the values of an action by branch', ...common, response: { 200: parameterList, ...problems(404) } },
    },
    async (request) => await listParameters(context, request, request.params),
  );
  api.post(
    parametersUrl,
    {
      config: manage,
      schema: {
        summary: 'Add a value that arrives only for some branches',
        ...common,
        body: parameterSchema,
        response: { 201: parameterList, ...problems(403, 404, 409, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      await projects.addParameter(placeOf(request, request.params), request.body);
      return reply.code(201).send(await listParameters(context, request, request.params));
    },
  );
}

function addParameterEdits(api: Api, context: RouteContext): void {
  const { projects } = context.actions;
  api.put(
    parametersUrl,
    {
      config: manage,
      schema: {
        summary: 'Change the value of a parameter',
        ...common,
        body: parameterChange,
        response: { 200: parameterList, ...problems(403, 404, 413, 415, 422) },
      },
    },
    async (request) => {
      await projects.setParameter(placeOf(request, request.params), request.body);
      return await listParameters(context, request, request.params);
    },
  );
  api.delete(
    parametersUrl,
    {
      config: manage,
      schema: {
        summary: 'Take a parameter away',
        ...common,
        querystring: parameterQuery,
        response: { 200: parameterList, ...problems(403, 404, 422) },
      },
    },
    async (request) => {
      await projects.setParameter(placeOf(request, request.params), request.query);
      return await listParameters(context, request, request.params);
    },
  );
}

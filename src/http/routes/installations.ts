import { z } from 'zod';
import type { Api, RouteContext } from '../api.ts';
import { auditThing } from '../audit-request.ts';
import { withLink, type Page } from '../paging.ts';
import { found, unwrap } from '../problem.ts';
import type { Requester } from '../../people/requester.ts';
import { findBudget } from '../read/budget.ts';
import { listBudgets } from '../read/budget-list.ts';
import { listIntents, wishItem } from '../read/installation-intents.ts';
import { findInstallation, listInstallations } from '../read/installations.ts';
import { listRepositories } from '../read/repositories.ts';
import { requesterOf } from '../requester.ts';
import { budgetItem, budgetQuery, budgetSchema } from '../schemas/budget.ts';
import { emptyBody, idParams, pageOf } from '../schemas/common.ts';
import {
  installationChange,
  installationQuery,
  installationSchema,
  purgedSchema,
  type InstallationQuery,
} from '../schemas/installation.ts';
import { intentSchema, type InstallationWish, type Intent } from '../schemas/installation-intent.ts';
import { problems } from '../schemas/problem.ts';
import { installationRepositoryQuery, repositorySchema } from '../schemas/repository.ts';

const tags = ['installations'];

/** The App on its accounts. */
export function addInstallationRoutes(api: Api, context: RouteContext): void {
  const { db } = context;
  api.get(
    '/installations',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'List installations, newest first',
        tags,
        querystring: installationQuery,
        response: { 200: pageOf(z.union([installationSchema, intentSchema])), ...problems(422) },
      },
    },
    async (request, reply) => {
      const { status } = request.query;
      const isToBe = status === 'initiated_on_repowatch' || status === 'requested';
      if (!isToBe) return withLink(request, reply, await listInstallations(db, request.query, requesterOf(request)));
      return withLink(request, reply, await listToBe(context, requesterOf(request), { ...request.query, status }));
    },
  );
  api.get(
    '/installations/:id',
    {
      config: { access: { right: 'read', on: 'installation' } },
      schema: { summary: 'Read an installation', tags, params: idParams, response: { 200: installationSchema, ...problems(404) } },
    },
    async ({ params }) => found(await findInstallation(db, params.id), `installation ${params.id}`),
  );
  api.get(
    '/budgets',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'List what living installations may ask of GitHub, who spends it, and what was spent in the last hour',
        tags,
        querystring: budgetQuery,
        response: { 200: pageOf(budgetItem), ...problems(422) },
      },
    },
    async (request, reply) => withLink(request, reply, await listBudgets(db, request.query, requesterOf(request))),
  );
  api.get(
    '/installations/:id/budget',
    {
      config: { access: { right: 'read', on: 'installation' } },
      schema: {
        summary: 'What an installation may ask of GitHub, and who spends it',
        tags,
        params: idParams,
        response: { 200: budgetSchema, ...problems(404) },
      },
    },
    async ({ params }) => found(await findBudget(db, params.id), `installation ${params.id}`),
  );
  addInstallationRepositories(api, context);
  addInstallationWrites(api, context);
}

function addInstallationRepositories(api: Api, { db }: RouteContext): void {
  api.get(
    '/installations/:id/repos',
    {
      config: { access: { right: 'read', on: 'installation' } },
      schema: {
        summary: 'List the repositories of an installation, active and removed, newest first',
        tags,
        params: idParams,
        querystring: installationRepositoryQuery,
        response: { 200: pageOf(repositorySchema), ...problems(404, 422) },
      },
    },
    async (request, reply) => {
      const { id } = found(await findInstallation(db, request.params.id), `installation ${request.params.id}`);
      return withLink(
        request,
        reply,
        await listRepositories(db, { ...request.query, installation: id, removed: true }, requesterOf(request)),
      );
    },
  );
}

function addInstallationWrites(api: Api, { db, actions }: RouteContext): void {
  api.patch(
    '/installations/:id',
    {
      config: { access: { right: 'manage', on: 'installation' } },
      schema: {
        summary: 'Switch an installation on or off, or say which project it belongs to',
        tags,
        params: idParams,
        body: installationChange,
        response: { 200: installationSchema, ...problems(404, 413, 415, 422) },
      },
    },
    async (request) => {
      const { params, body } = request;
      found(await findInstallation(db, params.id), `installation ${params.id}`);
      const { enabled, project_id: projectId } = body;
      const asked = { by: requesterOf(request), requestId: request.id };
      if (projectId !== undefined) await actions.projects.link({ installationId: params.id, projectId }, asked);
      if (enabled !== undefined) {
        unwrap(await actions.standing.switchInstallation(params.id, enabled));
        const action = enabled ? 'installation.enabled' : 'installation.disabled';
        await auditThing(db, request, { action, thing: 'installation', id: params.id });
      }
      return found(await findInstallation(db, params.id), `installation ${params.id}`);
    },
  );
  api.post(
    '/installations/:id/purge',
    {
      config: { access: { right: 'manage', on: 'installation' } },
      schema: {
        summary: 'Delete for good what is kept of a deleted installation',
        tags,
        params: idParams,
        body: emptyBody,
        response: { 200: purgedSchema, ...problems(404, 409, 413, 415, 422) },
      },
    },
    async (request) => {
      const { id } = request.params;
      const purged = unwrap(await actions.standing.purgeInstallation(id));
      await auditThing(db, request, { action: 'installation.purged', thing: 'installation', id, after: purged });
      return purged;
    },
  );
}

/** Installations that GitHub has given no number yet: begun here, or asked for by a member there and waiting for an owner. */
async function listToBe(
  { db, actions }: RouteContext,
  requester: Requester,
  { status, account, cursor, limit, per_page }: InstallationQuery & { status: 'initiated_on_repowatch' | 'requested' },
): Promise<Page<Intent>> {
  const isWanted = (intent: Intent) => account === undefined || intent.account?.login.toLowerCase() === account.toLowerCase();
  const page = await listIntents(db, { status, cursor, limit, per_page }, requester);
  const data = page.data.filter(isWanted);
  if (status === 'initiated_on_repowatch' || cursor !== undefined) return { ...page, data };
  const wishes = await actions.listInstallationRequests();
  const known = new Set(data.map((intent) => intent.account?.login.toLowerCase()));
  // What GitHub cannot be asked now is missing from the list, and the rest is still worth an answer.
  const seen = ({ requester: who }: InstallationWish) =>
    requester.sight.installations === 'all' || (who !== null && who.github_id === requester.githubId);
  const asked = wishes.ok ? wishes.value.filter(seen).map((wish) => wishItem(wish, new Date())) : [];
  return { ...page, data: [...asked.filter((wish) => isWanted(wish) && !known.has(wish.account?.login.toLowerCase())), ...data] };
}

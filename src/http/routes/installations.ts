import { z } from 'zod';
import type { Api, RouteContext } from '../api.ts';
import { withLink, type Page } from '../paging.ts';
import { found } from '../problem.ts';
import { findBudget } from '../read/budget.ts';
import { listIntents, wishItem } from '../read/installation-intents.ts';
import { findInstallation, listInstallations } from '../read/installations.ts';
import { budgetSchema } from '../schemas/budget.ts';
import { idParams, pageOf } from '../schemas/common.ts';
import { installationQuery, installationSchema, type InstallationQuery } from '../schemas/installation.ts';
import { intentSchema, type Intent } from '../schemas/installation-intent.ts';
import { problems } from '../schemas/problem.ts';

const tags = ['installations'];

/** The App on its accounts. */
export function addInstallationRoutes(api: Api, context: RouteContext): void {
  const { db } = context;
  api.get(
    '/installations',
    {
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
      if (!isToBe) return withLink(request, reply, await listInstallations(db, request.query));
      return withLink(request, reply, await listToBe(context, { ...request.query, status }));
    },
  );
  api.get(
    '/installations/:id',
    { schema: { summary: 'Read an installation', tags, params: idParams, response: { 200: installationSchema, ...problems(404) } } },
    async ({ params }) => found(await findInstallation(db, params.id), `installation ${params.id}`),
  );
  api.get(
    '/installations/:id/budget',
    {
      schema: {
        summary: 'What an installation may ask of GitHub, and who spends it',
        tags,
        params: idParams,
        response: { 200: budgetSchema, ...problems(404) },
      },
    },
    async ({ params }) => found(await findBudget(db, params.id), `installation ${params.id}`),
  );
}

/** Installations that GitHub has given no number yet: begun here, or asked for by a member there and waiting for an owner. */
async function listToBe(
  { db, actions }: RouteContext,
  { status, account, cursor, limit, per_page }: InstallationQuery & { status: 'initiated_on_repowatch' | 'requested' },
): Promise<Page<Intent>> {
  const isWanted = (intent: Intent) => account === undefined || intent.account?.login.toLowerCase() === account.toLowerCase();
  const page = await listIntents(db, { status, cursor, limit, per_page });
  const data = page.data.filter(isWanted);
  if (status === 'initiated_on_repowatch' || cursor !== undefined) return { ...page, data };
  const wishes = await actions.listInstallationRequests();
  const known = new Set(data.map((intent) => intent.account?.login.toLowerCase()));
  // What GitHub cannot be asked now is missing from the list, and the rest is still worth an answer.
  const asked = wishes.ok ? wishes.value.map((wish) => wishItem(wish, new Date())) : [];
  return { ...page, data: [...asked.filter((wish) => isWanted(wish) && !known.has(wish.account?.login.toLowerCase())), ...data] };
}

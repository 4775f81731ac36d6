import type { Api, RouteContext } from '../api.ts';
import { withLink } from '../paging.ts';
import { found } from '../problem.ts';
import { findBudget } from '../read/budget.ts';
import { findInstallation, listInstallations } from '../read/installations.ts';
import { budgetSchema } from '../schemas/budget.ts';
import { idParams, pageOf } from '../schemas/common.ts';
import { installationQuery, installationSchema } from '../schemas/installation.ts';
import { problems } from '../schemas/problem.ts';

const tags = ['installations'];

/** The App on its accounts. */
export function addInstallationRoutes(api: Api, { db }: RouteContext): void {
  api.get(
    '/installations',
    {
      schema: {
        summary: 'List installations, newest first',
        tags,
        querystring: installationQuery,
        response: { 200: pageOf(installationSchema), ...problems(422) },
      },
    },
    async (request, reply) => withLink(request, reply, await listInstallations(db, request.query)),
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

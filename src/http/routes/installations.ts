import type { Api, RouteContext } from '../api.ts';
import { withLink } from '../paging.ts';
import { found } from '../problem.ts';
import { findInstallation, listInstallations } from '../read/installations.ts';
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
}

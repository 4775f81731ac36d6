import type { Api, RouteContext } from '../api.ts';
import { withLink } from '../paging.ts';
import { found } from '../problem.ts';
import { listChecks } from '../read/checks.ts';
import { findRepository } from '../read/repositories.ts';
import { checkQuery, checkSchema } from '../schemas/check.ts';
import { pageOf, repositoryParams } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';

/** What comparing a repository with GitHub found, check by check. */
export function addCheckRoute(api: Api, { db }: RouteContext): void {
  api.get(
    '/repos/:owner/:name/checks',
    {
      config: { access: { right: 'read', on: 'repository' } },
      schema: {
        summary: 'List what comparing a repository with GitHub found, newest first',
        tags: ['reconcile'],
        params: repositoryParams,
        querystring: checkQuery,
        response: { 200: pageOf(checkSchema), ...problems(404, 422) },
      },
    },
    async (request, reply) => {
      const fullName = `${request.params.owner}/${request.params.name}`;
      const repository = found(await findRepository(db, fullName), `repository ${fullName}`);
      return withLink(request, reply, await listChecks(db, repository.id, request.query));
    },
  );
}

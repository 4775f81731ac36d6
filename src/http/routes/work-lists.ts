import type { Api, RouteContext } from '../api.ts';
import { readPlace } from '../act-for-requester.ts';
import { withLink } from '../paging.ts';
import { listIssues, listPulls } from '../read/work-lists.ts';
import { pageOf, repositoryParams } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';
import { issueItem, issueListQuery, pullItem, pullListQuery } from '../schemas/work-list.ts';

const tags = ['repositories'];
const config = { access: { right: 'read', on: 'repository' } } as const;

/** Issues and pull requests of a repository, as changes told of them. */
export function addWorkListRoutes(api: Api, context: RouteContext): void {
  api.get(
    '/repos/:owner/:name/issues',
    {
      config,
      schema: {
        summary: 'List the issues of a repository that changes told of, the highest number first',
        tags,
        params: repositoryParams,
        querystring: issueListQuery,
        response: { 200: pageOf(issueItem), ...problems(404, 422) },
      },
    },
    async (request, reply) => {
      const { id } = await readPlace(context, request.params);
      return withLink(request, reply, await listIssues(context.db, id, request.query));
    },
  );
  api.get(
    '/repos/:owner/:name/pulls',
    {
      config,
      schema: {
        summary: 'List the pull requests of a repository that changes told of, the highest number first',
        tags,
        params: repositoryParams,
        querystring: pullListQuery,
        response: { 200: pageOf(pullItem), ...problems(404, 422) },
      },
    },
    async (request, reply) => {
      const { id } = await readPlace(context, request.params);
      return withLink(request, reply, await listPulls(context.db, id, request.query));
    },
  );
}

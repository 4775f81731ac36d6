import type { Api, RouteContext } from '../api.ts';
import { readPlace } from '../act-for-requester.ts';
import { readActivity, readRepositoryStatistics, readStatistics } from '../read/statistics.ts';
import { requesterOf } from '../requester.ts';
import { repositoryParams } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';
import { activity, activityQuery, repositoryStatistics, statistics } from '../schemas/statistics.ts';

const tags = ['repositories'];
const access = { right: 'read', on: 'repository' } as const;

/** Figures for people: what there is, what happened, and how fresh it is. */
export function addStatisticsRoutes(api: Api, context: RouteContext): void {
  const { db } = context;
  api.get(
    '/repos/:owner/:name/statistics',
    {
      config: { access },
      schema: {
        summary: 'Count issues, pull requests, branches, tags and members of a repository',
        tags,
        params: repositoryParams,
        response: { 200: repositoryStatistics, ...problems(404) },
      },
    },
    async ({ params }) => await readRepositoryStatistics(db, (await readPlace(context, params)).id),
  );
  api.get(
    '/repos/:owner/:name/activity',
    {
      config: { access },
      schema: {
        summary: 'Say what happened in a repository in the last days',
        tags,
        params: repositoryParams,
        querystring: activityQuery,
        response: { 200: activity, ...problems(404, 422) },
      },
    },
    async ({ params, query }) => await readActivity(db, (await readPlace(context, params)).id, query.days ?? 30),
  );
  api.get(
    '/stats',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'Say how many repositories there are, and how the comparing with GitHub stands',
        tags,
        response: { 200: statistics, ...problems() },
      },
    },
    async (request) => await readStatistics(db, requesterOf(request)),
  );
}

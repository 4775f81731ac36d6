import type { Api, RouteContext } from '../api.ts';
import { readPlace } from '../act-for-requester.ts';
import { keepAwhile } from '../read/keep-awhile.ts';
import { readAttention } from '../read/attention.ts';
import { readRates } from '../read/rates.ts';
import { readActivity, readRepositoryStatistics, readStatistics } from '../read/statistics.ts';
import { requesterOf } from '../requester.ts';
import type { Requester } from '../../people/requester.ts';
import { attentionList } from '../schemas/attention.ts';
import { repositoryParams } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';
import { ratesQuery, ratesSchema, type RatesQuery } from '../schemas/rates.ts';
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
  addOverviewRoutes(api, context);
}

/** What the first page shows; many look at it at once, so answers are kept for a moment, for each group of people who see the same. */
function addOverviewRoutes(api: Api, { db, actions }: RouteContext): void {
  const rates = keepAwhile(
    ({ query, requester }: { query: RatesQuery; requester: Requester }) => readRates(db, query, requester),
    ({ query, requester }) => JSON.stringify([requester.sight, query]),
  );
  api.get(
    '/stats/rates',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'Count deliveries, changes and runs by the clock, with how long they took',
        tags: ['operations'],
        querystring: ratesQuery,
        response: { 200: ratesSchema, ...problems(422) },
      },
    },
    async (request) => await rates({ query: request.query, requester: requesterOf(request) }),
  );
  const attention = keepAwhile(
    (requester: Requester) => readAttention(db, { requester, loopWindowMs: actions.runs.loopWindowMs, now: new Date() }),
    ({ sight }) => JSON.stringify(sight),
  );
  api.get(
    '/attention',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'List what needs a person, the most urgent first',
        tags: ['operations'],
        response: { 200: attentionList, ...problems() },
      },
    },
    async (request) => await attention(requesterOf(request)),
  );
}

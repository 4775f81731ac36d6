import type { z } from 'zod';
import type { Api, RouteContext } from '../api.ts';
import { actForRequester } from '../act-for-requester.ts';
import { repositoryParams } from '../schemas/common.ts';
import { idempotencyHeaders, issueParams } from '../schemas/github-issue.ts';
import { accessBody, askedReviewers, changedAccess, openedPull, pullBody, reviewersBody } from '../schemas/github-work.ts';
import { problems } from '../schemas/problem.ts';

const tags = ['github'];
const refusals = problems(404, 409, 413, 415, 422, 502, 503);

/** Pull requests and access on GitHub for people: opened, handed out for review, given and taken. */
export function addGitHubWorkRoutes(api: Api, context: RouteContext): void {
  api.post(
    '/repos/:owner/:name/pulls',
    {
      config: { access: { right: 'write', on: 'repository' } },
      schema: {
        summary: 'Open a pull request on GitHub; the open one of the same branches is the answer when there is one',
        tags,
        params: repositoryParams,
        headers: idempotencyHeaders,
        body: pullBody,
        response: { 200: openedPull.describe('It was open already'), 201: openedPull, ...refusals },
      },
    },
    async (request, reply) => {
      const wish = { kind: 'github/pull-request', input: request.body, action: 'pull_request.opened', answer: openedPull };
      const opened = await actForRequester(context, request, wish);
      return reply.code(opened.existing ? 200 : 201).send(opened);
    },
  );
  api.post(
    '/repos/:owner/:name/pulls/:number/reviewers',
    {
      config: { access: { right: 'write', on: 'repository' } },
      schema: {
        summary: 'Ask people and teams for a review on GitHub; those who cannot be asked are reported',
        tags,
        params: issueParams,
        body: reviewersBody,
        response: { 200: askedReviewers, ...refusals },
      },
    },
    async (request) => {
      const { users, teams, reviewers, team_reviewers: others } = request.body;
      const input = { number: request.params.number, users: [...users, ...reviewers], teams: [...teams, ...others] };
      const note = ({ number, users: people, teams: groups }: z.output<typeof askedReviewers>) => ({
        number,
        users: people,
        teams: groups,
      });
      const wish = { kind: 'github/reviewers', input, action: 'pull_request.reviewers_asked', answer: askedReviewers, note };
      return await actForRequester(context, request, wish);
    },
  );
  addAccessRoute(api, context);
}

function addAccessRoute(api: Api, context: RouteContext): void {
  api.post(
    '/repos/:owner/:name/access',
    {
      config: { access: { right: 'manage', on: 'repository' } },
      schema: {
        summary: 'Give or take access to a repository on GitHub; only where the App has been granted administration',
        tags,
        params: repositoryParams,
        body: accessBody,
        response: { 200: changedAccess, ...refusals },
      },
    },
    async (request) => {
      const note = ({ action, identifier, state, permission }: z.output<typeof changedAccess>) => ({
        action,
        identifier,
        state,
        permission,
      });
      const wish = { kind: 'github/access', input: request.body, action: 'access.changed', answer: changedAccess, note };
      return await actForRequester(context, request, wish);
    },
  );
}

import type { Api, RouteContext } from '../api.ts';
import { actForRequester, personOf, readPlace } from '../act-for-requester.ts';
import { auditRequest } from '../audit-request.ts';
import { found, unwrap } from '../problem.ts';
import { findJob } from '../read/jobs.ts';
import { requesterOf } from '../requester.ts';
import { repositoryParams } from '../schemas/common.ts';
import {
  acceptedIssues,
  assignBody,
  bulkBody,
  changedLabels,
  changedPeople,
  closeBody,
  closedIssue,
  commentBody,
  idempotencyHeaders,
  issueBody,
  issueParams,
  labelsBody,
  openedIssue,
  openedIssues,
  postedComment,
} from '../schemas/github-issue.ts';
import { problems } from '../schemas/problem.ts';

const tags = ['github'];
const access = { right: 'write', on: 'repository' } as const;
const refusals = problems(404, 409, 413, 415, 422, 502, 503);

/** More issues than this are opened as a job: GitHub takes them three seconds apart (handbook E2), and nobody waits that long for an answer. */
const atOnce = 5;

/** Issues on GitHub for people: opened, many at once, commented on, labelled, handed out, closed. What is posted says for whom. */
export function addGitHubIssueRoutes(api: Api, context: RouteContext): void {
  addOpeningRoute(api, context);
  addBulkRoute(api, context);
  addTalkRoutes(api, context);
  addLabelRoutes(api, context);
}

function addTalkRoutes(api: Api, context: RouteContext): void {
  api.post(
    '/repos/:owner/:name/issues/:number/comments',
    {
      config: { access },
      schema: {
        summary: 'Comment on an issue or pull request on GitHub, or replace the comment under a key',
        tags,
        params: issueParams,
        headers: idempotencyHeaders,
        body: commentBody,
        response: { 201: postedComment, ...refusals },
      },
    },
    async (request, reply) => {
      const input = { ...request.body, number: request.params.number };
      const wish = { kind: 'github/comment', input, action: 'issue.commented', answer: postedComment };
      return reply.code(201).send(await actForRequester(context, request, wish));
    },
  );
  api.post(
    '/repos/:owner/:name/issues/:number/close',
    {
      config: { access },
      schema: {
        summary: 'Close an issue or pull request on GitHub',
        tags,
        params: issueParams,
        headers: idempotencyHeaders,
        body: closeBody.nullish(),
        response: { 200: closedIssue, ...refusals },
      },
    },
    async (request) => {
      const input = { ...request.body, number: request.params.number };
      return await actForRequester(context, request, { kind: 'github/close', input, action: 'issue.closed', answer: closedIssue });
    },
  );
}

function addLabelRoutes(api: Api, context: RouteContext): void {
  api.post(
    '/repos/:owner/:name/issues/:number/labels',
    {
      config: { access },
      schema: {
        summary: 'Change the labels of an issue or pull request on GitHub',
        tags,
        params: issueParams,
        body: labelsBody,
        response: { 200: changedLabels, ...refusals },
      },
    },
    async (request) => {
      const input = { ...request.body, number: request.params.number };
      return await actForRequester(context, request, { kind: 'github/labels', input, action: 'issue.labeled', answer: changedLabels });
    },
  );
  api.post(
    '/repos/:owner/:name/issues/:number/assignees',
    {
      config: { access },
      schema: {
        summary: 'Assign people to an issue or pull request on GitHub; those that nobody knows are reported',
        tags,
        params: issueParams,
        body: assignBody,
        response: { 200: changedPeople, ...refusals },
      },
    },
    async (request) => {
      const input = { ...request.body, number: request.params.number };
      return await actForRequester(context, request, { kind: 'github/assign', input, action: 'issue.assigned', answer: changedPeople });
    },
  );
}

function addOpeningRoute(api: Api, context: RouteContext): void {
  api.post(
    '/repos/:owner/:name/issues',
    {
      config: { access },
      schema: {
        summary: 'Open an issue on GitHub; with `dedupe_key` there is one open issue of it',
        tags,
        params: repositoryParams,
        headers: idempotencyHeaders,
        body: issueBody,
        response: { 200: openedIssue.describe('It was open already'), 201: openedIssue, ...refusals },
      },
    },
    async (request, reply) => {
      const wish = { kind: 'github/issue', input: request.body, action: 'issue.opened', answer: openedIssue };
      const opened = await actForRequester(context, request, wish);
      return reply.code(opened.created ? 201 : 200).send(opened);
    },
  );
}

function addBulkRoute(api: Api, context: RouteContext): void {
  api.post(
    '/repos/:owner/:name/issues/bulk',
    {
      config: { access },
      schema: {
        summary: `Open many issues on GitHub; a bad one stops nobody. More than ${atOnce} become a job`,
        tags,
        params: repositoryParams,
        headers: idempotencyHeaders,
        body: bulkBody,
        response: { 200: openedIssues, 202: acceptedIssues, ...refusals },
      },
    },
    async (request, reply) => {
      const { issues, on_existing: onExisting } = Array.isArray(request.body)
        ? { issues: request.body, on_existing: 'nothing' as const }
        : request.body;
      if (issues.length <= atOnce) {
        const input = { issues, on_existing: onExisting };
        const wish = { kind: 'github/issues', input, action: 'issues.opened', answer: openedIssues };
        return reply.code(200).send(await actForRequester(context, request, wish));
      }
      const place = await readPlace(context, request.params);
      const requestedBy = requesterOf(request).login;
      const wish = { repositoryId: place.id, issues, onExisting, requestedBy, postedFor: personOf(request) };
      const { jobId, requested } = unwrap(await context.actions.github.openIssues(wish));
      await auditRequest(context.db, request, {
        action: 'issues.requested',
        target: { kind: 'job', id: jobId },
        installationId: place.installationId,
        repositoryId: place.id,
        after: { issues: requested },
      });
      const job = found(await findJob(context.db, jobId), `job ${jobId}`);
      return reply.code(202).header('location', `/api/jobs/${jobId}`).send({ job, requested });
    },
  );
}

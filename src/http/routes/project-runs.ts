import { setTimeout as pause } from 'node:timers/promises';
import type { Db } from '../../db/connect.ts';
import type { TriggeredAction } from '../../flow/trigger-project.ts';
import type { Api, RouteContext } from '../api.ts';
import { auditRequest, auditThing } from '../audit-request.ts';
import { withLink } from '../paging.ts';
import { found, unwrap } from '../problem.ts';
import { findJob } from '../read/jobs.ts';
import { findProjectPlace } from '../read/project-place.ts';
import { listProjectChanges } from '../read/project-changes.ts';
import { listProjectRuns } from '../read/project-runs.ts';
import { listProjectLog } from '../read/projects.ts';
import { findRepository } from '../read/repositories.ts';
import { listRunsOfChanges } from '../read/runs.ts';
import { listFollowed } from '../../projects/projects.ts';
import { actorOf, requesterOf } from '../requester.ts';
import { emptyBody, idParams, pageOf } from '../schemas/common.ts';
import { acceptedJob } from '../schemas/job.ts';
import { waitQuery } from '../schemas/manual-run.ts';
import { projectChange, projectChangeQuery, projectRunQuery } from '../schemas/project-activity.ts';
import { runSummary } from '../schemas/run.ts';
import { problems } from '../schemas/problem.ts';
import { projectLogQuery, projectLogSchema, projectTriggerBody, projectTriggered, type ProjectTriggered } from '../schemas/project.ts';
import { readProject } from './projects.ts';

const tags = ['projects'];

/** What a project finds and does: its log, comparing now, and starting its actions by hand. */
export function addProjectRunRoutes(api: Api, context: RouteContext): void {
  addLog(api, context);
  addRuns(api, context);
  addChanges(api, context);
  addSync(api, context);
  addTrigger(api, context);
}

function addLog(api: Api, { db }: RouteContext): void {
  api.get(
    '/projects/:id/logs',
    {
      config: { access: { right: 'read', on: 'project' } },
      schema: {
        summary: 'List what comparing the repositories of a project with GitHub found, newest first',
        tags,
        params: idParams,
        querystring: projectLogQuery,
        response: { 200: pageOf(projectLogSchema), ...problems(404, 422) },
      },
    },
    async (request, reply) => {
      const requester = requesterOf(request);
      found(await findProjectPlace(db, request.params.id), `project ${request.params.id}`);
      return withLink(request, reply, await listProjectLog(db, request.params.id, { query: request.query, requester }));
    },
  );
}

function addRuns(api: Api, { db }: RouteContext): void {
  api.get(
    '/projects/:id/runs',
    {
      config: { access: { right: 'read', on: 'project' } },
      schema: {
        summary: 'List the runs of the actions of a project, newest first',
        tags,
        params: idParams,
        querystring: projectRunQuery,
        response: { 200: pageOf(runSummary), ...problems(404, 422) },
      },
    },
    async (request, reply) => {
      const requester = requesterOf(request);
      found(await findProjectPlace(db, request.params.id), `project ${request.params.id}`);
      return withLink(request, reply, await listProjectRuns(db, request.params.id, { query: request.query, requester }));
    },
  );
}

function addChanges(api: Api, { db }: RouteContext): void {
  api.get(
    '/projects/:id/changes',
    {
      config: { access: { right: 'read', on: 'project' } },
      schema: {
        summary: 'List what happened to branches and tags in the repositories of a project, newest first',
        tags,
        params: idParams,
        querystring: projectChangeQuery,
        response: { 200: pageOf(projectChange), ...problems(404, 422) },
      },
    },
    async (request, reply) => {
      const requester = requesterOf(request);
      found(await findProjectPlace(db, request.params.id), `project ${request.params.id}`);
      return withLink(request, reply, await listProjectChanges(db, request.params.id, { query: request.query, requester }));
    },
  );
}

function addSync(api: Api, context: RouteContext): void {
  const { db, actions } = context;
  api.post(
    '/projects/:id/sync',
    {
      config: { access: { right: 'write', on: 'project' } },
      schema: {
        summary: 'Compare the repositories of a project with GitHub now',
        tags,
        params: idParams,
        body: emptyBody,
        response: { 202: acceptedJob, ...problems(403, 404, 409, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const project = await readProject(context, request, request.params.id);
      const repositoryIds = (await listFollowed(db, project.id)).map(({ id }) => id);
      const wish = { repositoryIds, installationId: project.installation_id, name: project.name, requestedBy: requesterOf(request).login };
      const { jobId, requested } = unwrap(await actions.requestReconcile(wish));
      await auditThing(db, request, { action: 'reconcile.requested', thing: 'job', id: jobId, after: { target: project.name, requested } });
      const job = found(await findJob(db, jobId), `job ${jobId}`);
      return reply.code(202).header('location', `/api/jobs/${jobId}`).send({ job, requested });
    },
  );
}

function addTrigger(api: Api, context: RouteContext): void {
  const { db, actions } = context;
  let closing = false;
  api.addHook('preClose', async () => void (closing = true));
  api.post(
    '/projects/:id/trigger',
    {
      config: { access: { right: 'write', on: 'project' } },
      schema: {
        summary: 'Run the actions of a project for a branch; with `?wait=` the answer says how each ended',
        tags,
        params: idParams,
        querystring: waitQuery,
        body: projectTriggerBody,
        response: { 200: projectTriggered, 202: projectTriggered, ...problems(403, 404, 409, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const project = await readProject(context, request, request.params.id);
      const fullName = body.repository === undefined ? undefined : unwrap(actions.projects.readAddress(body.repository));
      const named = fullName === undefined ? undefined : await findRepository(db, fullName);
      // One that is not the project's is answered as one that nobody knows.
      const isOurs = named !== undefined && named.installation_id === project.installation_id;
      const repositoryId = fullName === undefined ? undefined : isOurs ? named.id : '0';
      const wish = { projectId: project.id, branch: body.branch, repositoryId, actions: body.actions, key: undefined };
      const triggered = await actions.projects.trigger({ ...wish, actor: actorOf(request) });
      await auditRequest(db, request, {
        action: 'project.triggered',
        target: { kind: 'project', id: project.id, name: project.name },
        installationId: project.installation_id,
        after: { branch: body.branch, changes: triggered.map(({ changeId }) => changeId) },
      });
      const { wait } = request.query;
      const answer = await waitForEnd(db, triggered, { seconds: wait, isGone: () => closing || reply.raw.destroyed });
      return reply.code(wait > 0 && answer.over ? 200 : 202).send(answer);
    },
  );
}

/** How often it is looked whether runs are over. Milliseconds. */
const lookMs = 100;

async function waitForEnd(
  db: Db,
  triggered: readonly TriggeredAction[],
  until: { seconds: number; isGone: () => boolean },
): Promise<ProjectTriggered> {
  const deadline = Date.now() + until.seconds * 1000;
  for (;;) {
    const answer = await summarize(db, triggered);
    if (answer.over || Date.now() >= deadline || until.isGone()) return answer;
    await pause(lookMs);
  }
}

async function summarize(db: Db, triggered: readonly TriggeredAction[]): Promise<ProjectTriggered> {
  const known = await listRunsOfChanges(
    db,
    triggered.flatMap(({ changeId }) => changeId ?? []),
  );
  const parts = triggered.map((one) => ({
    one,
    runs: known.filter((run) => run.change.id === one.changeId && run.watch.key === one.watch),
  }));
  const failed = parts.flatMap(({ one, runs }) => {
    const { action, repository, error } = one;
    const about = { action, repository, actionId: action.id };
    if (error) return [{ ...about, code: error.code, error: error.message }];
    if (runs.length === 0) return [{ ...about, code: null, error: 'No run began: GET /api/repos/OWNER/NAME/why says why.' }];
    const lost = runs.filter((run) => run.finished_at !== null && run.status !== 'succeeded');
    return lost.map((run) => Object.assign({}, about, { code: run.code, error: run.message ?? `The run ended as ${run.status}.` }));
  });
  const ended = parts
    .filter(({ runs }) => runs.length > 0 && runs.every((run) => run.status === 'succeeded'))
    .map(({ one }) => one.action.id);
  const isBad = new Set(failed.map(({ actionId }) => actionId));
  const open = parts.filter(({ runs }) => runs.some((run) => run.finished_at === null)).map(({ one }) => one.action.id);
  return {
    runs: parts.flatMap(({ one, runs }) => runs.map((run) => ({ ...run, action: one.action }))),
    successful: [...new Set(ended)].filter((id) => !isBad.has(id) && !open.includes(id)),
    failed,
    over: open.length === 0,
  };
}

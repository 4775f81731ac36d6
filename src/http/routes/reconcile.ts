import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Api, RouteContext } from '../api.ts';
import type { ReconcileWish } from '../http-options.ts';
import { found, unwrap } from '../problem.ts';
import { findInstallation } from '../read/installations.ts';
import { findJob } from '../read/jobs.ts';
import { findRepository } from '../read/repositories.ts';
import { requireRight } from '../access.ts';
import { auditThing } from '../audit-request.ts';
import { findRepositoryPlace } from '../read/repository-place.ts';
import { requesterOf } from '../requester.ts';
import { emptyBody, idText, repositoryName, repositoryParams } from '../schemas/common.ts';
import { acceptedJob } from '../schemas/job.ts';
import { waitForJob } from '../wait-for-job.ts';
import { problems } from '../schemas/problem.ts';

const tags = ['reconcile'];

const body = z
  .strictObject({
    repository: repositoryName.optional().describe('owner/name'),
    installation: idText.optional().describe('The id of an installation: all of its repositories'),
  })
  .refine(
    ({ repository, installation }) => repository === undefined || installation === undefined,
    'either a repository or an installation',
  )
  .nullish();

/** The longest that somebody is kept waiting. Seconds. */
const longestWait = 30;

const syncQuery = z.strictObject({
  wait: z.coerce
    .number()
    .int()
    .min(0)
    .max(longestWait)
    .default(0)
    .describe(`How many seconds to wait at most; 1 is as long as it takes, up to ${longestWait} s`),
});

/** Comparing with GitHub now instead of when it is due. */
export function addReconcileRoute(api: Api, context: RouteContext): void {
  const { db } = context;
  api.post(
    '/reconcile',
    {
      config: { access: { right: 'write', on: 'body' } },
      schema: {
        summary: 'Compare one repository, those of an installation, or all, with GitHub now',
        tags,
        body,
        response: { 202: acceptedJob, ...problems(404, 409, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const { repository: fullName, installation: id } = request.body ?? {};
      const requestedBy = requesterOf(request).login;
      if (fullName !== undefined) {
        const place = found(await findRepositoryPlace(db, fullName), `repository ${fullName}`);
        const resource = { installation: place.installationId, repository: place.id };
        requireRight(request, 'write', { resource, what: `repository ${fullName}` });
        return await acceptOne(context, reply, { fullName, requestedBy });
      }
      if (id === undefined) {
        requireRight(request, 'write', { resource: 'everything', what: 'such thing' });
        return await accept(context, reply, { name: 'all', requestedBy });
      }
      requireRight(request, 'write', { resource: { installation: id }, what: `installation ${id}` });
      const installation = found(await findInstallation(db, id), `installation ${id}`);
      return await accept(context, reply, { installationId: installation.id, name: installation.account.login, requestedBy });
    },
  );
  api.post(
    '/repos/:owner/:name/reconcile',
    {
      config: { access: { right: 'write', on: 'repository' } },
      schema: {
        summary: 'Compare a repository with GitHub now',
        tags,
        params: repositoryParams,
        body: emptyBody,
        response: { 202: acceptedJob, ...problems(404, 409, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const { owner, name } = request.params;
      return await acceptOne(context, reply, { fullName: `${owner}/${name}`, requestedBy: requesterOf(request).login });
    },
  );
  addSyncRoute(api, context);
}

/** Comparing one repository under the older name, for those who want to wait: the answer then is what came of it. */
function addSyncRoute(api: Api, context: RouteContext): void {
  let closing = false;
  api.addHook('preClose', async () => void (closing = true));
  api.post(
    '/repos/:owner/:name/sync',
    {
      config: { access: { right: 'write', on: 'repository' } },
      schema: {
        summary: 'Compare a repository with GitHub now; with `?wait=` the answer comes when that is over, and is a refusal when it failed',
        tags,
        params: repositoryParams,
        querystring: syncQuery,
        body: emptyBody,
        response: {
          200: acceptedJob.describe('It has been compared'),
          202: acceptedJob.describe('It will be'),
          ...problems(404, 409, 413, 415, 422, 502),
        },
      },
    },
    async (request, reply) => {
      const { owner, name } = request.params;
      const { wait } = request.query;
      const accepted = await acceptOne(context, reply, { fullName: `${owner}/${name}`, requestedBy: requesterOf(request).login });
      if (wait === 0) return accepted;
      const isGone = () => closing || reply.raw.destroyed;
      const job = await waitForJob(context.db, accepted.job.id, { seconds: wait === 1 ? longestWait : wait, isGone });
      return reply.code(job.finished_at === null ? 202 : 200).send({ ...accepted, job });
    },
  );
}

async function acceptOne(context: RouteContext, reply: FastifyReply, { fullName, requestedBy }: { fullName: string; requestedBy: string }) {
  const repository = found(await findRepository(context.db, fullName), `repository ${fullName}`);
  return await accept(context, reply, { repositoryId: repository.id, name: repository.full_name, requestedBy });
}

async function accept({ db, actions }: RouteContext, reply: FastifyReply, wish: ReconcileWish) {
  const { jobId, requested } = unwrap(await actions.requestReconcile(wish));
  await auditThing(db, reply.request, { action: 'reconcile.requested', thing: 'job', id: jobId, after: { target: wish.name, requested } });
  const job = found(await findJob(db, jobId), `job ${jobId}`);
  void reply.code(202).header('location', `/api/jobs/${jobId}`);
  return { job, requested };
}

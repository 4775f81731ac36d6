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
}

async function acceptOne(context: RouteContext, reply: FastifyReply, { fullName, requestedBy }: { fullName: string; requestedBy: string }) {
  const repository = found(await findRepository(context.db, fullName), `repository ${fullName}`);
  return await accept(context, reply, { repositoryId: repository.id, name: repository.full_name, requestedBy });
}

async function accept({ db, actions }: RouteContext, reply: FastifyReply, wish: ReconcileWish) {
  const { jobId, requested } = unwrap(await actions.requestReconcile(wish));
  await auditThing(db, reply.request, { action: 'reconcile.requested', thing: 'job', id: jobId, after: { target: wish.name, requested } });
  const job = found(await findJob(db, jobId), `job ${jobId}`);
  return reply.code(202).header('location', `/api/jobs/${jobId}`).send({ job, requested });
}

import type { Api, RouteContext } from '../api.ts';
import { auditThing } from '../audit-request.ts';
import { withLink } from '../paging.ts';
import { found, unwrap } from '../problem.ts';
import { findJob, listJobs } from '../read/jobs.ts';
import { emptyBody, idParams, pageOf } from '../schemas/common.ts';
import { jobQuery, jobSchema } from '../schemas/job.ts';
import { requesterOf } from '../requester.ts';
import { problems } from '../schemas/problem.ts';

const tags = ['jobs'];

/** What people asked for and how far it is: the list, one, and taking it back. */
export function addJobRoutes(api: Api, { db, actions }: RouteContext): void {
  api.get(
    '/jobs',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: { summary: 'List jobs, newest first', tags, querystring: jobQuery, response: { 200: pageOf(jobSchema), ...problems(422) } },
    },
    async (request, reply) => withLink(request, reply, await listJobs(db, request.query, requesterOf(request))),
  );
  api.get(
    '/jobs/:id',
    {
      config: { access: { right: 'read', on: 'job' } },
      schema: { summary: 'Read a job: how far it is', tags, params: idParams, response: { 200: jobSchema, ...problems(404) } },
    },
    async ({ params }) => found(await findJob(db, params.id), `job ${params.id}`),
  );
  api.post(
    '/jobs/:id/cancel',
    {
      config: { access: { right: 'write', on: 'job' } },
      schema: {
        summary: 'Take a job back; repositories that are done stay done',
        tags,
        params: idParams,
        body: emptyBody,
        response: { 200: jobSchema, ...problems(404, 409, 413, 415, 422) },
      },
    },
    async (request) => {
      const { id } = unwrap(await actions.cancelJob(request.params.id));
      await auditThing(db, request, { action: 'job.cancelled', thing: 'job', id });
      return found(await findJob(db, id), `job ${id}`);
    },
  );
}

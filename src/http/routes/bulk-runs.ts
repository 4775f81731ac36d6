import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { ReplayConfig } from '../../core/statuses.ts';
import { requireRight } from '../access.ts';
import type { Api, RouteContext } from '../api.ts';
import { auditThing } from '../audit-request.ts';
import { found, unwrap } from '../problem.ts';
import { findInstallation } from '../read/installations.ts';
import { findJob } from '../read/jobs.ts';
import { findRepositoryPlace } from '../read/repository-place.ts';
import { requesterOf } from '../requester.ts';
import { problems } from '../schemas/problem.ts';
import { bulkAnswer, bulkRedriveBody, bulkReplayBody, type RunFilterBody } from '../schemas/run.ts';

const tags = ['runs'];

/** How soon it is worth asking again while another job is at work. Seconds. */
const busySeconds = 5;

/** How many ids an answer names. */
const shownRuns = 20;

/** Replaying and redriving many runs, as jobs. */
export function addBulkRunRoutes(api: Api, context: RouteContext): void {
  const response = { 200: bulkAnswer, 202: bulkAnswer, ...problems(403, 404, 409, 413, 415, 422) };
  api.post(
    '/runs/replay',
    {
      config: { access: { right: 'write', on: 'body' } },
      schema: { summary: 'Replay the runs that a filter finds, up to 1,000, as a job', tags, body: bulkReplayBody, response },
    },
    async (request, reply) => answer(context, { request, reply }, { kind: 'replay', ...request.body }),
  );
  api.post(
    '/runs/redrive',
    {
      config: { access: { right: 'write', on: 'body' } },
      schema: { summary: 'Redrive the dead runs that a filter finds, up to 1,000, as a job', tags, body: bulkRedriveBody, response },
    },
    async (request, reply) => answer(context, { request, reply }, { kind: 'redrive', config: 'then', ...request.body }),
  );
}

interface Asked {
  kind: 'replay' | 'redrive';
  filter: RunFilterBody;
  config: ReplayConfig;
  limit: number;
  dry_run: boolean;
}

async function answer(context: RouteContext, { request, reply }: { request: FastifyRequest; reply: FastifyReply }, asked: Asked) {
  const { db, actions } = context;
  const { kind, filter, config, limit, dry_run: dryRun } = asked;
  const place = await findPlace(context, request, filter);
  const { repository: _name, installation: _installation, status, since, until, ...plain } = filter;
  const outcome = await actions.runs.requestBulk({
    kind,
    config,
    limit,
    dryRun,
    filter: {
      ...plain,
      ...(status === undefined ? {} : { status: [status].flat() }),
      ...(since === undefined ? {} : { since: new Date(since) }),
      ...(until === undefined ? {} : { until: new Date(until) }),
      ...(place.repositoryIds === undefined ? {} : { repositoryIds: place.repositoryIds }),
      // A repository that changed hands left its runs behind: they are the former owner's.
      ...(place.installationId === undefined ? {} : { installationId: place.installationId }),
    },
    installationId: place.installationId,
    target: place.target,
    requestedBy: requesterOf(request).login,
  });
  if (!outcome.ok && outcome.code === 'bulk_busy') void reply.header('retry-after', String(busySeconds));
  const { jobId, matched, cooling, runs } = unwrap(outcome);
  const job = jobId === null ? null : found(await findJob(db, jobId), `job ${jobId}`);
  if (jobId !== null) {
    void reply.header('location', `/api/jobs/${jobId}`);
    await auditThing(db, request, { action: `runs.${kind}`, thing: 'job', id: jobId, after: { filter, config, runs: runs.length } });
  }
  const body: z.output<typeof bulkAnswer> = { matched, cooling, selected: runs.length, runs: runs.slice(0, shownRuns), job };
  return await reply.code(job === null ? 200 : 202).send(body);
}

/** What the filter keeps to, and whether whoever asks may do this there. */
async function findPlace(
  { db }: RouteContext,
  request: FastifyRequest,
  filter: RunFilterBody,
): Promise<{ target: string; installationId: string | undefined; repositoryIds?: string[] }> {
  const { repository, installation } = filter;
  if (repository !== undefined) {
    const what = `repository ${repository}`;
    const place = found(await findRepositoryPlace(db, repository), what);
    requireRight(request, 'write', { resource: { installation: place.installationId, repository: place.id }, what });
    return { target: place.fullName, installationId: place.installationId, repositoryIds: [place.id] };
  }
  if (installation !== undefined) {
    const what = `installation ${installation}`;
    const { id, account } = found(await findInstallation(db, installation), what);
    requireRight(request, 'write', { resource: { installation: id }, what });
    return { target: account.login, installationId: id };
  }
  requireRight(request, 'write', { resource: 'everything', what: 'such thing' });
  return { target: 'all', installationId: undefined };
}

import { z } from 'zod';
import type { Api, RouteContext } from '../api.ts';
import { found } from '../problem.ts';
import { findInstallation } from '../read/installations.ts';
import { findProjectItem } from '../read/projects.ts';
import { requireRight } from '../access.ts';
import { requesterOf } from '../requester.ts';
import { RepoWatchError } from '../../core/errors.ts';
import { idParams, idText } from '../schemas/common.ts';
import { installationSchema } from '../schemas/installation.ts';
import { problems } from '../schemas/problem.ts';

const tags = ['projects'];
const linkBody = z.strictObject({
  installation_id: z.union([idText, z.number().int().positive().transform(String)]).describe('The installation in which the project lies'),
});
const linkParams = z.strictObject({ id: idText, installationId: idText });

/** The installation that belongs to a project (feature R010): the same as `PATCH /api/installations/:id` with `project_id`, seen from the project. */
export function addProjectInstallationRoutes(api: Api, { db, actions }: RouteContext): void {
  api.post(
    '/projects/:id/installations',
    {
      config: { access: { right: 'manage', on: 'project' } },
      schema: {
        summary: 'Connect an installation with a project of it',
        tags,
        params: idParams,
        body: linkBody,
        response: { 201: installationSchema, ...problems(403, 404, 409, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const { id: projectId } = request.params;
      const { installation_id: id } = request.body;
      found(await findProjectItem(db, projectId, requesterOf(request)), `project ${projectId}`);
      requireRight(request, 'manage', { resource: { installation: id }, what: `installation ${id}` });
      const installation = found(await findInstallation(db, id), `installation ${id}`);
      if (installation.project_id === projectId)
        throw new RepoWatchError('conflict', `The installation on ${installation.account.login} belongs to project ${projectId} already.`);
      await actions.projects.link({ installationId: id, projectId }, { by: requesterOf(request), requestId: request.id });
      return reply.code(201).send(found(await findInstallation(db, id), `installation ${id}`));
    },
  );
  api.delete(
    '/projects/:id/installations/:installationId',
    {
      config: { access: { right: 'manage', on: 'project' } },
      schema: {
        summary: 'Disconnect an installation from its project; both stay as they are',
        tags,
        params: linkParams,
        response: { 204: z.null().describe('It belongs to no project any more'), ...problems(403, 404, 422) },
      },
    },
    async (request, reply) => {
      const { id: projectId, installationId: id } = request.params;
      requireRight(request, 'manage', { resource: { installation: id }, what: `installation ${id}` });
      const installation = await findInstallation(db, id);
      const what = `connection between project ${projectId} and installation ${id}`;
      found(installation?.project_id === projectId ? installation : undefined, what);
      await actions.projects.link({ installationId: id, projectId: null }, { by: requesterOf(request), requestId: request.id });
      return reply.code(204).send(null);
    },
  );
}

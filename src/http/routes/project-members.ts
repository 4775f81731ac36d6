import { z } from 'zod';
import { findMember, listMembers, type ProjectMember } from '../../projects/members.ts';
import type { Api, RouteContext } from '../api.ts';
import { found } from '../problem.ts';
import { idParams } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';
import { memberBody, memberParams, memberSchema } from '../schemas/project.ts';
import { askedBy, readProject } from './projects.ts';

const tags = ['projects'];

function showMember({ login, githubId, role, addedBy, addedAt }: ProjectMember): z.output<typeof memberSchema> {
  return { login, github_id: githubId, role, added_by: addedBy, added_at: addedAt.toISOString() };
}

/** Whom projects name: managers and viewers, beside those who own the account on GitHub. */
export function addProjectMemberRoutes(api: Api, context: RouteContext): void {
  const { db, actions } = context;
  const manage = { access: { right: 'manage', on: 'project' } } as const;
  api.get(
    '/projects/:id/members',
    {
      config: manage,
      schema: {
        summary: 'List whom a project names as manager or viewer',
        tags,
        params: idParams,
        response: { 200: z.object({ data: z.array(memberSchema) }), ...problems(403, 404) },
      },
    },
    async (request) => {
      const { id } = await readProject(context, request, request.params.id);
      return { data: (await listMembers(db, id)).map(showMember) };
    },
  );
  api.put(
    '/projects/:id/members/:login',
    {
      config: { ...manage, edits: 'own' },
      schema: {
        summary: 'Name somebody in a project, or give them another role',
        tags,
        params: memberParams,
        body: memberBody,
        response: { 200: memberSchema, 201: memberSchema.describe('They were not in it before'), ...problems(403, 404, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const { id, login } = request.params;
      await readProject(context, request, id);
      const before = await actions.projects.setMember({ id, asked: askedBy(request) }, { login, role: request.body.role });
      const member = found(await findMember(db, id, login), `member ${login}`);
      return reply.code(before ? 200 : 201).send(showMember(member));
    },
  );
  api.delete(
    '/projects/:id/members/:login',
    {
      config: { ...manage, edits: 'own' },
      schema: {
        summary: 'Take somebody out of a project',
        tags,
        params: memberParams,
        response: { 204: z.null().describe('They are out of it'), ...problems(403, 404, 422) },
      },
    },
    async (request, reply) => {
      const { id, login } = request.params;
      await readProject(context, request, id);
      await actions.projects.setMember({ id, asked: askedBy(request) }, { login, role: null });
      return reply.code(204).send(null);
    },
  );
}

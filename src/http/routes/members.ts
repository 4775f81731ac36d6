import type { Api, RouteContext } from '../api.ts';
import { auditRequest } from '../audit-request.ts';
import { withLink } from '../paging.ts';
import { found, unwrap } from '../problem.ts';
import { listMembers, readMembersListing } from '../read/members.ts';
import { findRepository } from '../read/repositories.ts';
import { emptyBody, repositoryParams } from '../schemas/common.ts';
import { memberQuery, membersPage, membersRequested } from '../schemas/member.ts';
import { problems } from '../schemas/problem.ts';

const tags = ['repositories'];

/** Who may work on a repository, and having them listed now. */
export function addMemberRoutes(api: Api, { db, actions }: RouteContext): void {
  const read = async ({ owner, name }: { owner: string; name: string }) =>
    found(await findRepository(db, `${owner}/${name}`), `repository ${owner}/${name}`);
  api.get(
    '/repos/:owner/:name/members',
    {
      config: { access: { right: 'read', on: 'repository' } },
      schema: {
        summary: 'List who may work on a repository, by login',
        tags,
        params: repositoryParams,
        querystring: memberQuery,
        response: { 200: membersPage, ...problems(404, 422) },
      },
    },
    async (request, reply) => {
      const { id } = await read(request.params);
      const page = withLink(request, reply, await listMembers(db, id, request.query));
      return { ...page, listing: await readMembersListing(db, id) };
    },
  );
  api.post(
    '/repos/:owner/:name/members/sync',
    {
      config: { access: { right: 'write', on: 'repository' } },
      schema: {
        summary: 'Have GitHub list now who may work on a repository',
        tags,
        params: repositoryParams,
        body: emptyBody,
        response: { 202: membersRequested, ...problems(404, 409, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const { id, full_name: name, installation_id: installationId } = await read(request.params);
      const requested = unwrap(await actions.standing.requestMembers(id));
      const target = { kind: 'repository', id, name };
      await auditRequest(db, request, { action: 'members.requested', target, installationId, repositoryId: id });
      return reply.code(202).send(requested);
    },
  );
}

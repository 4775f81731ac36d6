import { z } from 'zod';
import type { Api, RouteContext } from '../api.ts';
import type { BranchStreams } from '../branch-streams.ts';
import { found } from '../problem.ts';
import { findRepository } from '../read/repositories.ts';
import { requesterOf } from '../requester.ts';
import { findRef } from '../read/refs.ts';
import { listViewers } from '../read/viewers.ts';
import { problems } from '../schemas/problem.ts';
import { branchParams, branchSchema } from '../schemas/repository.ts';

/** The live stream of a branch. A name with slashes can stand as it is (rewrite-branch-path.ts), or with `%2F`. */
export function addBranchStreamRoute(api: Api, { db }: RouteContext, streams: BranchStreams): void {
  api.get(
    '/repos/:owner/:name/branches/:branch/stream',
    {
      schema: {
        summary: 'Watch a branch live: server-sent events `joined`, `change` and `run`',
        tags: ['repositories'],
        params: branchParams,
        response: { 200: z.string().describe('text/event-stream'), ...problems(404, 422, 503) },
      },
      config: { stream: true, access: { right: 'read', on: 'repository' } },
      exposeHeadRoute: false,
    },
    async (request, reply) => {
      const { owner, name, branch } = request.params;
      const repository = found(await findRepository(db, `${owner}/${name}`), `repository ${owner}/${name}`);
      await streams.open(reply, { repository, branch, person: requesterOf(request).login });
      return reply;
    },
  );
}

/** One branch, also one that was deleted, with those who look at it. Slashes of its name can stand as they are, too. */
export function addBranchRoute(api: Api, { db }: RouteContext): void {
  api.get(
    '/repos/:owner/:name/branches/:branch',
    {
      schema: {
        summary: 'Read a branch by its name, also a deleted one, with those who look at it now',
        tags: ['repositories'],
        params: branchParams,
        response: { 200: branchSchema, ...problems(404, 422) },
      },
      config: { access: { right: 'read', on: 'repository' } },
    },
    async ({ params: { owner, name, branch } }) => {
      const { id: repositoryId, full_name: fullName } = found(await findRepository(db, `${owner}/${name}`), `repository ${owner}/${name}`);
      const [ref, viewers] = await Promise.all([
        findRef(db, { repositoryId, kind: 'branch', name: branch }),
        listViewers(db, { repositoryId, branch }),
      ]);
      return { ...found(ref, `branch ${branch} in ${fullName}`), viewers };
    },
  );
}

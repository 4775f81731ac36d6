import { z } from 'zod';
import type { Api, RouteContext } from '../api.ts';
import type { BranchStreams } from '../branch-streams.ts';
import { found } from '../problem.ts';
import { findRepository } from '../read/repositories.ts';
import { requesterOf } from '../requester.ts';
import { filterText } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';

const streamParams = z.strictObject({ owner: filterText(100), name: filterText(100), branch: filterText(300) });

/** The live stream of a branch. A name with slashes can stand as it is (rewrite-branch-path.ts), or with `%2F`. */
export function addBranchStreamRoute(api: Api, { db }: RouteContext, streams: BranchStreams): void {
  api.get(
    '/repos/:owner/:name/branches/:branch/stream',
    {
      schema: {
        summary: 'Watch a branch live: server-sent events `joined`, `change` and `run`',
        tags: ['repositories'],
        params: streamParams,
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

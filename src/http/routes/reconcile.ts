import { z } from 'zod';
import type { Api, RouteContext } from '../api.ts';
import { found, unwrap } from '../problem.ts';
import { findRepository } from '../read/repositories.ts';
import { repositoryName } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';

const body = z.strictObject({ repository: repositoryName.optional().describe('owner/name; without it all') }).nullish();
const requested = z.object({ requested: z.number().int().describe('How many repositories are now due') });

/** Comparing with GitHub now instead of at the next interval. */
export function addReconcileRoute(api: Api, { db, actions }: RouteContext): void {
  api.post(
    '/reconcile',
    {
      schema: {
        summary: 'Compare one repository, or all, with GitHub now',
        tags: ['reconcile'],
        body,
        response: { 202: requested, ...problems(404, 409, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const fullName = request.body?.repository;
      if (fullName === undefined) return reply.code(202).send(unwrap(await actions.requestReconcile({})));
      const repository = found(await findRepository(db, fullName), `repository ${fullName}`);
      return reply.code(202).send(unwrap(await actions.requestReconcile({ repositoryId: repository.id })));
    },
  );
}

import type { Api, RouteContext } from '../api.ts';
import { found, unwrap } from '../problem.ts';
import { findChangeDetail } from '../read/changes.ts';
import { findRepository } from '../read/repositories.ts';
import { actorOf } from '../requester.ts';
import { idempotencyHeaders, manualRun, manualRunBody, watchParams } from '../schemas/manual-run.ts';
import { problems } from '../schemas/problem.ts';

/** Starting a watch by hand. */
export function addManualRunRoute(api: Api, { db, actions }: RouteContext): void {
  api.post(
    '/repos/:owner/:name/watches/:watch/run',
    {
      config: { access: { right: 'write', on: 'repository' } },
      schema: {
        summary: 'Run a watch that has a `manual` trigger',
        tags: ['runs'],
        params: watchParams,
        headers: idempotencyHeaders,
        body: manualRunBody,
        response: { 202: manualRun, ...problems(404, 409, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const { owner, name, watch } = request.params;
      const { ref, inputs = {}, text_inputs: texts = {} } = request.body ?? {};
      const repository = found(await findRepository(db, `${owner}/${name}`), `repository ${owner}/${name}`);
      const { changeId } = unwrap(
        await actions.requestManualRun({
          repositoryId: repository.id,
          watch,
          ref,
          inputs,
          texts,
          actor: actorOf(request),
          key: request.headers['idempotency-key'],
        }),
      );
      const change = found(await findChangeDetail(db, changeId), `change ${changeId}`);
      return reply.code(202).header('location', `/api/changes/${changeId}`).send({ change, runs: change.runs });
    },
  );
}

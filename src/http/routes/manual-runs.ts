import { setTimeout as pause } from 'node:timers/promises';
import type { Db } from '../../db/connect.ts';
import type { Api, RouteContext } from '../api.ts';
import { found, unwrap } from '../problem.ts';
import { findChangeDetail } from '../read/changes.ts';
import { findRepository } from '../read/repositories.ts';
import { listStepsOfRuns } from '../read/run-detail.ts';
import { auditThing } from '../audit-request.ts';
import { actorOf } from '../requester.ts';
import { idempotencyHeaders, manualRun, manualRunBody, waitQuery, watchParams, type ManualRun } from '../schemas/manual-run.ts';
import { problems } from '../schemas/problem.ts';

/** Starting a watch by hand. */
export function addManualRunRoute(api: Api, { db, actions }: RouteContext): void {
  let closing = false;
  api.addHook('preClose', async () => void (closing = true));
  api.post(
    '/repos/:owner/:name/watches/:watch/run',
    {
      config: { access: { right: 'write', on: 'repository' }, idempotency: 'own' },
      schema: {
        summary: 'Run a watch that has a `manual` trigger; with `?wait=` the answer has the results of its steps',
        tags: ['runs'],
        params: watchParams,
        headers: idempotencyHeaders,
        querystring: waitQuery,
        body: manualRunBody,
        response: { 200: manualRun, 202: manualRun, ...problems(404, 409, 413, 415, 422) },
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
      await auditThing(db, request, {
        action: 'watch.run_by_hand',
        thing: 'change',
        id: changeId,
        after: { repository: repository.full_name, watch },
      });
      const { wait } = request.query;
      const answer = await waitForEnd(db, changeId, { seconds: wait, isGone: () => closing || reply.raw.destroyed });
      return reply
        .code(wait > 0 && answer.over ? 200 : 202)
        .header('location', `/api/changes/${changeId}`)
        .send(answer);
    },
  );
}

/** How often it is looked whether runs are over. Milliseconds. */
const lookMs = 100;

/** The request as it stands once its runs are over, the time is up, or nobody listens any more. */
async function waitForEnd(db: Db, changeId: string, until: { seconds: number; isGone: () => boolean }): Promise<ManualRun> {
  const deadline = Date.now() + until.seconds * 1000;
  for (;;) {
    const change = found(await findChangeDetail(db, changeId), `change ${changeId}`);
    const over = change.runs.every((run) => run.finished_at !== null);
    if (over || Date.now() >= deadline || until.isGone()) {
      const steps = await listStepsOfRuns(
        db,
        change.runs.map(({ id }) => id),
      );
      return { change, runs: change.runs.map((run) => Object.assign(run, { steps: steps.get(run.id) ?? [] })), over };
    }
    await pause(lookMs);
  }
}

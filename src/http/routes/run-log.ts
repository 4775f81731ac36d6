import { z } from 'zod';
import { attemptStatuses, runStatuses } from '../../core/statuses.ts';
import type { Api, RouteContext } from '../api.ts';
import { found } from '../problem.ts';
import { findRunLog } from '../read/run-log.ts';
import type { RunLogStreams } from '../run-log-streams.ts';
import { idParams } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';

const runLog = z
  .object({
    status: z.enum(runStatuses).describe('How the run stands'),
    data: z.array(
      z.object({
        step: z.number().int().describe('The place of the step in its watch, from 0'),
        attempt: z.number().int(),
        status: z.enum(attemptStatuses).describe('started: it goes on, and more lines may come'),
        lines: z.array(z.string()),
      }),
    ),
  })
  .meta({ id: 'RunLog' });

/** What the scripts of a run log, also while they run. */
export function addRunLogRoute(api: Api, { db }: RouteContext, streams: RunLogStreams): void {
  api.get(
    '/runs/:id/log',
    {
      config: { stream: true, access: { right: 'read', on: 'run' } },
      schema: {
        summary: 'Read what the scripts of a run have logged so far, or follow it live: server-sent events `line`, `attempt` and `end`',
        tags: ['runs'],
        params: idParams,
        querystring: z.strictObject({
          follow: z
            .enum(['0', '1', 'false', 'true'])
            .optional()
            .describe('1: answer text/event-stream, from the first line to the end of the run'),
        }),
        response: { 200: runLog, ...problems(404, 422, 503) },
      },
      exposeHeadRoute: false,
    },
    async ({ params, query }, reply) => {
      const { status, attempts } = found(await findRunLog(db, params.id), `run ${params.id}`);
      if (query.follow !== '1' && query.follow !== 'true') return { status, data: attempts };
      streams.open(reply, params.id);
      return reply;
    },
  );
}

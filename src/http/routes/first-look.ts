import type { Api, RouteContext } from '../api.ts';
import { findLastDelivery, readFirstSteps } from '../read/first-look.ts';
import { requesterOf } from '../requester.ts';
import { firstStepsSchema, healthSchema } from '../schemas/first-look.ts';
import { problems } from '../schemas/problem.ts';

const tags = ['operations'];

/** What somebody looks at first: whether it works, and how far setting up has come. */
export function addFirstLookRoutes(api: Api, { db, health }: RouteContext): void {
  api.get(
    '/health',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'Say whether database, queue and GitHub can be used, and what came in last',
        tags,
        response: { 200: healthSchema, ...problems() },
      },
    },
    async (request) => {
      const [{ database, queue, github = null, details }, last] = await Promise.all([health(), findLastDelivery(db, requesterOf(request))]);
      const status = database && queue && github !== false ? ('ok' as const) : ('down' as const);
      return { status, database, queue, github, details, last_delivery: last };
    },
  );
  api.get(
    '/first-steps',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: { summary: 'Say how far setting up has come', tags, response: { 200: firstStepsSchema, ...problems() } },
    },
    async (request) => await readFirstSteps(db, requesterOf(request)),
  );
}

import { z } from 'zod';
import type { Api, RouteContext } from '../api.ts';
import { auditRequest } from '../audit-request.ts';
import { withLink } from '../paging.ts';
import { unwrap } from '../problem.ts';
import { readRecoveryHours } from '../read/recovery-hours.ts';
import { listRecoveryDeliveries, readRecovery } from '../read/recovery.ts';
import { pageOf } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';
import { recoveryDelivery, recoveryHours, recoveryHoursQuery, recoveryQuery, recoveryRequest, recoveryState } from '../schemas/recovery.ts';

const tags = ['recovery'];

/** What the scan of GitHub's record of deliveries proves and found, and scanning now. */
export function addRecoveryRoutes(api: Api, { db, actions }: RouteContext): void {
  api.get(
    '/recovery',
    {
      config: { access: { right: 'read', on: 'everything' } },
      schema: {
        summary: 'Read what is proven about lost deliveries, and how the scan stands',
        tags,
        response: { 200: recoveryState, ...problems() },
      },
    },
    async () => readRecovery(db, new Date()),
  );
  api.post(
    '/recovery',
    {
      config: { access: { right: 'write', on: 'everything' } },
      schema: {
        summary: "Scan GitHub's record of deliveries now",
        tags,
        body: recoveryRequest,
        response: { 202: z.object({ requested: z.literal(true) }), ...problems(413, 415, 422) },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const since = body?.since === undefined ? undefined : new Date(body.since);
      const requested = unwrap(await actions.requestRecovery(since));
      await auditRequest(db, request, {
        action: 'recovery.requested',
        target: { kind: 'server' },
        installationId: null,
        after: { since: since ?? null },
      });
      return reply.code(202).send(requested);
    },
  );
  addRecoveryReads(api, db);
}

function addRecoveryReads(api: Api, db: RouteContext['db']): void {
  api.get(
    '/recovery/hours',
    {
      config: { access: { right: 'read', on: 'everything' } },
      schema: {
        summary: 'Say what the scans did hour by hour, and how late what was missing came',
        tags,
        querystring: recoveryHoursQuery,
        response: { 200: recoveryHours, ...problems(422) },
      },
    },
    async ({ query }) => ({ data: await readRecoveryHours(db, query.hours ?? 24) }),
  );
  api.get(
    '/recovery/deliveries',
    {
      config: { access: { right: 'read', on: 'everything' } },
      schema: {
        summary: 'List the deliveries that were missing, the newest find first',
        tags,
        querystring: recoveryQuery,
        response: { 200: pageOf(recoveryDelivery), ...problems(422) },
      },
    },
    async (request, reply) => withLink(request, reply, await listRecoveryDeliveries(db, request.query)),
  );
}

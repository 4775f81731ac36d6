import type { Api, RouteContext } from '../api.ts';
import { withLink } from '../paging.ts';
import { listAudit } from '../read/audit.ts';
import { requesterOf } from '../requester.ts';
import { auditQuery, auditSchema } from '../schemas/audit.ts';
import { pageOf } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';

/** Who changed what, when. */
export function addAuditRoute(api: Api, { db }: RouteContext): void {
  api.get(
    '/audit',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'List what was changed and by whom, newest first',
        tags: ['people'],
        querystring: auditQuery,
        response: { 200: pageOf(auditSchema), ...problems(422) },
      },
    },
    async (request, reply) => withLink(request, reply, await listAudit(db, request.query, requesterOf(request))),
  );
}

import type { Api, RouteContext } from '../api.ts';
import { withLink } from '../paging.ts';
import { found } from '../problem.ts';
import { findChangeDetail, listChanges } from '../read/changes.ts';
import { changeDetail } from '../schemas/change-detail.ts';
import { changeQuery, changeSummary } from '../schemas/change.ts';
import { idParams, pageOf } from '../schemas/common.ts';
import { requesterOf } from '../requester.ts';
import { problems } from '../schemas/problem.ts';
import { findThread } from '../read/threads.ts';
import { threadSchema } from '../schemas/thread.ts';
import { threadItem } from '../thread-item.ts';

const tags = ['changes'];

/** What happened: the list, and one with the watches that were asked. */
export function addChangeRoutes(api: Api, { db }: RouteContext): void {
  api.get(
    '/changes',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'List changes, newest first',
        tags,
        querystring: changeQuery,
        response: { 200: pageOf(changeSummary), ...problems(422) },
      },
    },
    async (request, reply) => withLink(request, reply, await listChanges(db, request.query, requesterOf(request))),
  );
  api.get(
    '/changes/:id',
    {
      config: { access: { right: 'read', on: 'change' } },
      schema: {
        summary: 'Read a change with the watches that were asked, and its runs',
        tags,
        params: idParams,
        response: { 200: changeDetail, ...problems(404) },
      },
    },
    async ({ params }) => found(await findChangeDetail(db, params.id), `change ${params.id}`),
  );
  api.get(
    '/changes/:id/thread',
    {
      config: { access: { right: 'read', on: 'change' } },
      schema: {
        summary: 'Read a change as a thread of its own: the watches that were asked, runs, steps and attempts',
        tags,
        params: idParams,
        response: { 200: threadSchema, ...problems(404) },
      },
    },
    async ({ params }) => threadItem(found(await findThread(db, { kind: 'change', id: params.id }), `change ${params.id}`)),
  );
}

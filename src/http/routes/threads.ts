import { z } from 'zod';
import type { Api, RouteContext } from '../api.ts';
import { withLink } from '../paging.ts';
import { listThreadPage } from '../read/thread-page.ts';
import { requesterOf } from '../requester.ts';
import { pageOf } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';
import { threadQuery, threadSchema, threadStreamQuery } from '../schemas/thread.ts';
import { threadItem } from '../thread-item.ts';
import type { ThreadStreams } from '../thread-streams.ts';

const tags = ['threads'];

/** How many of the newest threads a stream begins with when nobody says. */
const usualRecent = 10;

/** Threads: what came in, with everything that came of it; as a list and as it happens. */
export function addThreadRoutes(api: Api, { db }: RouteContext, streams: ThreadStreams): void {
  api.get(
    '/threads',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'List threads: deliveries and unannounced changes with what came of them, newest first',
        tags,
        querystring: threadQuery,
        response: { 200: pageOf(threadSchema), ...problems(422) },
      },
    },
    async (request, reply) => {
      const { data, meta } = await listThreadPage(db, request.query, requesterOf(request));
      return withLink(request, reply, { data: data.map(threadItem), meta });
    },
  );
  api.get(
    '/threads/stream',
    {
      config: { stream: true, access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'Watch threads live, as server-sent events; `Last-Event-ID` goes on where one was',
        tags,
        querystring: threadStreamQuery,
        response: { 200: z.string().describe('text/event-stream'), ...problems(422, 503) },
      },
    },
    (request, reply) => {
      const { repository, status, recent = usualRecent, after = '' } = request.query;
      const header = request.headers['last-event-id'];
      const last = typeof header === 'string' && header !== '' ? header : after;
      streams.open(request, reply, { repository, status, recent, after: /^\d{1,15}$/.test(last) ? Number(last) : undefined });
    },
  );
}

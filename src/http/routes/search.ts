import type { Api, RouteContext } from '../api.ts';
import { readSearch } from '../read/search.ts';
import { requesterOf } from '../requester.ts';
import { problems } from '../schemas/problem.ts';
import { searchQuery, searchResult } from '../schemas/search.ts';

/** Finding things by what people know of them. */
export function addSearchRoute(api: Api, { db }: RouteContext): void {
  api.get(
    '/search',
    {
      config: { access: { right: 'read', on: 'list' } },
      schema: {
        summary: 'Find repositories, runs, deliveries, secrets and more by name, id, GUID or commit',
        tags: ['operations'],
        querystring: searchQuery,
        response: { 200: searchResult, ...problems(422) },
      },
    },
    async (request) => await readSearch(db, request.query.q, requesterOf(request)),
  );
}

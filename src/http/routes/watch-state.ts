import { z } from 'zod';
import { deleteState, listState, stateLimits, type StatePlace } from '../../runs/watch-state.ts';
import type { Api, RouteContext } from '../api.ts';
import { found } from '../problem.ts';
import { findRepositoryPlace } from '../read/repository-place.ts';
import { filterText, timestamp } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';

const tags = ['watches'];
const watchParams = z.strictObject({
  owner: filterText(100),
  name: filterText(100),
  key: z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,99}$/, 'must begin with a letter or `_` and go on with letters, digits, `_` and `-`'),
});

const stateList = z
  .object({
    data: z.array(
      z.object({
        key: z.string(),
        value: z.unknown().describe('What a script keeps under the key, any JSON'),
        version: z.string().describe('Another one after every write'),
        updated_at: timestamp,
      }),
    ),
    meta: z.object({ next: z.null() }),
  })
  .meta({ id: 'WatchState' });

/** What the scripts of a watch keep from one run to the next: to be looked at, and to be forgotten. */
export function addWatchStateRoutes(api: Api, context: RouteContext): void {
  const path = '/repos/:owner/:name/watches/:key/state';
  api.get(
    path,
    {
      config: { access: { right: 'read', on: 'repository' } },
      schema: {
        summary: `Read what the scripts of a watch keep: at most ${stateLimits.keys} keys`,
        tags,
        params: watchParams,
        response: { 200: stateList, ...problems(404) },
      },
    },
    async ({ params }) => {
      const rows = await listState(context.db, await placeOf(context, params));
      const data = rows.map(({ key, value, version, updatedAt }) => ({
        key,
        value: JSON.parse(value) as unknown,
        version,
        updated_at: updatedAt.toISOString(),
      }));
      return { data, meta: { next: null } };
    },
  );
  api.delete(
    path,
    {
      config: { access: { right: 'write', on: 'repository' } },
      schema: {
        summary: 'Forget what the scripts of a watch keep, or one key of it',
        tags,
        params: watchParams,
        querystring: z.strictObject({ key: z.string().min(1).max(100).optional().describe('Only this key') }),
        response: { 204: z.null().describe('It is gone'), ...problems(404) },
      },
    },
    async ({ params, query }, reply) => {
      const gone = await deleteState(context.db, await placeOf(context, params), query.key);
      if (query.key !== undefined) found(gone > 0 ? true : undefined, `key ${query.key} in the state of ${params.key}`);
      return reply.code(204).send(null);
    },
  );
}

/** The watch need not be there any more: what it left can still be looked at and cleared. */
async function placeOf({ db }: RouteContext, { owner, name, key }: z.output<typeof watchParams>): Promise<StatePlace> {
  const { id, installationId } = found(await findRepositoryPlace(db, `${owner}/${name}`), `repository ${owner}/${name}`);
  return { installationId, repositoryId: id, watchKey: key };
}

import { z } from 'zod';
import type { Api, RouteContext } from '../api.ts';
import { withLink } from '../paging.ts';
import { found } from '../problem.ts';
import { findConfigValidation, listConfigValidations } from '../read/config-validations.ts';
import { findRepository } from '../read/repositories.ts';
import { idText, pageOf, repositoryParams } from '../schemas/common.ts';
import { configValidationDetailSchema, configValidationQuery, configValidationSchema } from '../schemas/config-validation.ts';
import { problems } from '../schemas/problem.ts';

const tags = ['repositories'];

/** What was said of proposed configurations, also where nothing of it may be told on GitHub. */
export function addConfigValidationRoutes(api: Api, { db }: RouteContext): void {
  const read = async ({ owner, name }: { owner: string; name: string }) =>
    found(await findRepository(db, `${owner}/${name}`), `repository ${owner}/${name}`);
  api.get(
    '/repos/:owner/:name/config/validations',
    {
      config: { access: { right: 'read', on: 'repository' } },
      schema: {
        summary: 'List what was said of proposed configurations, newest first',
        tags,
        params: repositoryParams,
        querystring: configValidationQuery,
        response: { 200: pageOf(configValidationSchema), ...problems(404, 422) },
      },
    },
    async (request, reply) => {
      const { id } = await read(request.params);
      return withLink(request, reply, await listConfigValidations(db, id, request.query));
    },
  );
  api.get(
    '/repos/:owner/:name/config/validations/:id',
    {
      config: { access: { right: 'read', on: 'repository' } },
      schema: {
        summary: 'Read what was said of a proposed configuration: problems, and what it would have done',
        tags,
        params: repositoryParams.extend({ id: idText }),
        response: { 200: configValidationDetailSchema, ...problems(404, 422) },
      },
    },
    async ({ params }) => {
      const repository = await read(params);
      return found(await findConfigValidation(db, params.id, repository.id), `validation ${params.id} of ${repository.full_name}`);
    },
  );
  api.get(
    '/config/validations/:id',
    {
      config: { access: { right: 'read', on: 'validation' } },
      schema: {
        summary: 'Read what was said of a proposed configuration by its id alone: where check runs and statuses lead to',
        tags,
        params: z.strictObject({ id: idText }),
        response: { 200: configValidationDetailSchema, ...problems(404, 422) },
      },
    },
    async ({ params }) => found(await findConfigValidation(db, params.id), `validation ${params.id}`),
  );
}

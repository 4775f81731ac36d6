import type { Api, RouteContext } from '../api.ts';
import { found, unwrap } from '../problem.ts';
import { findRepository } from '../read/repositories.ts';
import { repositoryParams } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';
import { webhookList } from '../schemas/webhook.ts';

/** The webhooks of a repository, as GitHub has them now. */
export function addWebhookRoute(api: Api, { db, actions }: RouteContext): void {
  api.get(
    '/repos/:owner/:name/webhooks',
    {
      config: { access: { right: 'read', on: 'repository' } },
      schema: {
        summary: 'List the webhooks that a repository has on GitHub beside the App',
        tags: ['repositories'],
        params: repositoryParams,
        response: { 200: webhookList, ...problems(404, 409, 422, 502, 503) },
      },
    },
    async ({ params }) => {
      const fullName = `${params.owner}/${params.name}`;
      const { id } = found(await findRepository(db, fullName), `repository ${fullName}`);
      return { data: unwrap(await actions.standing.listWebhooks(id)) };
    },
  );
}

import type { Api, RouteContext } from '../api.ts';
import { found } from '../problem.ts';
import { findInstallation } from '../read/installations.ts';
import { findRepository } from '../read/repositories.ts';
import { readInstallationSync, readRepositorySync } from '../read/sync-progress.ts';
import { idParams, repositoryParams } from '../schemas/common.ts';
import { problems } from '../schemas/problem.ts';
import { installationSyncSchema, repositorySyncSchema } from '../schemas/sync.ts';

const tags = ['reconcile'];

/** How far what GitHub has was taken over: of one repository, and of all of an installation. */
export function addSyncProgressRoutes(api: Api, { db }: RouteContext): void {
  api.get(
    '/repos/:owner/:name/sync',
    {
      config: { access: { right: 'read', on: 'repository' } },
      schema: {
        summary: 'Say how far a repository was taken over from GitHub: step, percent and a sentence',
        tags,
        params: repositoryParams,
        response: { 200: repositorySyncSchema, ...problems(404, 422) },
      },
    },
    async ({ params: { owner, name } }) => {
      const repository = found(await findRepository(db, `${owner}/${name}`), `repository ${owner}/${name}`);
      const installation = found(await findInstallation(db, repository.installation_id), `installation ${repository.installation_id}`);
      return await readRepositorySync(db, repository, installation);
    },
  );
  api.get(
    '/installations/:id/sync',
    {
      config: { access: { right: 'read', on: 'installation' } },
      schema: {
        summary: 'Say how far the repositories of an installation were taken over from GitHub',
        tags,
        params: idParams,
        response: { 200: installationSyncSchema, ...problems(404, 422) },
      },
    },
    async ({ params: { id } }) => await readInstallationSync(db, found(await findInstallation(db, id), `installation ${id}`)),
  );
}

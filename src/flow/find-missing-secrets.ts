import { findRepositories, type Repository } from '../mirror/repository.ts';
import { listMissingSecrets } from '../vault/missing-secrets.ts';
import { listConfigOrigins } from '../watches/config-origins.ts';
import type { LayeredWatch, LayerName } from '../watches/layers.ts';
import type { Context } from './context.ts';
import { describeOrigin } from './explain-layers.ts';
import { namesOf } from './find-secret-uses.ts';

/** A name that a watch in force asks for and that nothing answers. */
export interface MissingSecret {
  name: string;
  repository: string;
  watch: string;
  watchName: string;
  layer: LayerName;
  /** `path:line`, with the repository in front when it is another one. */
  origin: string;
  /** There is one, of the repository's former owner. */
  frozen: boolean;
}

/** Lists the secrets that watches in force in these repositories name and that their runs would not get. Those that are off ask for nothing. */
export async function findMissingSecrets(context: Context, githubIds: readonly string[]): Promise<MissingSecret[]> {
  const known = await findRepositories(context.db, context.host, [...githubIds]);
  const repositories = githubIds.flatMap((id) => known.get(id) ?? []);
  await context.configs.prepare(repositories);
  const wishes = repositories.flatMap((repository) =>
    (context.configs.inForce(repository)?.compiled.watches ?? [])
      .filter(({ mode }) => mode !== 'off')
      .flatMap((watch) => [...namesOf(watch)].map((name) => wishOf(repository, watch, name))),
  );
  const missing = await listMissingSecrets(context.db, wishes);
  const origins = await listConfigOrigins(context.db, [...new Set(missing.map(({ wish }) => wish.configId))]);
  return missing.map(({ wish: { name, repository, watch }, frozen }) => ({
    name,
    repository: repository.fullName,
    watch: watch.id,
    watchName: watch.name ?? watch.id,
    layer: watch.layer,
    origin: describeOrigin(origins.get(watch.configId), repository, watch.line),
    frozen,
  }));
}

function wishOf(repository: Repository, watch: LayeredWatch, name: string) {
  const { id: repositoryId, installationId } = repository;
  return { repositoryId, installationId, watchKey: watch.id, configId: watch.configId, name, repository, watch };
}

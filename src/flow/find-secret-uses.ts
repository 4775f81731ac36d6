import { findRepositories, type Repository } from '../mirror/repository.ts';
import { findNearestSecret } from '../vault/secrets.ts';
import type { CompiledWatch } from '../watches/compile-config.ts';
import { listConfigOrigins, type ConfigOrigin } from '../watches/config-origins.ts';
import type { LayeredWatch, LayerName } from '../watches/layers.ts';
import type { Context } from './context.ts';
import { describeOrigin } from './explain-layers.ts';
import { namesInScript } from './script-secrets.ts';

/** A watch in force that names a secret. */
export interface SecretUse {
  repository: string;
  /** Its key. */
  watch: string;
  name: string;
  layer: LayerName;
  /** `path:line`, with the repository in front when it is another one. */
  origin: string;
  mode: CompiledWatch['mode'];
  steps: { position: number; id: string | null; uses: string }[];
  /** Our id of the secret that its runs get under this name; null while they get none. */
  gets: string | null;
}

/** Lists the watches in force in these repositories that name a secret, whichever layer declares them. Nothing is decrypted. */
export async function findSecretUses(context: Context, { githubIds, name }: { githubIds: string[]; name: string }): Promise<SecretUse[]> {
  const known = await findRepositories(context.db, context.host, githubIds);
  const repositories = githubIds.flatMap((id) => known.get(id) ?? []);
  await context.configs.prepare(repositories);
  const naming = repositories.flatMap((repository) =>
    (context.configs.inForce(repository)?.compiled.watches ?? [])
      .filter((watch) => namesOf(watch).has(name))
      .map((watch) => ({ repository, watch })),
  );
  const origins = await listConfigOrigins(context.db, [...new Set(naming.map(({ watch }) => watch.configId))]);
  const uses: SecretUse[] = [];
  for (const { repository, watch } of naming) uses.push(await describeUse(context, { repository, watch, name, origins }));
  return uses;
}

async function describeUse(
  { db }: Context,
  found: { repository: Repository; watch: LayeredWatch; name: string; origins: ReadonlyMap<string, ConfigOrigin> },
): Promise<SecretUse> {
  const { repository, watch, name, origins } = found;
  const { id: repositoryId, installationId } = repository;
  const { id: watchKey, configId } = watch;
  return {
    repository: repository.fullName,
    watch: watchKey,
    name: watch.name ?? watchKey,
    layer: watch.layer,
    origin: describeOrigin(origins.get(configId), repository, watch.line),
    mode: watch.mode,
    steps: watch.steps.flatMap((step, position) =>
      step.secretNames.includes(name) || namesInScript(step).includes(name) ? [{ position, id: step.id ?? null, uses: step.kind }] : [],
    ),
    gets: (await findNearestSecret(db, { installationId, repositoryId, watchKey, configId }, name)) ?? null,
  };
}

/** The names of secrets that a watch asks for, in its texts and in its scripts. */
export function namesOf(watch: CompiledWatch): Set<string> {
  return new Set([...watch.secretNames, ...watch.steps.flatMap(namesInScript)]);
}

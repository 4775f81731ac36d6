import type { Repository } from '../mirror/repository.ts';
import { compileConfig, type CompiledConfig } from '../watches/compile-config.ts';
import { findConfigs } from '../watches/configs.ts';
import { inheritFile, layerConfigs, type Layer } from '../watches/layers.ts';
import { parseConfig, type Config } from '../watches/parse-config.ts';
import type { Context } from './context.ts';
import { trialConfigId, type TrialConfig } from './simulate-config.ts';

/**
 * Puts a file that is only tried out on the layers that lie below a repository now, as if it were on the default branch. What it
 * extends by name counts as it is in force; nothing is asked of GitHub, nothing is written.
 */
export async function layerTrial(
  context: Pick<Context, 'db' | 'configs' | 'actions'>,
  repository: Repository,
  file: Config,
): Promise<TrialConfig> {
  const own = compileConfig(file);
  const { kind } = own.extends;
  const [server, organization, extended] = context.configs.layersOf(repository);
  const below = repository.isOrganizationFile
    ? [['server', server] as const]
    : ([
        ['server', server],
        ['organization', organization],
        ['extends', kind === 'repository' ? extended : undefined],
      ] as const);
  const ids = below.flatMap(([, id]) => id ?? []);
  const stored = new Map((await findConfigs(context.db, ids)).map((config) => [config.id, config]));
  const files = new Map<string, Config>();
  const layers: Layer[] = [];
  for (const [name, id] of below) {
    const version = id === undefined ? undefined : stored.get(id);
    const parsed = version && parseConfig(version.content, { kinds: context.actions.list(), path: version.path, organization: true });
    if (id === undefined || parsed?.status !== 'ok') continue;
    files.set(name, parsed.config);
    layers.push({ name, configId: id, config: compileConfig(parsed.config) });
  }
  const base =
    kind === 'none' ? undefined : ((kind === 'repository' ? files.get('extends') : files.get('organization')) ?? files.get('server'));
  const config: CompiledConfig =
    base && !repository.isOrganizationFile ? compileConfig({ ...file, file: inheritFile(file.file, base.file) }) : own;
  layers.push({ name: repository.isOrganizationFile ? 'organization' : 'file', configId: trialConfigId, config });
  return { ...config, watches: layerConfigs(layers).watches };
}

import { compileConfig, type CompiledConfig } from '../watches/compile-config.ts';
import { inheritFile, layerConfigs, layerNames, type LayeredWatch, type LayerName } from '../watches/layers.ts';
import type { Config } from '../watches/parse-config.ts';
import type { LayerFile } from './config-cache.ts';

/** The version that is not in force yet has no row; this stands for its id. */
const proposedId = '0';

/** A watch as it would be in force, and what it is made of: the same text when nothing about it changed. */
interface EffectiveWatch {
  watch: LayeredWatch;
  source: string;
}

/** Layers put together, with what each watch is made of. */
export interface Effective {
  compiled: CompiledConfig;
  watches: EffectiveWatch[];
}

/** Puts another version of a repository's own file in the place of the one in force; `extended` is what it extends by name. Pure. */
export function proposeLayers(
  layers: readonly LayerFile[],
  proposed: { name: LayerName; config: Config; extended?: LayerFile | undefined },
): LayerFile[] {
  const { name, config, extended } = proposed;
  const others = layers.filter((layer) => layer.name !== name && (name !== 'file' || layer.name !== 'extends'));
  const added: LayerFile[] = [...(extended ? [extended] : []), { name, configId: proposedId, config }];
  return [...others, ...added].sort((one, other) => layerNames.indexOf(one.name) - layerNames.indexOf(other.name));
}

/** What layers come to together, as the cache puts them together when they are in force. Pure. */
export function putLayersTogether(layers: readonly LayerFile[]): Effective {
  const files = layers.map((layer) => ({ ...layer, config: layer.name === 'file' ? inherit(layers, layer.config) : layer.config }));
  const compiled = files.map(({ name, configId, config }) => ({ name, configId, config: compileConfig(config) }));
  const { watches } = layerConfigs(compiled);
  const own = compiled.find(({ name }) => name === 'file') ?? compiled.at(-1);
  const base = own?.config ?? compileConfig({ path: undefined, file: { version: 1, watches: {} }, lines: {} });
  return {
    compiled: { ...base, watches },
    watches: watches.map((watch) => ({
      watch,
      source: sourceOf(watch, files.find(({ configId }) => configId === watch.configId)!.config),
    })),
  };
}

function inherit(layers: readonly LayerFile[], own: Config): Config {
  const { kind } = compileConfig(own).extends;
  const find = (wanted: LayerName) => layers.find(({ name }) => name === wanted)?.config;
  const base = kind === 'none' ? undefined : ((kind === 'repository' ? find('extends') : find('organization')) ?? find('server'));
  return base ? { ...own, file: inheritFile(own.file, base.file) } : own;
}

/** A watch's own entry with what else in its file has a say in it. */
function sourceOf(watch: LayeredWatch, { file }: Config): string {
  const { mandatory } = file;
  const entry = file.watches[watch.id] ?? (mandatory && !Array.isArray(mandatory) ? mandatory[watch.id] : undefined);
  const text = canonical(entry);
  const vars = /\bvars\b/.test(text) ? file.vars : undefined;
  return canonical([watch.layer, watch.mode, watch.mandatory, entry, file.defaults, vars]);
}

/** JSON in which the order of keys does not count. */
function canonical(value: unknown): string {
  if (value === undefined) return '';
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}

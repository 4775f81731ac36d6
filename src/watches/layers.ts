import type { Allowance } from './allowance.ts';
import type { CompiledConfig, CompiledWatch } from './compile-config.ts';
import type { ConfigFile } from './config-schema.ts';

/**
 * Where a layer comes from, the lowest first: the operator, the organisation's file, a repository that is named, projects (one layer each), the
 * API, the repository's own file.
 */
export const layerNames = ['server', 'organization', 'extends', 'project', 'api', 'file'] as const;
export type LayerName = (typeof layerNames)[number];

/** One version of a file that takes part. */
export interface Layer {
  name: LayerName;
  configId: string;
  config: CompiledConfig;
}

/** A watch with the layer that it comes from. */
export interface LayeredWatch extends CompiledWatch {
  layer: LayerName;
  configId: string;
  /** Where it was switched off above its own layer; it is kept so that it can be seen. */
  switchedOffAt?: { layer: LayerName; configId: string; line: number };
}

/** What a layer wanted in vain: to replace or switch off what is mandatory below it, or to switch off what is not there. */
export interface Refusal {
  layer: LayerName;
  watch: string;
  line: number;
  /** Undefined when no layer below has such a watch. */
  mandatoryIn: LayerName | undefined;
}

/** What counts for a repository when its layers are put together. */
export interface Layered {
  watches: LayeredWatch[];
  refusals: Refusal[];
  /** What layers below the repository's own file let it do. All of them have to agree. */
  allowances: Allowance[];
}

/**
 * Puts layers together, the lowest first. A watch of a higher layer replaces one of the same id below it, or switches it
 * off; what is mandatory stays as it is. `extends` says how much of what is below is taken over: mandatory watches and
 * `allow` always are.
 */
export function layerConfigs(layers: readonly Layer[]): Layered {
  const { kind } = layers.find((layer) => layer.name === 'file')?.config.extends ?? { kind: 'org' as const };
  const watches = new Map<string, LayeredWatch>();
  const refusals: Refusal[] = [];
  for (const { name, configId, config } of layers) {
    const takesAll =
      name === 'file' ||
      name === 'api' ||
      name === 'project' ||
      name === 'extends' ||
      (kind === 'org' && name === 'organization') ||
      (kind !== 'none' && name === 'server');
    const refuse = (watch: string, line: number, below: LayeredWatch | undefined) =>
      refusals.push({ layer: name, watch, line, mandatoryIn: below?.layer });
    for (const watch of config.watches) {
      const below = watches.get(watch.id);
      if (!takesAll && !watch.mandatory) continue;
      if (below?.mandatory === true) refuse(watch.id, watch.line, below);
      else watches.set(watch.id, { ...watch, layer: name, configId });
    }
    for (const [id, line] of config.switchedOff) {
      const below = watches.get(id);
      if (!below || below.mandatory) refuse(id, line, below);
      else watches.set(id, { ...below, mode: 'off', switchedOffAt: { layer: name, configId, line } });
    }
  }
  const allowances = layers.flatMap(({ name, config }) => (name === 'file' || name === 'api' || !config.allow ? [] : [config.allow]));
  return { watches: [...watches.values()], refusals, allowances };
}

/** A repository's own file with what it does not say itself taken from the layer below: defaults and state machines. Variables are each file's own. */
export function inheritFile(own: ConfigFile, base: ConfigFile): ConfigFile {
  const { defaults, machines } = base;
  return {
    ...own,
    ...(defaults || own.defaults ? { defaults: { ...defaults, ...own.defaults } } : {}),
    ...(machines || own.machines ? { machines: { ...machines, ...own.machines } } : {}),
  };
}

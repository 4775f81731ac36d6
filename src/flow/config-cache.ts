import { catalogue } from '../core/error-catalogue.ts';
import { RepoWatchError } from '../core/errors.ts';
import type { Db } from '../db/connect.ts';
import type { Repository } from '../mirror/repository.ts';
import { compileConfig, type CompiledConfig } from '../watches/compile-config.ts';
import type { StepKind } from '../watches/config-schema.ts';
import { findConfigs, listWatchIds } from '../watches/configs.ts';
import { parseConfig } from '../watches/parse-config.ts';

/** A version of a configuration file, compiled, with the rows of its watches. */
export interface LoadedConfig {
  id: string;
  compiled: CompiledConfig;
  /** The row of each watch by its key. */
  watchIds: ReadonlyMap<string, string>;
}

/** How many versions stay compiled. */
const maxEntries = 2_000;

/** Configuration files compiled once per version: a version never changes, so neither does what is kept here. */
export class ConfigCache {
  readonly #db: Db;
  readonly #kinds: readonly StepKind[];
  readonly #entries = new Map<string, LoadedConfig>();

  constructor(options: { db: Db; kinds: readonly StepKind[] }) {
    this.#db = options.db;
    this.#kinds = options.kinds;
  }

  /** Makes sure that the versions in force in these repositories can be had at once, also inside a transaction. */
  async prepare(repositories: Pick<Repository, 'configId'>[]): Promise<void> {
    await this.#load(repositories.flatMap((repository) => repository.configId ?? []));
  }

  /** The version in force that `prepare` loaded; undefined when the repository has none. Throws without `prepare`: no watch must be passed over. */
  inForce(repository: Pick<Repository, 'configId'>): LoadedConfig | undefined {
    if (repository.configId === null) return undefined;
    const entry = this.#entries.get(repository.configId);
    if (!entry)
      throw new RepoWatchError('internal_error', `Configuration ${repository.configId} is not at hand. It is loaded at the next try.`);
    return entry;
  }

  /** Loads one version by its row's id. */
  async read(id: string): Promise<LoadedConfig> {
    await this.#load([id]);
    const entry = this.#entries.get(id);
    if (!entry) throw new RepoWatchError('not_found', `Configuration ${id}: ${catalogue.not_found.title}.`);
    return entry;
  }

  async #load(ids: string[]): Promise<void> {
    const missing = [...new Set(ids)].filter((id) => !this.#entries.has(id));
    if (missing.length === 0) return;
    const [configs, watches] = await Promise.all([findConfigs(this.#db, missing), listWatchIds(this.#db, missing)]);
    for (const config of configs) {
      const parsed = parseConfig(config.content, { kinds: this.#kinds, path: config.path });
      // It was valid when it was taken into force; a newer RepoWatch that reads it otherwise has no watches to offer for it.
      const compiled: CompiledConfig =
        parsed.status === 'ok'
          ? compileConfig(parsed.config)
          : compileConfig({ path: config.path, file: { version: 1, watches: {} }, lines: {} });
      const watchIds = new Map(watches.filter((watch) => watch.configId === config.id).map((watch) => [watch.key, watch.id]));
      this.#entries.set(config.id, { id: config.id, compiled, watchIds });
    }
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= maxEntries) break;
      if (!missing.includes(oldest)) this.#entries.delete(oldest);
    }
  }
}

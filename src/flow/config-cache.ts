import { catalogue } from '../core/error-catalogue.ts';
import { RepoWatchError } from '../core/errors.ts';
import type { ManagedBy } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';
import { transaction } from '../db/transaction.ts';
import type { Repository } from '../mirror/repository.ts';
import type { Allowance } from '../watches/allowance.ts';
import { compileConfig, type CompiledConfig, type CompiledWatch } from '../watches/compile-config.ts';
import type { StepKind } from '../watches/config-schema.ts';
import { findConfigs } from '../watches/configs.ts';
import { inheritFile, layerConfigs, type Layer, type LayeredWatch, type LayerName, type Refusal } from '../watches/layers.ts';
import { parseConfig, type Config } from '../watches/parse-config.ts';
import { addProjectGates } from '../watches/add-project-gates.ts';
import { listWatchRows, replaceWatches } from '../watches/watch-rows.ts';
import { OrganizationConfigs, type OrganizationState } from './organization-configs.ts';

/** What is in force for a repository: its layers put together, with the rows of its watches. */
export interface LoadedConfig {
  compiled: Omit<CompiledConfig, 'watches'> & { watches: readonly LayeredWatch[] };
  /** The row of each watch by its key. */
  watchIds: ReadonlyMap<string, string>;
  /** The version that the repository's own file takes its defaults from; null for none. */
  baseConfigId: string | null;
  /** What layers above wanted to do to mandatory watches. */
  refusals: readonly Refusal[];
  allowances: readonly Allowance[];
}

/** The versions whose layers count for a repository. */
type LayerIds = Pick<
  Repository,
  | 'id'
  | 'installationId'
  | 'configId'
  | 'configStatus'
  | 'organizationConfigId'
  | 'organizationConfigStatus'
  | 'extendsConfigId'
  | 'projectConfigIds'
  | 'apiConfigId'
  | 'isOrganizationFile'
>;

/**
 * True while it is not known what is in force: the repository's file could not be read yet, or the organisation's was never
 * looked at. Its watches are asked as soon as it is known (match-missed.ts).
 */
export function isUndecided(repository: LayerIds): boolean {
  const { configId, configStatus, organizationConfigId, organizationConfigStatus } = repository;
  if (configId === null && (configStatus === 'unknown' || configStatus === 'load_error')) return true;
  return organizationConfigId === null && organizationConfigStatus === 'unknown';
}

/** One version of a file: immutable, so it is parsed once. */
interface Version {
  managedBy: ManagedBy;
  config: Config;
  compiled: CompiledConfig;
}

/** One version of a file that takes part in what is in force. */
export interface LayerFile {
  name: LayerName;
  configId: string;
  config: Config;
}

/** How many versions and repositories stay at hand. */
const maxEntries = 5_000;

/** What a repository without a file of its own says itself. */
const emptyConfig = compileConfig({ path: undefined, file: { version: 1, watches: {} }, lines: {} });

const managerOf: Record<LayerName, ManagedBy> = {
  server: 'server',
  organization: 'organization',
  extends: 'organization',
  project: 'project',
  api: 'api',
  file: 'file',
};

/** Configurations compiled once per version, and what of them is in force for a repository. */
export class ConfigCache {
  readonly #db: Db;
  readonly #kinds: readonly StepKind[];
  readonly #organizations: OrganizationConfigs;
  readonly #versions = new Map<string, Version>();
  readonly #merged = new Map<string, CompiledConfig>();
  readonly #inForce = new Map<string, LoadedConfig>();
  #serverConfigId: string | undefined;

  constructor(options: { db: Db; kinds: readonly StepKind[] }) {
    this.#db = options.db;
    this.#kinds = options.kinds;
    this.#organizations = new OrganizationConfigs(options.db);
  }

  /** Sets the version of the operator's own layer, which lies below all others. */
  useServerConfig(id: string): void {
    this.#serverConfigId = id;
  }

  /** Makes sure that what is in force in these repositories can be had at once, also inside a transaction; their watches get rows. */
  async prepare(repositories: readonly LayerIds[]): Promise<void> {
    const missing = repositories.filter((repository) => !this.#inForce.has(this.#keyOf(repository)) && this.#idsOf(repository).length > 0);
    if (missing.length === 0) return;
    await this.#load(missing.flatMap((repository) => this.#idsOf(repository).map(({ configId }) => configId)));
    const known = await listWatchRows(
      this.#db,
      missing.map((repository) => repository.id),
    );
    for (const repository of missing) {
      const rows = known.filter((row) => row.repositoryId === repository.id);
      const loaded = await this.#putTogether(repository, rows);
      if (loaded) remember(this.#inForce, this.#keyOf(repository), loaded);
    }
  }

  /** Puts a repository's layers together anew, after one of them came into force: its rows follow. */
  async renew(repository: LayerIds): Promise<void> {
    this.#inForce.delete(this.#keyOf(repository));
    if (repository.isOrganizationFile) this.#organizations.forget(repository.installationId);
    if (this.#idsOf(repository).length > 0) await this.prepare([repository]);
    else if (!isUndecided(repository)) {
      await transaction(this.#db, (trx) =>
        replaceWatches(trx, { repositoryId: repository.id, installationId: repository.installationId }, []),
      );
    }
  }

  /** What `prepare` made ready; undefined when the repository has no configuration. Throws without `prepare`: no watch must be passed over. */
  inForce(repository: LayerIds): LoadedConfig | undefined {
    if (this.#idsOf(repository).length === 0) return undefined;
    const entry = this.#inForce.get(this.#keyOf(repository));
    if (!entry)
      throw new RepoWatchError(
        'internal_error',
        `The configuration of repository ${repository.id} is not at hand. It is loaded at the next try.`,
      );
    return entry;
  }

  /** Reads the watch of a run as its version declared it; undefined when the version has no such watch. */
  async readWatch(run: { configId: string; baseConfigId: string | null; watchKey: string }): Promise<CompiledWatch | undefined> {
    const { configId, baseConfigId, watchKey } = run;
    await this.#load([configId, ...(baseConfigId === null ? [] : [baseConfigId])]);
    if (!this.#versions.has(configId)) throw new RepoWatchError('not_found', `Configuration ${configId}: ${catalogue.not_found.title}.`);
    return this.#compile(configId, baseConfigId ?? undefined).watches.find((watch) => watch.id === watchKey);
  }

  /** The state machines that the watch of a run can name: those of its version, and those that it inherits. */
  async readMachines(run: { configId: string; baseConfigId: string | null }): Promise<CompiledConfig['machines']> {
    const { configId, baseConfigId } = run;
    await this.#load([configId, ...(baseConfigId === null ? [] : [baseConfigId])]);
    return this.#versions.has(configId) ? this.#compile(configId, baseConfigId ?? undefined).machines : {};
  }

  /**
   * What layers let a repository's watches do: the operator's and the organisation's as they are at this moment, whatever was in
   * force when a run began, and those of the file that its own one is based on.
   */
  async listAllowances(owner: { installationId: string; baseConfigId: string | null }): Promise<Allowance[]> {
    const organization = await this.#organizations.find(owner.installationId);
    const ids = [...new Set([this.#serverConfigId, organization, owner.baseConfigId])].filter((id) => id !== undefined && id !== null);
    await this.#load(ids);
    return ids.flatMap((id) => this.#versions.get(id)?.compiled.allow ?? []);
  }

  /** The versions below a repository's own file: the operator's, the organisation's, the one that it extends; undefined where there is none. */
  layersOf(repository: LayerIds): [string | undefined, string | undefined, string | undefined] {
    const find = (wanted: LayerName) => this.#idsOf(repository).find(({ name }) => name === wanted)?.configId;
    return [find('server'), find('organization'), find('extends')];
  }

  /** The files whose layers count for a repository, the lowest first. */
  async listLayers(repository: LayerIds): Promise<LayerFile[]> {
    const ids = this.#idsOf(repository);
    await this.#load(ids.map(({ configId }) => configId));
    return ids.flatMap(({ name, configId }) => {
      const version = this.#versions.get(configId);
      return version ? [{ name, configId, config: version.config }] : [];
    });
  }

  /** How the organisation's file of an installation stands; undefined when the App sees no repository for it. */
  readOrganizationState(installationId: string): Promise<OrganizationState | undefined> {
    return this.#organizations.readState(installationId);
  }

  /** The layers of a repository, the lowest first. The organisation's own file is the organisation's layer, also for the repository it lies in. */
  #idsOf(repository: LayerIds): { name: LayerName; configId: string }[] {
    if (isUndecided(repository)) return [];
    const { organizationConfigId, extendsConfigId, projectConfigIds, apiConfigId, configId, isOrganizationFile } = repository;
    const ids: [LayerName, string | null | undefined][] = [
      ['server', this.#serverConfigId],
      ['organization', organizationConfigId],
      ['extends', extendsConfigId],
      ...projectConfigIds.map((id): [LayerName, string] => ['project', id]),
      ['api', apiConfigId],
      ['file', isOrganizationFile ? null : configId],
    ];
    return ids.flatMap(([name, id]) => (id === null || id === undefined ? [] : [{ name, configId: id }]));
  }

  #keyOf(repository: LayerIds): string {
    return [repository.id, ...this.#idsOf(repository).map(({ name, configId }) => `${name} ${configId}`)].join('/');
  }

  async #putTogether(
    repository: LayerIds,
    rows: { id: string; key: string; managedBy: ManagedBy; configId: string }[],
  ): Promise<LoadedConfig | undefined> {
    const ids = this.#idsOf(repository);
    if (ids.some(({ configId }) => !this.#versions.has(configId))) return undefined;
    const base = this.#baseOf(ids);
    const layers: Layer[] = ids.map(({ name, configId }) => ({
      name,
      configId,
      config: this.#compile(configId, name === 'file' ? base : undefined),
    }));
    const { watches, refusals, allowances } = layerConfigs(layers);
    const declared = watches.map(({ id, name, line, layer, configId }) => ({
      key: id,
      name: name ?? id,
      line,
      managedBy: managerOf[layer],
      configId,
    }));
    const isKnown = (watch: (typeof declared)[number]) =>
      rows.some((row) => row.key === watch.key && row.managedBy === watch.managedBy && row.configId === watch.configId);
    const isSame = declared.every(isKnown) && rows.length === declared.length;
    const watchIds = isSame
      ? new Map(declared.map((watch) => [watch.key, rows.find((row) => row.key === watch.key && row.managedBy === watch.managedBy)!.id]))
      : await transaction(this.#db, (trx) =>
          replaceWatches(trx, { repositoryId: repository.id, installationId: repository.installationId }, declared),
        );
    const own = layers.find((layer) => layer.name === 'file')?.config ?? emptyConfig;
    return { compiled: { ...own, watches }, watchIds, baseConfigId: base ?? null, refusals, allowances };
  }

  /** The version whose defaults the repository's own file takes over: the nearest below that it extends. */
  #baseOf(ids: { name: LayerName; configId: string }[]): string | undefined {
    const own = ids.find(({ name }) => name === 'file');
    if (!own) return undefined;
    const { kind } = this.#versions.get(own.configId)!.compiled.extends;
    const find = (wanted: LayerName) => ids.find(({ name }) => name === wanted)?.configId;
    if (kind === 'none') return undefined;
    return (kind === 'repository' ? find('extends') : find('organization')) ?? find('server');
  }

  #compile(configId: string, baseConfigId: string | undefined): CompiledConfig {
    const version = this.#versions.get(configId)!;
    const base = baseConfigId === undefined ? undefined : this.#versions.get(baseConfigId);
    if (!base) return version.compiled;
    const key = `${configId}/${baseConfigId}`;
    const known = this.#merged.get(key);
    if (known) return known;
    const compiled = compileConfig({ ...version.config, file: inheritFile(version.config.file, base.config.file) });
    remember(this.#merged, key, compiled);
    return compiled;
  }

  async #load(ids: readonly string[]): Promise<void> {
    const missing = [...new Set(ids)].filter((id) => !this.#versions.has(id));
    if (missing.length === 0) return;
    for (const { id, managedBy, path, content } of await findConfigs(this.#db, missing)) {
      const parsed = parseConfig(content, {
        kinds: this.#kinds,
        path,
        organization: managedBy === 'organization' || managedBy === 'server',
      });
      // It was valid when it was taken into force; a newer RepoWatch that reads it otherwise has no watches to offer for it.
      const config: Config = parsed.status === 'ok' ? parsed.config : { path, file: { version: 1, watches: {} }, lines: {} };
      const compiled = compileConfig(config);
      remember(this.#versions, id, {
        managedBy,
        config,
        compiled: managedBy === 'project' ? addProjectGates(compiled, content) : compiled,
      });
    }
  }
}

function remember<T>(entries: Map<string, T>, key: string, value: T): void {
  entries.set(key, value);
  for (const oldest of entries.keys()) {
    if (entries.size <= maxEntries) return;
    if (oldest !== key) entries.delete(oldest);
  }
}

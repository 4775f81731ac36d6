import { listChangeIds } from '../mirror/list-change-ids.ts';
import type { Repository } from '../mirror/repository.ts';
import type { Config } from '../watches/parse-config.ts';
import { configPath } from './config-path.ts';
import type { Context } from './context.ts';
import { proposeLayers, putLayersTogether, type Effective } from './propose-config.ts';
import { simulateConfig } from './simulate-config.ts';

/** What would become of one watch. */
export interface PreviewedWatch {
  id: string;
  name: string | null;
  change: 'added' | 'changed' | 'removed' | 'same';
  /** True when the file itself declares it, or did, or switches it off; false for what only other files say. */
  own: boolean;
  /** Where it stands in the proposed file; null when it comes from elsewhere, or is gone. */
  line: number | null;
  mode: 'on' | 'off' | 'dry-run';
  /** How often it would have run on the changes that were looked at. */
  runs: number;
  /** The newest of those changes. */
  examples: readonly string[];
}

/** What a proposed version would change, and what it would have done. */
export interface Preview {
  watches: PreviewedWatch[];
  /** How many changes of this repository were looked at. */
  changes: number;
  /** How many runs that would have been. */
  runs: number;
}

/** How many of the newest changes are looked at. */
const maxChanges = 100;
const maxExamples = 3;

/**
 * Compares a valid version with what is in force, layers included, and asks its watches about what really happened here.
 * Nothing is written and nothing is sent (config-language.md, rule 2).
 */
export async function previewConfig(
  context: Context,
  repository: Repository,
  proposed: { config: Config; extendsConfigId: string | null },
): Promise<Preview> {
  const inForce = await context.configs.listLayers(repository);
  const extending = await context.configs.listLayers({ ...repository, extendsConfigId: proposed.extendsConfigId });
  const name = repository.isOrganizationFile ? 'organization' : 'file';
  const extended = extending.find((layer) => layer.name === 'extends');
  const next = putLayersTogether(proposeLayers(extending, { name, config: proposed.config, extended }));
  const changeIds = await listChangeIds(context.db, { repositoryId: repository.id, limit: maxChanges });
  const simulated = await simulateConfig(context, { repository, config: next.compiled, changeIds });
  const examples = new Map<string, string[]>();
  for (const { change, verdicts } of simulated.changes) {
    for (const { watch, matched } of verdicts) if (matched) examples.set(watch, [change.id, ...(examples.get(watch) ?? [])]);
  }
  const watches = comparePlans(putLayersTogether(inForce), next, name).map((watch) => {
    const matched = watch.change === 'removed' ? [] : (examples.get(watch.id) ?? []);
    return Object.assign(watch, { runs: matched.length, examples: matched.slice(0, maxExamples) });
  });
  return { watches, changes: simulated.changes.length, runs: watches.reduce((sum, { runs }) => sum + runs, 0) };
}

type Compared = Omit<PreviewedWatch, 'runs' | 'examples'>;

function comparePlans(before: Effective, after: Effective, own: 'organization' | 'file'): Compared[] {
  const known = new Map(before.watches.map((each) => [each.watch.id, each.source]));
  const kept = new Set(after.watches.map(({ watch }) => watch.id));
  const shown = after.watches.map(({ watch, source }): Compared => {
    const was = known.get(watch.id);
    const change = was === undefined ? 'added' : was === source ? 'same' : 'changed';
    const isHere = watch.layer === own;
    const isOwn = isHere || watch.switchedOffAt?.layer === own;
    return { id: watch.id, name: watch.name ?? null, change, own: isOwn, line: isHere ? watch.line : null, mode: watch.mode };
  });
  const gone = before.watches
    .filter(({ watch }) => !kept.has(watch.id))
    .map(({ watch }): Compared => ({
      id: watch.id,
      name: watch.name ?? null,
      change: 'removed',
      own: watch.layer === own,
      line: null,
      mode: watch.mode,
    }));
  return [...shown, ...gone];
}

/** The place of a watch in the version of a commit, on GitHub's pages. */
export function lineAddress(githubUrl: string, place: { fullName: string; sha: string; line: number }): string {
  return `${githubUrl}/${place.fullName}/blob/${place.sha}/${configPath}#L${place.line}`;
}

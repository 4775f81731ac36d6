import { findRepositories } from '../mirror/repository.ts';
import { configPath } from './config-path.ts';
import type { Context } from './context.ts';
import { explainLayers, type ExplainedWatch } from './explain-layers.ts';
import { refuseRepository } from './refuse.ts';

/** How a watch stands in a repository now. */
export interface WatchStanding {
  /** Undefined when no file that counts now has it. */
  watch: ExplainedWatch | undefined;
  /** What keeps it from running, or from doing something, at this moment; empty when nothing does. */
  obstacles: { code: string; message: string }[];
}

/** Says what keeps a watch from running now, whatever changes come. Undefined for an unknown repository. */
export async function explainStanding(context: Context, githubId: string, key: string): Promise<WatchStanding | undefined> {
  const repository = (await findRepositories(context.db, context.host, [githubId])).get(githubId);
  if (!repository) return undefined;
  const watch = (await explainLayers(context, githubId))?.watches.find((entry) => entry.key === key || entry.id === key);
  const obstacles: WatchStanding['obstacles'] = [];
  const add = (code: string, message: string) => void obstacles.push({ code, message });
  const refusal = refuseRepository(repository);
  if (refusal) add(refusal.code, `Nothing is done for this repository: ${refusal.reason}.`);
  if (repository.archived) add('repository_archived', 'The repository is archived on GitHub, so nothing happens in it.');
  const branch = repository.defaultBranch ?? 'the default branch';
  if (repository.configStatus === 'unknown') add('config_unknown', `${configPath} was not read yet.`);
  if (repository.configStatus === 'load_error')
    add('config_load_error', `${configPath} could not be loaded; what was in force before stays.`);
  if (repository.configStatus === 'invalid')
    add('config_invalid', `${configPath} on ${branch} has errors; what was in force before stays.`);
  if (repository.configStatus === 'absent' && !watch) add('config_absent', `There is no ${configPath} on ${branch}.`);
  if (!watch) add('watch_unknown', `No file that counts now has the watch \`${key}\`.`);
  else if (watch.mode === 'off')
    add('watch_off', `The watch is switched off${watch.switched_off_at === null ? '' : ` by ${watch.switched_off_at}`}.`);
  else if (watch.mode === 'dry-run') add('watch_dry_run', 'The watch is a dry run: its runs send nothing.');
  return { watch, obstacles };
}

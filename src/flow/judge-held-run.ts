import { isRefChange, type Change, type RefChange } from '../changes/change.ts';
import { findRepositories } from '../mirror/repository.ts';
import type { RunState } from '../runs/record-progress.ts';
import type { CompiledWatch } from '../watches/compile-config.ts';
import { matchWatch } from '../watches/match.ts';
import { filesUnknown } from '../watches/trigger-clauses.ts';
import type { Context } from './context.ts';
import type { LoadedRun } from './loaded-run.ts';
import { readChangedFiles } from './read-changed-files.ts';

/** How long a run is held while GitHub cannot be asked; after that it goes as if its files fitted. Milliseconds. */
const longestHoldMs = 60 * 60 * 1000;

/** How soon GitHub is asked again, when it does not say. Milliseconds. */
const askAgainMs = 30_000;

/** True when a watch that filters paths wants to know the files of this change, and they are not all known (`paths_unknown: hold`). */
export function needsFiles({ pathsUnknown, triggers }: CompiledWatch, change: Change): boolean {
  const filtersPaths = triggers.some((trigger) => trigger.clauses.some((clause) => clause.key === 'paths'));
  return pathsUnknown === 'hold' && filtersPaths && isRefChange(change) && filesUnknown(change);
}

/**
 * Decides about a run whose watch wants to know the changed files first (`paths_unknown: hold`). Undefined lets it go: its
 * files fit, or nobody can tell. Otherwise what it is called: it waits on, or it is over because no file fits.
 */
export async function judgeHeldRun(context: Context, loaded: LoadedRun, watch: CompiledWatch): Promise<RunState | undefined> {
  const { change } = loaded.stored;
  if (!isRefChange(change)) return undefined;
  const repository = (await findRepositories(context.db, context.host, [change.repository.id])).get(change.repository.id);
  if (!repository) return undefined;
  const read = await readChangedFiles(context, repository, change);
  if (!read.ok) {
    const now = context.clock.now().getTime();
    if (now - Date.parse(change.happened_at) > longestHoldMs && now - loaded.run.createdAt.getTime() > longestHoldMs) return undefined;
    const dueAt = read.retryAt ?? new Date(now + askAgainMs);
    return { status: 'waiting', code: 'holding', message: `The changed files have to be asked of GitHub first: ${read.message}`, dueAt };
  }
  if (read.value === null) return undefined;
  const known: RefChange = { ...change, data: { ...change.data, files: read.value, truncated: false } };
  // Everything but the files said yes when the change was recorded; the payload is not needed again for them.
  const judged = matchWatch({ ...watch, if: undefined, includeSelf: true }, { change: known, event: () => ({}), isSelf: false });
  return judged.matched ? undefined : { status: 'cancelled', code: 'paths_unmatched', message: capitalise(judged.reason) };
}

function capitalise(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

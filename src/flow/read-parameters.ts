import { readChanges } from '../mirror/read-changes.ts';
import { findRunVersion } from '../runs/find-run-version.ts';
import { branchOf } from '../watches/change-facts.ts';
import { parametersOf, type Parameters } from '../watches/parameters.ts';
import type { Context } from './context.ts';

/** The parameters that a run has: those of the version that it follows, for the branch of its change. None when either is gone. */
export async function readParameters(context: Pick<Context, 'db' | 'configs'>, runId: string): Promise<Parameters> {
  const run = await findRunVersion(context.db, runId);
  const watch = run && (await context.configs.readWatch(run));
  if (!run || !watch || watch.parameters.length === 0) return {};
  const stored = (await readChanges(context.db, [run.changeId])).get(run.changeId);
  return stored ? parametersOf(watch.parameters, branchOf(stored.change)) : {};
}

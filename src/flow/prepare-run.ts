import { isRefChange, type Change, type RefChange } from '../changes/change.ts';
import { isZeroSha } from '../changes/ref-change.ts';
import { findRefHead } from '../mirror/find-ref-head.ts';
import { readChanges, type StoredChange } from '../mirror/read-changes.ts';
import { findRepositories } from '../mirror/repository.ts';
import { listRunChanges } from '../runs/cancel-run.ts';
import type { RunState } from '../runs/record-progress.ts';
import type { CompiledWatch } from '../watches/compile-config.ts';
import { isActionSilent } from '../watches/silent-action.ts';
import { isHookSilent } from '../watches/silent-hook.ts';
import type { Context } from './context.ts';
import type { LoadedRun } from './loaded-run.ts';
import { judgeHeldRun, needsFiles } from './judge-held-run.ts';
import { placeOf } from './place-of.ts';

/** A run with what its watch wants to know at the moment it begins. */
export interface PreparedRun {
  loaded: LoadedRun;
  /** Every change that the run has gathered, its own last; absent without a batch window. */
  changes?: Change[];
  /** Where the ref is now, for a watch that settles. */
  head?: string;
}

/** Whether a run can begin; if not, what it is called instead. */
export type Preparation = { ready: true; prepared: PreparedRun } | { ready: false; state: RunState };

/** Looks at what a run's watch wants to know before it begins: the changed files, the present state, the changes it gathered. Free for most. */
export async function prepareRun(context: Context, loaded: LoadedRun, watch: CompiledWatch): Promise<Preparation> {
  if (await isHookSilent(context.db, loaded.run)) {
    const message = `The hook that ${watch.id} stands for is switched off or gone. Nothing was sent.`;
    return { ready: false, state: { status: 'cancelled', code: 'hook_inactive', message } };
  }
  if (await isActionSilent(context.db, loaded.run)) {
    const message = `The action that ${watch.id} stands for is switched off or gone, or its project does not follow the repository any more. Nothing was sent.`;
    return { ready: false, state: { status: 'cancelled', code: 'action_inactive', message } };
  }
  if (watch.settleMs === 0 && watch.batchMs === 0 && loaded.run.code !== 'holding') return { ready: true, prepared: { loaded } };
  const gathered = watch.batchMs > 0 ? await readGathered(context, loaded) : [loaded.stored];
  const kept = await keepFitting(context, { loaded, watch, gathered });
  if (!kept.ok) return { ready: false, state: kept.state };
  const stored = kept.fitting.at(-1)!;
  const prepared: PreparedRun = { loaded: { ...loaded, stored } };
  const { change } = stored;
  if (watch.batchMs > 0) prepared.changes = kept.fitting.map((entry) => entry.change);
  if (watch.settleMs > 0 && isRefChange(change)) {
    const head = await readHead(context, loaded, change);
    if (head === null && !isZeroSha(change.data.after)) {
      const message = `After it had settled, ${change.data.ref.kind} ${change.data.ref.name} was gone.`;
      return { ready: false, state: { status: 'cancelled', code: 'settled_away', message } };
    }
    if (head !== null && head !== undefined) prepared.head = head;
  }
  return { ready: true, prepared };
}

/** Never empty: a run that has gathered nothing has its own change. */
async function readGathered(context: Context, loaded: LoadedRun): Promise<StoredChange[]> {
  const ids = await listRunChanges(context.db, loaded.run.id);
  const stored = await readChanges(context.db, ids);
  const gathered = ids.flatMap((id) => stored.get(id) ?? []);
  return gathered.length > 0 ? gathered : [loaded.stored];
}

/** Of the changes of a run those whose files fit, where its watch wants to know them first; without any, what the run is called. */
async function keepFitting(
  context: Context,
  facts: { loaded: LoadedRun; watch: CompiledWatch; gathered: StoredChange[] },
): Promise<{ ok: true; fitting: StoredChange[] } | { ok: false; state: RunState }> {
  const { loaded, watch, gathered } = facts;
  const { run } = loaded;
  const isNew = run.code === 'holding' || run.code === 'settling' || run.code === 'batching';
  const fitting: StoredChange[] = [];
  let refusal: RunState | undefined;
  for (const stored of gathered) {
    const state = isNew && needsFiles(watch, stored.change) ? await judgeHeldRun(context, { run, stored }, watch) : undefined;
    if (state?.status === 'waiting') return { ok: false, state };
    if (state) refusal = state;
    else fitting.push(stored);
  }
  return refusal && fitting.length === 0 ? { ok: false, state: refusal } : { ok: true, fitting };
}

/** GitHub knows best where a ref is; while it cannot be asked, the mirror's word counts. */
async function readHead(context: Context, loaded: LoadedRun, change: RefChange): Promise<string | null | undefined> {
  const { kind, name } = change.data.ref;
  const repository = (await findRepositories(context.db, context.host, [change.repository.id])).get(change.repository.id);
  const isFirstTry = loaded.run.code === 'settling';
  if (repository && isFirstTry) {
    const found = await context.reader.as('actions').findRef(placeOf(repository), kind, name);
    if (found.ok) return found.value?.sha ?? null;
  }
  return await findRefHead(context.db, { repositoryId: loaded.run.repositoryId, kind, name });
}

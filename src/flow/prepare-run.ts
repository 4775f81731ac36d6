import { isRefChange, type Change, type RefChange } from '../changes/change.ts';
import { isZeroSha } from '../changes/ref-change.ts';
import { findRefHead } from '../mirror/find-ref-head.ts';
import { readChanges } from '../mirror/read-changes.ts';
import { findRepositories } from '../mirror/repository.ts';
import { listRunChanges } from '../runs/cancel-run.ts';
import type { RunState } from '../runs/record-progress.ts';
import type { CompiledWatch } from '../watches/compile-config.ts';
import type { Context } from './context.ts';
import type { LoadedRun } from './loaded-run.ts';
import { judgeHeldRun } from './judge-held-run.ts';
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
  const isHeld = loaded.run.code === 'holding';
  if (watch.settleMs === 0 && watch.batchMs === 0 && !isHeld) return { ready: true, prepared: { loaded } };
  if (isHeld) {
    const refusal = await judgeHeldRun(context, loaded, watch);
    if (refusal) return { ready: false, state: refusal };
  }
  const prepared: PreparedRun = { loaded };
  const { change } = loaded.stored;
  if (watch.batchMs > 0) prepared.changes = await readGathered(context, loaded);
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

async function readGathered(context: Context, loaded: LoadedRun): Promise<Change[]> {
  const ids = await listRunChanges(context.db, loaded.run.id);
  const stored = await readChanges(context.db, ids);
  return ids.flatMap((id) => stored.get(id)?.change ?? []);
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

import { describeError } from '../core/errors.ts';
import type { Db } from '../db/connect.ts';
import { transaction } from '../db/transaction.ts';
import { findRepositoryById } from '../mirror/find-repository.ts';
import { readChanges } from '../mirror/read-changes.ts';
import { findDeadRun } from '../runs/find-dead-run.ts';
import { recordProgress, type Progress } from '../runs/record-progress.ts';
import type { Context } from './context.ts';
import { recordChange } from './record-change.ts';

/**
 * Writes the progress of runs down. That one was given up is a change, in the same transaction; everything else, which is nearly
 * all there is, takes one statement as before. Answers for each whether it was written.
 */
export async function recordRuns(context: Context, entries: Progress[]): Promise<boolean[]> {
  const dead = entries.filter(isDead);
  if (dead.length === 0) return await recordProgress(context.db, entries);
  const others = entries.filter((entry) => !isDead(entry));
  const written = new Map<Progress, boolean>();
  // What others wait for goes first, and in the order in which it came.
  const results = others.length === 0 ? [] : await recordProgress(context.db, others);
  for (const [index, entry] of others.entries()) written.set(entry, results[index]!);
  for (const entry of dead) written.set(entry, await recordDead(context, entry));
  return entries.map((entry) => written.get(entry)!);
}

function isDead({ run }: Progress): boolean {
  return run?.status === 'dead';
}

/** When it cannot be written the run counts as lost, and its lane is served again: what others have written stays. */
async function recordDead(context: Context, entry: Progress): Promise<boolean> {
  return await transaction(context.db, async (trx) => {
    const [written = false] = await recordProgress(trx, [entry]);
    if (written) await tellDeadRun(context, trx, entry.runId);
    return written;
  }).catch((error: unknown) => {
    context.log.warn({ run: entry.runId, error: describeError(error) }, 'That a run was given up could not be written down');
    return false;
  });
}

/** Tells the watches that a run was given up; not of a run that was itself begun by that, or two watches could go on for ever. */
async function tellDeadRun(context: Context, trx: Db, runId: string): Promise<void> {
  const run = await findDeadRun(trx, runId);
  const repository = run && (await findRepositoryById(trx, run.repositoryId));
  if (!run || !repository) return;
  const { id, watchKey: watch, changeId, step, attempts, redrives, code, message } = run;
  const change = (await readChanges(trx, [changeId])).get(changeId)?.change;
  if (change?.type === 'run.dead') return;
  await recordChange(context, trx, {
    type: 'run.dead',
    data: { dead_run: { id, watch, change_id: changeId, step, attempts, code, message } },
    repository,
    actor: null,
    meaning: redrives === 0 ? `run.dead:${id}` : `run.dead:${id}:${redrives}`,
    origin: 'trigger',
    deliveryId: null,
    at: context.clock.now(),
    event: {},
  });
}

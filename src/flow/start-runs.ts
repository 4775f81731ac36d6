import type { Db } from '../db/connect.ts';
import { breakLoops } from '../runs/break-loops.ts';
import { insertRuns, type NewRun } from '../runs/insert-runs.ts';
import type { Context } from './context.ts';

/** Begins the runs of changes, with their tickets, in the caller's transaction. Those that look like a loop are ended at once. */
export async function startRuns(context: Pick<Context, 'queue' | 'log' | 'loops'>, trx: Db, runs: NewRun[]): Promise<void> {
  const ids = await insertRuns(trx, runs);
  const made = runs.flatMap(({ loopKey, watchKey }, index) => (loopKey === undefined ? [] : [{ id: ids[index]!, watchKey }]));
  if (made.length > 0) {
    for (const tripped of await breakLoops(
      trx,
      made.map(({ id }) => id),
      context.loops,
    ))
      context.log.warn({ watch: tripped.watchKey, about: tripped.loopKey }, 'A watch runs on and on on changes of machines: stopped');
  }
  await context.queue.send(
    trx,
    'runs',
    runs.map((run) => run.lane),
  );
}

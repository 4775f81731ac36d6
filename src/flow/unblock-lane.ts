import type { ErrorCode } from '../core/error-catalogue.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { transaction } from '../db/transaction.ts';
import { laneExists, lockBlockingRun, skipBlockingRun } from '../runs/redrive-run.ts';
import type { Context } from './context.ts';
import { redriveWithin } from './replay-run.ts';

/** What became of the dead run that held up a lane. */
export interface Unblocked {
  lane: string;
  run: string;
  action: 'skipped' | 'redriven';
}

/** Lets a lane of a strict order go on: with the dead run that holds it up, from its failed step; or without it, when it is skipped. */
export async function unblockLane(context: Context, wish: { lane: string; skip: boolean }): Promise<Outcome<Unblocked, ErrorCode>> {
  const { lane, skip } = wish;
  return await transaction(context.db, async (trx) => {
    const blocking = await lockBlockingRun(trx, lane);
    if (!blocking) {
      if (!(await laneExists(trx, lane))) return failed('not_found', `There is no lane ${lane}.`);
      return failed('conflict', `No dead run holds up the lane ${lane}. GET /api/lanes?blocked=true lists those that are held up.`);
    }
    if (!skip) {
      const redriven = await redriveWithin(context, trx, blocking);
      return redriven.ok ? ok({ lane, run: blocking.id, action: 'redriven' }) : redriven;
    }
    await skipBlockingRun(trx, blocking.id);
    await context.queue.send(trx, 'runs', [lane]);
    return ok({ lane, run: blocking.id, action: 'skipped' });
  });
}

import type { ErrorCode } from '../core/error-catalogue.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { transaction } from '../db/transaction.ts';
import { findDeliveryStatus, reopenDelivery } from '../inbox/settle-deliveries.ts';
import { cancelRun, findRunStatus } from '../runs/cancel-run.ts';
import type { Context } from './context.ts';

/** Puts an errored or ignored delivery back to work. */
export async function retryDelivery(context: Context, id: string): Promise<Outcome<{ id: string }, ErrorCode>> {
  return await transaction(context.db, async (trx) => {
    const lane = await reopenDelivery(trx, id);
    if (lane !== undefined) {
      await context.queue.send(trx, 'deliveries', [lane]);
      return ok({ id });
    }
    const status = await findDeliveryStatus(trx, id);
    if (status === undefined) return failed('not_found', `There is no delivery ${id}.`);
    return failed('conflict', `Delivery ${id} is ${status}; only an errored or ignored one can be tried again.`);
  });
}

/** Ends a run that is not over. What is under way hears of it within a second; an effect that was already made stays made. */
export async function cancelRunById(context: Context, id: string): Promise<Outcome<{ id: string }, ErrorCode>> {
  return await transaction(context.db, async (trx) => {
    const lane = await cancelRun(trx, id, 'It was cancelled by hand.');
    if (lane !== undefined) {
      // Behind a run of a strict order others have waited.
      await context.queue.send(trx, 'runs', [lane]);
      return ok({ id });
    }
    const status = await findRunStatus(trx, id);
    if (status === undefined) return failed('not_found', `There is no run ${id}.`);
    return failed('conflict', `Run ${id} is ${status} already; only one that is queued, running or waiting can be cancelled.`);
  });
}

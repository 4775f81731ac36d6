import type { ErrorCode } from '../core/error-catalogue.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { transaction } from '../db/transaction.ts';
import { enableDestination } from '../destinations/destination-rows.ts';
import { recordAudit } from '../people/audit.ts';
import type { Requester } from '../people/requester.ts';
import { wakeHeldRuns } from '../runs/hold-run.ts';
import type { Context } from './context.ts';

/** Lets everything go to a destination again because a person says so; what waits for it is due at once. `not_found` without one. */
export async function letGoAgain(
  context: Pick<Context, 'db'>,
  wish: { id: string; by: Requester; requestId: string },
): Promise<Outcome<{ woken: number }, ErrorCode>> {
  const { id, by, requestId } = wish;
  return await transaction(context.db, async (trx) => {
    const enabled = await enableDestination(trx, id);
    if (enabled === undefined) return failed('not_found', `There is no destination ${id}. Look at the list for what there is.`);
    const woken = await wakeHeldRuns(trx, id);
    const { installationId, origin, before } = enabled;
    await recordAudit(trx, {
      by,
      action: 'destination.enabled',
      target: { kind: 'destination', id, name: origin },
      installationId,
      before: { state: before },
      after: { state: 'ok' },
      requestId,
    });
    return ok({ woken });
  });
}

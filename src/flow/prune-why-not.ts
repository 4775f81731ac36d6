import { transaction } from '../db/transaction.ts';
import { pruneConsidered } from '../mirror/prune-considered.ts';
import type { Context } from './context.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Changes in one transaction: short enough to hold up nobody. */
const batchSize = 500;

/** Batches of one look; the next look goes on. */
const maxBatches = 40;

/** Forgets what watches said about changes older than WHY_NOT_DAYS, in small batches. Answers of how many changes. */
export async function pruneWhyNot(context: Pick<Context, 'db' | 'clock' | 'log' | 'whyNotDays'>): Promise<number> {
  const before = new Date(context.clock.now().getTime() - context.whyNotDays * dayMs);
  let total = 0;
  for (let batch = 0; batch < maxBatches; batch += 1) {
    const { looked, pruned } = await transaction(context.db, (trx) => pruneConsidered(trx, before, batchSize));
    total += pruned;
    if (looked < batchSize) break;
  }
  if (total > 0) context.log.info({ changes: total }, 'What the watches said about old changes was forgotten, as WHY_NOT_DAYS says');
  return total;
}

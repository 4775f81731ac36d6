import { transaction } from '../db/transaction.ts';
import { countRates } from '../runs/count-rates.ts';
import type { Context } from './context.ts';

/** Batches of one look; the next look goes on. */
const maxBatches = 10;

/** Counts what has come in into the slots that charts are drawn from, as far as it is certainly there. */
export async function keepRates(context: Pick<Context, 'db'>): Promise<void> {
  for (let batch = 0; batch < maxBatches; batch += 1) {
    if (!(await transaction(context.db, (trx) => countRates(trx)))) return;
  }
}

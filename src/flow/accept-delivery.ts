import { Batcher } from '../core/batcher.ts';
import type { Db } from '../db/connect.ts';
import { transaction } from '../db/transaction.ts';
import { insertDeliveries, type NewDelivery } from '../inbox/insert-deliveries.ts';
import { reopenRedelivered } from '../inbox/settle-deliveries.ts';
import type { Queue } from '../queue/queue.ts';

/** What became of a delivery at the door: a new row, or one that was there already. */
type Acceptance = { result: 'stored'; id: string } | { result: 'known' };

/** Stores deliveries; resolves only after the commit. */
export type AcceptDelivery = (delivery: NewDelivery) => Promise<Acceptance>;

/** One flush carries at most this many bytes of bodies, so that a large one does not hold up many small ones for long. */
const maxFlushBytes = 4 * 1024 * 1024;

/**
 * The story of the door: a delivery and its ticket are committed together, and everybody who arrived meanwhile shares the
 * next transaction (group commit). Rejects when Postgres refuses; then nothing was kept and nothing may be acknowledged.
 */
export function createAcceptDelivery(context: { db: Db; queue: Pick<Queue, 'send'> }): AcceptDelivery {
  const batcher = new Batcher<NewDelivery, Acceptance>((group) => storeGroup(context, group), {
    maxItems: 64,
    maxSize: maxFlushBytes,
    sizeOf: (delivery) => delivery.body.length,
  });
  return (delivery) => batcher.add(delivery);
}

async function storeGroup(context: { db: Db; queue: Pick<Queue, 'send'> }, group: NewDelivery[]): Promise<Acceptance[]> {
  const ids = await transaction(context.db, async (trx) => {
    const inserted = await insertDeliveries(trx, group);
    const lanes = group.filter((_, index) => inserted[index] !== undefined).map((delivery) => delivery.lane);
    const known = group.filter((_, index) => inserted[index] === undefined).map(({ sender, guid }) => ({ sender, guid, at: null }));
    // Somebody pressed "Redeliver" on GitHub for one that had failed here.
    await context.queue.send(trx, 'deliveries', [...lanes, ...(await reopenRedelivered(trx, known))]);
    return inserted;
  });
  return ids.map((id) => (id === undefined ? { result: 'known' } : { result: 'stored', id }));
}

import { transaction } from '../db/transaction.ts';
import { settleDeliveries, type Settlement } from '../inbox/settle-deliveries.ts';
import { laneBytes, listWaitingDeliveries, type WaitingDelivery } from '../inbox/waiting-deliveries.ts';
import { findRepositories } from '../mirror/repository.ts';
import type { LaneService } from '../queue/lane-dispatcher.ts';
import { admitDelivery } from './admit-delivery.ts';
import { applyChanges } from './apply-changes.ts';
import type { Arrival } from './arrival.ts';
import type { Context } from './context.ts';
import { parseDelivery, type ParsedDelivery } from './parse-delivery.ts';
import { processDelivery } from './process-delivery.ts';
import { settledStatus, toSettlement } from './settlement.ts';

/** How many deliveries of one lane are served in one transaction. */
const perLane = 25;

/** Serves the lanes of the inbox: many repositories' pushes share one transaction, and what has to ask GitHub is served alone. */
export function createDeliveryService(context: Context): LaneService {
  return {
    prefix: 'inbox',
    groupSize: 24,
    maxLanes: 120,
    serveGroup: (lanes, turn) => serveGroup(context, lanes, turn.closing),
    serveAlone: (lane, turn) => serveAlone(context, lane, turn.closing),
  };
}

/** Serves several lanes together until nothing simple is left; answers the lanes whose next delivery needs GitHub. */
async function serveGroup(context: Context, lanes: string[], closing: AbortSignal): Promise<string[]> {
  const alone = new Set<string>();
  let open = lanes;
  while (open.length > 0 && !closing.aborted) {
    const waiting = await listWaitingDeliveries(context.db, open, perLane);
    if (waiting.length === 0) break;
    const parsed = await Promise.all(waiting.map((delivery) => parseDelivery(context, delivery)));
    const stopped = await settleTogether(context, parsed);
    for (const lane of stopped) alone.add(lane);
    // Only a lane that filled its share can have more; a new arrival brings a ticket of its own.
    open = open.filter((lane) => !alone.has(lane) && isFull(waiting.filter((delivery) => delivery.lane === lane)));
  }
  return [...alone];
}

function isFull(share: WaitingDelivery[]): boolean {
  return share.length === perLane || share.reduce((bytes, delivery) => bytes + delivery.body.length, 0) >= laneBytes;
}

/** Applies the simple deliveries of each lane up to the first that is not; answers the lanes that stopped there. */
async function settleTogether(context: Context, parsed: ParsedDelivery[]): Promise<Set<string>> {
  const githubIds = parsed.flatMap((entry) => entry.delivery.repositoryGithubId ?? []);
  const repositories = await findRepositories(context.db, context.host, [...new Set(githubIds)]);
  const stopped = new Set<string>();
  const settlements: Settlement[] = [];
  const applying: { parsed: ParsedDelivery; arrival: Arrival }[] = [];
  for (const entry of parsed) {
    if (stopped.has(entry.delivery.lane)) continue;
    const admission = admitDelivery(entry, repositories.get(entry.delivery.repositoryGithubId ?? ''));
    if (admission.result === 'alone') stopped.add(entry.delivery.lane);
    else if (admission.result === 'settle')
      settlements.push({ id: entry.delivery.id, status: settledStatus(admission.code), code: admission.code, reason: admission.reason });
    else applying.push({ parsed: entry, arrival: admission.arrival });
  }
  await context.configs.prepare(applying.map((entry) => entry.arrival.repository));
  await transaction(context.db, async (trx) => {
    const results = await applyChanges(
      context,
      trx,
      applying.map((entry) => entry.arrival),
    );
    const ends = results.flatMap((result, index) => {
      const { delivery } = applying[index]!.parsed;
      const settlement = toSettlement(delivery.id, result);
      if (!settlement) stopped.add(delivery.lane);
      return settlement ?? [];
    });
    await settleDeliveries(trx, [...settlements, ...ends]);
  });
  return stopped;
}

/** Serves one lane, delivery by delivery, asking GitHub where that is needed. */
async function serveAlone(context: Context, lane: string, closing: AbortSignal): Promise<void> {
  for (;;) {
    const [delivery] = await listWaitingDeliveries(context.db, [lane], 1);
    if (!delivery || closing.aborted) return;
    const settled = await processDelivery(context, delivery);
    if (!settled) return;
  }
}

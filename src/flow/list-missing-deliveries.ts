import { transaction } from '../db/transaction.ts';
import type { Read } from '../github/ask.ts';
import type { DeliveriesPage, ListedDelivery } from '../github/hook-deliveries.ts';
import { laneOf } from '../inbox/lane.ts';
import { advanceListing, endListing, restartListing, type Recovery } from '../inbox/recoveries.ts';
import { closeGap } from '../inbox/recovery-gaps.ts';
import { countRecovery, listHeldGuids, noteMissing, type MissingDelivery } from '../inbox/recovery-items.ts';
import { reopenRedelivered } from '../inbox/settle-deliveries.ts';
import type { Context } from './context.ts';
import { onGap } from './on-recovery-gap.ts';
import { overlapMs, retentionMs } from './recovery-windows.ts';

type Failure = Extract<Read<never>, { ok: false }>;

/**
 * Takes in one page of GitHub's record, newest first: what is not held is written down together with the place where the next
 * page begins, so that a scan that ends here goes on from there. `failure` when GitHub cannot be asked now.
 */
export async function takePage(context: Context, recovery: Recovery): Promise<{ recovery: Recovery; failure?: Failure }> {
  const read = await context.recovery.deliveries.listPage(recovery.scanCursor ?? undefined);
  if (read.ok) return { recovery: await storePage(context, recovery, read.value) };
  // A cursor that is not taken any more: next time from the top, which costs pages and nothing else.
  const refused = read.code === 'github_refused' && recovery.scanCursor !== null;
  return { recovery: refused ? await restartListing(context.db, recovery) : recovery, failure: read };
}

async function storePage(context: Context, recovery: Recovery, page: DeliveriesPage): Promise<Recovery> {
  if (page.unreadable > 0) context.log.warn({ entries: page.unreadable }, "Entries of GitHub's record of deliveries cannot be understood");
  const now = context.clock.now();
  const relevant = page.deliveries.filter((listed) => listed.deliveredAt >= recovery.baselineAt);
  const isNew = ({ id }: ListedDelivery) => recovery.markDeliveryId === null || BigInt(id) > BigInt(recovery.markDeliveryId);
  const groups = groupByGuid(relevant);
  const isLast = page.next === undefined || reachesMark(page.deliveries, recovery);
  const next = await transaction(context.db, async (trx) => {
    const held = await listHeldGuids(
      trx,
      groups.map((group) => group.guid),
    );
    const missing = await noteMissing(
      trx,
      recovery.id,
      groups.filter((group) => !held.has(group.guid)),
    );
    await reopen(context, trx, relevant);
    await countRecovery(trx, recovery.id, { at: now, calls: 1, scanned: relevant.filter(isNew).length, missing });
    const advanced = await advanceListing(trx, recovery, {
      cursor: page.next ?? null,
      newest: newestOf(page.deliveries),
      listed: page.deliveries.length,
      missing,
    });
    return isLast ? await finishListing(context, trx, advanced) : advanced;
  });
  if (isLast && recovery.listedTo < provableFrom(context, recovery)) await reportUnproven(context, recovery);
  return next;
}

/** Somebody pressed "Redeliver" on GitHub for a delivery that had failed here: it is processed again (also where no webhook can arrive). */
async function reopen(context: Context, trx: Context['db'], listed: ListedDelivery[]): Promise<void> {
  const redelivered = listed.filter((each) => each.redelivery).map(({ guid, deliveredAt }) => ({ sender: 'app', guid, at: deliveredAt }));
  await context.queue.send(trx, 'deliveries', await reopenRedelivered(trx, redelivered));
}

async function finishListing(context: Context, trx: Context['db'], recovery: Recovery): Promise<Recovery> {
  const provable = provableFrom(context, recovery);
  await closeGap(trx, recovery.id, { at: context.clock.now(), unprovenUntil: recovery.listedTo < provable ? provable : null });
  return await endListing(trx, recovery, provable);
}

/** How far back this scan's listing can have seen everything. */
function provableFrom(context: Context, recovery: Recovery): Date {
  return new Date((recovery.scanStartedAt ?? context.clock.now()).getTime() - retentionMs(context.host));
}

async function reportUnproven(context: Context, recovery: Recovery): Promise<void> {
  await onGap(context, {
    kind: 'unproven',
    from: recovery.listedTo,
    until: provableFrom(context, recovery),
    reason: 'the record was not read for longer than GitHub keeps it; all repositories are compared instead',
    repositoryGithubId: undefined,
  });
}

/** True when the page lies, with some of it, behind what the last listing saw, or before RepoWatch was there. */
function reachesMark(deliveries: ListedDelivery[], recovery: Recovery): boolean {
  const until = Math.max(recovery.markAt.getTime() - overlapMs, recovery.baselineAt.getTime() - overlapMs);
  return deliveries.some((listed) => listed.deliveredAt.getTime() < until);
}

function newestOf(deliveries: ListedDelivery[]): { at: Date; id: string } | undefined {
  const first = deliveries[0];
  if (!first) return undefined;
  const later = (one: ListedDelivery, other: ListedDelivery) => (other.deliveredAt > one.deliveredAt ? other : one);
  const larger = (one: ListedDelivery, other: ListedDelivery) => (BigInt(other.id) > BigInt(one.id) ? other : one);
  return { at: deliveries.reduce(later, first).deliveredAt, id: deliveries.reduce(larger, first).id };
}

/** Puts all attempts with one GUID together, which is one event (handbook A11). Pure. */
function groupByGuid(deliveries: ListedDelivery[]): MissingDelivery[] {
  const groups = new Map<string, MissingDelivery>();
  for (const listed of deliveries) {
    const { guid, id, deliveredAt } = listed;
    const known = groups.get(guid);
    if (!known) {
      groups.set(guid, toMissing(listed));
      continue;
    }
    if (BigInt(id) > BigInt(known.deliveryId)) Object.assign(known, { deliveryId: id, answer: listed.status });
    if (BigInt(id) < BigInt(known.orderId)) known.orderId = id;
    if (deliveredAt < known.sentAt) known.sentAt = deliveredAt;
    known.acknowledged ||= isAcknowledged(listed);
  }
  return [...groups.values()];
}

function toMissing(listed: ListedDelivery): MissingDelivery {
  const { guid, id, deliveredAt, event, action, installationGithubId, repositoryGithubId, status } = listed;
  return {
    guid,
    deliveryId: id,
    orderId: id,
    sentAt: deliveredAt,
    lane: laneOf(listed),
    event,
    action,
    installationGithubId,
    repositoryGithubId,
    answer: status.slice(0, 200),
    acknowledged: isAcknowledged(listed),
  };
}

/** `OK` and nothing else is a success: failed connections carry codes that nobody documents (handbook A14). */
function isAcknowledged({ status }: ListedDelivery): boolean {
  return status.toUpperCase() === 'OK';
}

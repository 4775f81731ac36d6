import { createHash } from 'node:crypto';
import type { ErrorCode } from '../core/error-catalogue.ts';
import { describeError, isRepoWatchError } from '../core/errors.ts';
import { transaction } from '../db/transaction.ts';
import type { Read } from '../github/ask.ts';
import type { SentDelivery } from '../github/hook-deliveries.ts';
import { readDeliveryFacts } from '../inbox/delivery-facts.ts';
import { insertDeliveries, type NewDelivery } from '../inbox/insert-deliveries.ts';
import type { Recovery } from '../inbox/recoveries.ts';
import { countRecovery, listHeldGuids, postponeItem, settleItems, type ItemEnd, type RecoveryItem } from '../inbox/recovery-items.ts';
import type { Context } from './context.ts';
import { onGap } from './on-recovery-gap.ts';
import { retentionMs, retryItemAt } from './recovery-windows.ts';

/** How many deliveries are pulled side by side; each can have 25 MB. */
export const pulledAtOnce = 6;

/** A 404 may be a server that lags behind: only the third one is believed. */
const believedAfter = 3;

/** How soon a 404 is asked again. Milliseconds. */
const askAgainMs = 2_000;

/** What one item came to. */
type Pulled =
  | { item: RecoveryItem; result: 'delivery'; delivery: NewDelivery }
  | { item: RecoveryItem; result: 'end'; end: ItemEnd }
  | { item: RecoveryItem; result: 'later'; failure: Failure; at: Date };
type Failure = Extract<Read<never>, { ok: false }>;

/**
 * Pulls some missing deliveries, oldest first, and puts them into the inbox as if they had arrived, with their tickets.
 * Answers a failure when nothing could be had from GitHub, which is no fault of these deliveries.
 */
export async function pullDeliveries(context: Context, recovery: Recovery, items: RecoveryItem[]): Promise<Failure | undefined> {
  const held = await listHeldGuids(
    context.db,
    items.map((item) => item.guid),
  );
  const pulled = await Promise.all(items.map((item) => (held.has(item.guid) ? arrived(item) : pull(context, item))));
  const failure = judgeTurn(recovery, pulled);
  const kept = failure ? upToFirstFailure(pulled, () => 'all').filter(({ result }) => result !== 'later') : upToFirstFailure(pulled);
  try {
    await store(context, recovery, { pulled: kept, calls: items.length - held.size });
  } catch (error) {
    if (kept.length === 1)
      await postpone(context, kept[0]!.item, { failure: { ok: false, code: 'internal_error', message: describeError(error) } });
    else for (const one of kept) await store(context, recovery, { pulled: [one], calls: 0 });
  }
  return failure;
}

/** How many turns in a row may end because nothing could be pulled; then these deliveries wait alone, and others are tried. */
const patience = 3;

/** Why the turn has to end: GitHub asked to wait, took no credentials, or gave none of several deliveries. */
function judgeTurn(recovery: Recovery, pulled: Pulled[]): Failure | undefined {
  const failures = pulled.flatMap((each) => (each.result === 'later' ? each.failure : []));
  const refused = failures.find((failure) => failure.code !== 'github_unavailable' && failure.code !== 'github_not_found');
  if (refused) return refused;
  const nothing = pulled.length > 1 && failures.length === pulled.length && failures.every(({ code }) => code === 'github_unavailable');
  return nothing && recovery.failures < patience ? failures[0] : undefined;
}

/** What comes behind a failed one of the same lane is left for later, so that the order holds. */
function upToFirstFailure(pulled: Pulled[], laneOf = (item: RecoveryItem) => item.lane): Pulled[] {
  const failed = new Set<string>();
  return pulled.filter(({ item, result }) => {
    const lane = laneOf(item);
    if (failed.has(lane)) return false;
    if (result === 'later') failed.add(lane);
    return true;
  });
}

function arrived(item: RecoveryItem): Pulled {
  return { item, result: 'end', end: { id: item.id, status: 'arrived', code: null, reason: 'it arrived by itself meanwhile' } };
}

function lost(item: RecoveryItem, code: ErrorCode, reason: string): Pulled {
  return { item, result: 'end', end: { id: item.id, status: 'lost', code, reason } };
}

async function pull(context: Context, item: RecoveryItem): Promise<Pulled> {
  const read = await context.recovery.deliveries.read(item.deliveryId);
  if (!read.ok) return judgeFailure(context, item, read);
  const { headers, body } = read.value;
  if (body === undefined) return lost(item, 'delivery_lost', "GitHub's record has no payload of it");
  try {
    return { item, result: 'delivery', delivery: toDelivery(item, { headers, body }) };
  } catch (error) {
    if (!isRepoWatchError(error)) throw error;
    return lost(item, error.code, error.message);
  }
}

function judgeFailure(context: Context, item: RecoveryItem, failure: Failure): Pulled {
  const now = context.clock.now();
  if (failure.code === 'github_not_found') {
    if (item.attempts + 1 >= believedAfter) return lost(item, 'delivery_lost', `GitHub does not have it any more: ${failure.message}`);
    return { item, result: 'later', failure, at: new Date(now.getTime() + askAgainMs) };
  }
  const days = retentionMs(context.host) / 86_400_000;
  if (now.getTime() - item.sentAt.getTime() > retentionMs(context.host) && item.attempts >= believedAfter)
    return lost(item, 'delivery_lost', `GitHub did not hand it out in the ${days} days that it keeps deliveries: ${failure.message}`);
  return { item, result: 'later', failure, at: retryItemAt(now, item.attempts) };
}

/** The delivery as the door would have taken it: same sender and GUID, so that whichever comes second is the known one. */
function toDelivery(item: RecoveryItem, sent: Required<SentDelivery> & { body: Buffer }): NewDelivery {
  const { delivery } = readDeliveryFacts({ event: item.event, guid: item.guid, all: sent.headers }, sent.body);
  const digest = createHash('sha256').update(sent.body).digest('hex');
  return { ...delivery, source: 'recovered', sender: 'app', sentAt: item.sentAt, digest };
}

async function store(context: Context, recovery: Recovery, { pulled, calls }: { pulled: Pulled[]; calls: number }): Promise<void> {
  const deliveries = pulled.flatMap((each) => (each.result === 'delivery' ? each : []));
  const ends = pulled.flatMap((each) => (each.result === 'end' ? each.end : []));
  await transaction(context.db, async (trx) => {
    const ids =
      deliveries.length === 0
        ? []
        : await insertDeliveries(
            trx,
            deliveries.map((each) => each.delivery),
          );
    const settled: ItemEnd[] = deliveries.map(({ item }, index) => {
      const id = ids[index];
      if (id === undefined) return { id: item.id, status: 'arrived', code: null, reason: 'it arrived by itself meanwhile' };
      return { id: item.id, status: 'recovered', code: null, reason: `held as delivery ${id}` };
    });
    const all = [...settled, ...ends];
    await settleItems(trx, all);
    const lanes = deliveries.filter((_, index) => ids[index] !== undefined).map((each) => each.delivery.lane);
    await context.queue.send(trx, 'deliveries', lanes);
    const count = (status: ItemEnd['status']) => all.filter((end) => end.status === status).length;
    const counts = { calls, recovered: count('recovered'), arrived: count('arrived'), lost: count('lost') };
    await countRecovery(trx, recovery.id, { at: context.clock.now(), ...counts });
  });
  for (const each of pulled) {
    if (each.result === 'later') await postpone(context, each.item, each);
    else if (each.result === 'end' && each.end.status === 'lost') await reportLost(context, each.item, each.end.reason);
  }
}

async function postpone(context: Context, item: RecoveryItem, { failure, at }: { failure: Failure; at?: Date }): Promise<void> {
  context.log.warn({ guid: item.guid, code: failure.code, reason: failure.message }, 'A missing delivery could not be pulled yet');
  await postponeItem(context.db, item.id, {
    at: at ?? retryItemAt(context.clock.now(), item.attempts),
    code: failure.code,
    reason: failure.message,
  });
}

async function reportLost(context: Context, item: RecoveryItem, reason: string): Promise<void> {
  await onGap(context, {
    kind: 'lost',
    from: item.sentAt,
    until: item.sentAt,
    reason: `delivery ${item.guid} (${item.event}) is lost, because ${reason}`,
    repositoryGithubId: item.repositoryGithubId ?? undefined,
  });
}

import type { Outcome } from '../core/outcome.ts';
import { failed, ok } from '../core/outcome.ts';
import type { ErrorCode } from '../core/error-catalogue.ts';
import { transaction } from '../db/transaction.ts';
import type { Read } from '../github/ask.ts';
import { beginScan, endScan, ensureRecovery, postponeScan, requestScan, type Recovery } from '../inbox/recoveries.ts';
import { openGap } from '../inbox/recovery-gaps.ts';
import { forgetItems, listDueItems, readMissing } from '../inbox/recovery-items.ts';
import type { Turn } from '../queue/lane-dispatcher.ts';
import type { Context } from './context.ts';
import { takePage } from './list-missing-deliveries.ts';
import { onGap } from './on-recovery-gap.ts';
import { pullDeliveries, pulledAtOnce } from './pull-deliveries.ts';
import { alarmMs, keepItemsMs, retentionMs, retryScanAt } from './recovery-windows.ts';

/** How long one turn may take; the next one goes on where it stopped (handbook A16). Milliseconds. */
const turnMs = 15_000;

/** The lane whose holder scans: one process at a time. */
export function recoveryLane(context: Pick<Context, 'host' | 'recovery'>): string {
  return `recovery:${context.host}:${context.recovery.appId}`;
}

/** The state of the scan; the first call ever says where RepoWatch begins. */
async function readState(context: Context): Promise<Recovery> {
  const now = context.clock.now();
  const { appId, intervalMs } = context.recovery;
  return await ensureRecovery(
    context.db,
    { host: context.host, appId },
    { now, oldest: new Date(now.getTime() - retentionMs(context.host)), nextAt: new Date(now.getTime() + intervalMs) },
  );
}

/** Sends a ticket when a scan is due, or not over. */
export async function wakeRecovery(context: Context): Promise<void> {
  const recovery = await readState(context);
  if (recovery.nextAt <= context.clock.now()) await context.queue.send(context.db, 'sync', [recoveryLane(context)]);
}

/** Asks for a scan now; with `from`, one that goes back to that moment, as far as GitHub's record reaches. */
export async function requestRecovery(context: Context, from: Date | undefined): Promise<Outcome<{ requested: true }, ErrorCode>> {
  const now = context.clock.now();
  if (from !== undefined && from > now) return failed('request_invalid', '`since` lies in the future: name a moment that is over.');
  const recovery = await readState(context);
  const oldest = now.getTime() - retentionMs(context.host);
  await transaction(context.db, async (trx) => {
    await requestScan(trx, recovery.id, { at: now, from: from && new Date(Math.max(from.getTime(), oldest)) });
    await context.queue.send(trx, 'sync', [recoveryLane(context)]);
  });
  return ok({ requested: true });
}

/**
 * The story of what GitHub could not deliver: page back through its record to the mark, write down what is not held, then pull
 * that, oldest first, into the inbox, where everything goes on as for a webhook. Each page and each pull is committed with
 * its place, so that a turn that ends at any instant, also with its process, is gone on with.
 */
export async function recoverDeliveries(context: Context, turn: Turn): Promise<void> {
  let recovery = await readState(context);
  const startedAt = context.clock.now();
  if (recovery.nextAt > startedAt) return;
  await alarmWhenOverdue(context, recovery, startedAt);
  const goesOn = () => !turn.closing.aborted && context.clock.now().getTime() - startedAt.getTime() < turnMs;
  if (recovery.phase === null) recovery = await beginScan(context.db, recovery, startedAt);
  while (recovery.phase === 'listing') {
    if (!goesOn()) return;
    const taken = await takePage(context, recovery);
    recovery = taken.recovery;
    if (taken.failure) return await postpone(context, recovery, taken.failure);
  }
  for (;;) {
    if (!goesOn()) return;
    const items = await listDueItems(context.db, recovery.id, { now: context.clock.now(), limit: pulledAtOnce });
    if (items.length === 0) return await finish(context, recovery);
    const failure = await pullDeliveries(context, recovery, items);
    if (failure) return await postpone(context, recovery, failure);
  }
}

async function finish(context: Context, recovery: Recovery): Promise<void> {
  const at = context.clock.now();
  const missing = await readMissing(context.db, recovery.id);
  const regular = at.getTime() + context.recovery.intervalMs;
  const nextAt = new Date(Math.max(at.getTime(), Math.min(regular, missing.nextAt?.getTime() ?? regular)));
  await endScan(context.db, recovery, { at, nextAt, complete: missing.count === 0 });
  await forgetItems(context.db, recovery.id, new Date(at.getTime() - keepItemsMs));
}

async function postpone(context: Context, recovery: Recovery, failure: Extract<Read<never>, { ok: false }>): Promise<void> {
  const { code, message, retryAt } = failure;
  const nextAt = retryScanAt(context.clock.now(), recovery.failures, { intervalMs: context.recovery.intervalMs, askedFor: retryAt });
  await postponeScan(context.db, recovery, { nextAt, code, message });
  context.log.warn({ code, reason: message, nextAt }, "GitHub's record of deliveries could not be read; the scan goes on later");
}

/** Tells once when no listing reached its end for so long that GitHub will soon forget (handbook A15). */
async function alarmWhenOverdue(context: Context, recovery: Recovery, now: Date): Promise<void> {
  if (now.getTime() - recovery.listedTo.getTime() <= alarmMs) return;
  const hours = Math.round((now.getTime() - recovery.listedTo.getTime()) / 3_600_000);
  const reason = `the record was last read to its end ${hours} hours ago; GitHub keeps it for ${retentionMs(context.host) / 3_600_000}`;
  await transaction(context.db, async (trx) => {
    // Noted once it is told: what is told twice counts once.
    if (!(await openGap(trx, recovery.id, { from: recovery.listedTo, at: now }))) return;
    await onGap(context, { kind: 'overdue', from: recovery.listedTo, until: now, reason, repositoryGithubId: undefined });
  });
}

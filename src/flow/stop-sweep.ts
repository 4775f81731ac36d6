import type { ErrorCode } from '../core/error-catalogue.ts';
import { transaction } from '../db/transaction.ts';
import { suspendInstallation, type Installation } from '../mirror/installation.ts';
import { readSweep, updateSweep } from '../mirror/sweeps.ts';
import type { Context } from './context.ts';
import { sourceOfListing } from './remove-from-mirror.ts';
import { applyStanding } from './suspend.ts';
import { uninstall } from './uninstall.ts';

/** What ends a sweep for now, whichever question it was the answer to: it concerns the whole installation. */
const stopping: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'github_rate_limited',
  'github_budget_spent',
  'github_unauthorized',
  'github_ip_not_allowed',
  'installation_suspended',
  'installation_deleted',
]);

/** How long a sweep rests when nobody says: a minute, then twice as long each time in a row. Milliseconds. */
const restMs = 60_000;

/** However often it was refused, it is tried again after this: somebody may have mended the cause. Milliseconds. */
const longestMs = 16 * 60_000;

/** True for a failure that every further question to this installation would meet, too. */
export function stopsSweep(failure: { code: ErrorCode }): boolean {
  return stopping.has(failure.code);
}

/**
 * Puts the sweep of an installation off until GitHub, or our own budget, lets it go on (handbook D16, E3); nothing sleeps. A
 * suspended or deleted one said so when a token was asked for (handbook B13), and counts as such from here on.
 */
export async function stopSweep(
  context: Context,
  installation: Installation,
  failure: { code: ErrorCode; message: string; retryAt?: Date },
): Promise<void> {
  const now = context.clock.now();
  const { batchFailures } = await readSweep(context.db, installation.id);
  const resumeAt = failure.retryAt ?? new Date(now.getTime() + Math.min(restMs * 2 ** batchFailures, longestMs));
  await updateSweep(context.db, installation.id, { resumeAt, ...(failure.retryAt ? {} : { batchFailures: batchFailures + 1 }) });
  if (failure.code === 'installation_deleted') await uninstall(context, installation, sourceOfListing(now));
  if (failure.code === 'installation_suspended') {
    await transaction(context.db, async (trx) => {
      await suspendInstallation(trx, installation.id, now);
      await applyStanding(context, trx, { id: installation.id, before: installation.suspendedAt, after: now });
    });
  }
  context.log.info(
    { installation: installation.login, code: failure.code, reason: failure.message, again: resumeAt.toISOString() },
    'The sweep of an installation rests',
  );
}

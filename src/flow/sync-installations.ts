import { installationLane } from '../inbox/lane.ts';
import { transaction } from '../db/transaction.ts';
import { listUnlistedInstallations } from '../mirror/installation.ts';
import { requestListings } from '../mirror/sweeps.ts';
import type { Context } from './context.ts';
import { takeInstallation } from './sync-installation.ts';

/**
 * Asks GitHub for all installations of the App, so that those made or removed while nobody listened are known too (handbook
 * B12). One that is missing from the list is only a candidate: asking for its token tells whether it is gone (handbook B13).
 * Answers whether the list could be read.
 */
export async function syncInstallations(context: Context): Promise<boolean> {
  const startedAt = context.clock.now();
  const listing = await context.reader.listInstallations();
  if (!listing.ok) {
    context.log.warn(
      { code: listing.code, reason: listing.message },
      'The installations could not be listed; they are learned from deliveries until the next try',
    );
    return false;
  }
  await transaction(context.db, async (trx) => {
    const listed = listing.value.map((installation) => installation.github_id);
    const missing = await listUnlistedInstallations(trx, context.host, { githubIds: listed, before: startedAt });
    const active: string[] = [];
    for (const facts of listing.value) {
      const allowed = await takeInstallation(context, trx, { facts, askedAt: startedAt });
      if (allowed && facts.suspended_at === null && facts.account.type !== 'Enterprise') active.push(facts.github_id);
    }
    const asked = await requestListings(trx, { host: context.host, githubIds: active }, context.clock.now());
    await context.queue.send(trx, 'sweeps', asked.map(installationLane));
    await context.queue.send(trx, 'sync', missing.map(installationLane));
    context.log.info({ installations: listed.length, missing: missing.length }, 'The installations were listed');
  });
  return true;
}

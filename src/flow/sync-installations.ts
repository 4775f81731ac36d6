import { installationLane } from '../inbox/lane.ts';
import { transaction } from '../db/transaction.ts';
import { listUnlistedInstallations, upsertInstallation } from '../mirror/installation.ts';
import type { Context } from './context.ts';

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
    for (const installation of listing.value) await upsertInstallation(trx, context.host, installation);
    const active = listing.value.filter((installation) => installation.suspended_at === null && installation.account.type !== 'Enterprise');
    const asked = [...active.map((installation) => installation.github_id), ...missing];
    await context.queue.send(trx, 'sync', asked.map(installationLane));
    context.log.info({ installations: listed.length, missing: missing.length }, 'The installations were listed');
  });
  return true;
}

import { installationLane } from '../inbox/lane.ts';
import { transaction } from '../db/transaction.ts';
import { upsertInstallation } from '../mirror/installation.ts';
import type { Context } from './context.ts';

/** Asks GitHub for all installations of the App, so that one that was made while nobody listened is known too (handbook B12). */
export async function syncInstallations(context: Context): Promise<void> {
  const listing = await context.reader.listInstallations();
  if (!listing.ok) {
    context.log.warn({ code: listing.code, reason: listing.message }, 'The installations could not be listed; they are learned from deliveries until the next try');
    return;
  }
  await transaction(context.db, async (trx) => {
    for (const installation of listing.value) await upsertInstallation(trx, context.host, installation);
    const active = listing.value.filter((installation) => installation.suspended_at === null && installation.account.type !== 'Enterprise');
    await context.queue.send(trx, 'sync', active.map((installation) => installationLane(installation.github_id)));
  });
  context.log.info({ installations: listing.value.length }, 'The installations were listed');
}

import { installationLane } from '../inbox/lane.ts';
import { transaction } from '../db/transaction.ts';
import { deleteInstallation, listUnlistedInstallations, upsertInstallation } from '../mirror/installation.ts';
import type { Context } from './context.ts';

/** Asks GitHub for all installations of the App, so that those made or removed while nobody listened are known too (handbook B12). */
export async function syncInstallations(context: Context): Promise<void> {
  const startedAt = context.clock.now();
  const listing = await context.reader.listInstallations();
  if (!listing.ok) {
    context.log.warn(
      { code: listing.code, reason: listing.message },
      'The installations could not be listed; they are learned from deliveries until the next try',
    );
    return;
  }
  const gone = await transaction(context.db, async (trx) => {
    const githubIds = listing.value.map((installation) => installation.github_id);
    const unlisted = await listUnlistedInstallations(trx, context.host, { githubIds, before: startedAt });
    for (const id of unlisted) await deleteInstallation(trx, id);
    for (const installation of listing.value) await upsertInstallation(trx, context.host, installation);
    const active = listing.value.filter((installation) => installation.suspended_at === null && installation.account.type !== 'Enterprise');
    await context.queue.send(
      trx,
      'sync',
      active.map((installation) => installationLane(installation.github_id)),
    );
    return unlisted.length;
  });
  context.log.info({ installations: listing.value.length, gone }, 'The installations were listed');
}

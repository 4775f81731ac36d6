import { installationLane } from '../inbox/lane.ts';
import type { ErrorCode } from '../core/error-catalogue.ts';
import type { Db } from '../db/connect.ts';
import { transaction } from '../db/transaction.ts';
import type { InstallationFacts } from '../github/translation.ts';
import { renameOwner } from '../mirror/account.ts';
import { findInstallation, upsertInstallation, type Installation } from '../mirror/installation.ts';
import { recordListing } from '../mirror/installation-health.ts';
import { requestListings } from '../mirror/sweeps.ts';
import type { Context } from './context.ts';
import { refreshPending } from './refresh-pending.ts';
import { sourceOfListing } from './remove-from-mirror.ts';
import { applyStanding } from './suspend.ts';
import { uninstall } from './uninstall.ts';

/**
 * Asks GitHub what an installation is now, believes that, and asks for the listing of its repositories (handbook B4, B12): events
 * come late and in any order, the answer to a question is of now. One that is left out or switched off is not listed.
 */
export async function syncInstallation(context: Context, githubId: string): Promise<void> {
  const installation = await findInstallation(context.db, context.host, githubId);
  if (!installation) return;
  // Without the operator's leave nothing is asked about it that needs a token; what it is can be read as the App.
  const askedAt = context.clock.now();
  const answer = await context.reader.as('sweep').getInstallation(githubId);
  if (!answer.ok) return await applyRefusal(context, installation, { ...answer, askedAt });
  const facts = answer.value;
  const allowed = await transaction(context.db, (trx) => takeInstallation(context, trx, { facts, askedAt }));
  if (!allowed || !installation.enabled || facts.suspended_at !== null) return;
  // Its token was made with the permissions of then.
  if (isOther(installation.permissions, facts.permissions)) await context.reader.renewToken(githubId);
  // An Enterprise has no repositories (handbook B11).
  if (facts.account.type === 'Enterprise') await recordListing(context.db, installation.id, null);
  else await askForListing(context, githubId);
}

function isOther(before: Record<string, string>, after: Record<string, string>): boolean {
  const text = (permissions: Record<string, string>) =>
    JSON.stringify(
      Object.keys(permissions)
        .sort()
        .map((name) => [name, permissions[name]]),
    );
  return text(before) !== text(after);
}

/** Has the repositories of an installation listed soon. */
async function askForListing(context: Context, githubId: string): Promise<void> {
  await transaction(context.db, async (trx) => {
    const listed = await requestListings(trx, { host: context.host, githubIds: [githubId] }, context.clock.now());
    await context.queue.send(
      trx,
      'sweeps',
      listed.map((id) => installationLane(id)),
    );
  });
}

/** Writes down what GitHub answered about an installation, with all that follows from it. Answers whether the operator allows it. */
export async function takeInstallation(context: Context, trx: Db, answer: { facts: InstallationFacts; askedAt: Date }): Promise<boolean> {
  const { facts, askedAt } = answer;
  const before = await findInstallation(trx, context.host, facts.github_id);
  const allowed = context.isAllowed(facts.account);
  const { id } = await upsertInstallation(trx, { host: context.host, allowed, askedAt }, facts);
  if (before !== undefined && before.login !== facts.account.login) await renameOwner(trx, context.host, facts.account);
  await applyStanding(context, trx, { id, before: before?.suspendedAt, after: facts.suspended_at });
  await refreshPending(context, trx, [id]);
  return allowed;
}

/** A deleted or suspended installation says so (handbook B13); about anything else GitHub is asked again. */
async function applyRefusal(
  context: Context,
  installation: Installation,
  failure: { code: ErrorCode; message: string; askedAt: Date },
): Promise<void> {
  const { code, message, askedAt } = failure;
  if (code === 'github_not_found' || code === 'installation_deleted') {
    const removed = await uninstall(context, installation, sourceOfListing(askedAt));
    context.log.info({ installation: installation.login, removed }, 'An installation is gone');
    return;
  }
  context.log.warn({ installation: installation.login, code, reason: message }, 'GitHub did not say what an installation is now');
  // Its listing tells as well, and is tried again until it comes.
  if (installation.deletedAt === null) await askForListing(context, installation.githubId);
}

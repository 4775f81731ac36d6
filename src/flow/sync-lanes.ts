import { catalogue } from '../core/error-catalogue.ts';
import { githubIdOfLane, repositoryLane } from '../inbox/lane.ts';
import { transaction } from '../db/transaction.ts';
import { deleteInstallation, findInstallation, recordListing, suspendInstallation, type Installation } from '../mirror/installation.ts';
import { findRepositories, removeUnlistedRepositories, upsertRepositories, type Repository } from '../mirror/repository.ts';
import type { LaneService, Turn } from '../queue/lane-dispatcher.ts';
import { refuseRepository } from './admit-delivery.ts';
import type { Context } from './context.ts';
import { reconcileRepository } from './reconcile-repository.ts';
import { recoverDeliveries, recoveryLane } from './recover-deliveries.ts';
import { syncConfig } from './sync-config.ts';

/** Serves what has to be asked of GitHub apart from deliveries: listings, baselines, configurations, comparisons, its record of deliveries. */
export function createSyncService(context: Context): LaneService {
  return { prefix: 'sync', groupSize: 8, maxLanes: 8, serveAlone: (lane, turn) => serveLane(context, lane, turn) };
}

async function serveLane(context: Context, lane: string, turn: Turn): Promise<void> {
  if (lane === recoveryLane(context)) return await recoverDeliveries(context, turn);
  const installationId = githubIdOfLane(lane, 'inst');
  if (installationId !== undefined) await syncInstallation(context, installationId);
  const repositoryId = githubIdOfLane(lane, 'repo');
  if (repositoryId !== undefined) await syncRepository(context, repositoryId);
}

/** Does for a repository what is due: its baseline at first sight, its configuration, its comparison. */
async function syncRepository(context: Context, githubId: string): Promise<void> {
  const read = async () => (await findRepositories(context.db, context.host, [githubId])).get(githubId);
  const repository = await read();
  if (!repository || refuseRepository(repository) !== undefined || repository.disabled) return;
  const now = context.clock.now();
  const configDue = repository.configStatus === 'unknown' || (repository.configDueAt !== null && repository.configDueAt <= now);
  if (configDue) await syncConfig(context, repository);
  if (repository.reconcileDueAt > now) return;
  const current: Repository | undefined = configDue ? await read() : repository;
  if (current) await reconcileRepository(context, current);
}

/** Reads the complete list of an installation's repositories, which is the truth: what it does not show is removed (handbook B4, B12). */
async function syncInstallation(context: Context, githubId: string): Promise<void> {
  const installation = await findInstallation(context.db, context.host, githubId);
  if (!installation || installation.deletedAt || installation.suspendedAt) return;
  const startedAt = context.clock.now();
  const listing = await context.reader.listInstallationRepositories(githubId);
  if (!listing.ok) {
    await recordRefusal(context, installation, listing);
    return;
  }
  const lanes = await transaction(context.db, async (trx) => {
    await upsertRepositories(trx, { host: context.host, installationId: installation.id }, listing.value);
    const githubIds = listing.value.map((repository) => repository.github_id);
    const removed = await removeUnlistedRepositories(trx, installation.id, { githubIds, before: startedAt });
    await recordListing(trx, installation.id, null);
    context.log.info({ installation: installation.login, repositories: githubIds.length, removed }, 'An installation was listed');
    const rows = await findRepositories(trx, context.host, githubIds);
    return [...rows.values()]
      .filter((row) => row.baselineAt === null || row.configStatus === 'unknown')
      .map((row) => repositoryLane(row.githubId));
  });
  await context.queue.send(context.db, 'sync', lanes);
}

/** A suspended or deleted installation says so when a token is asked for (handbook B13); anything else is noted and tried again. */
async function recordRefusal(
  context: Context,
  installation: Installation,
  failure: { code: keyof typeof catalogue; message: string },
): Promise<void> {
  if (failure.code === 'installation_suspended') await suspendInstallation(context.db, installation.id, context.clock.now());
  else if (failure.code === 'installation_deleted') await deleteInstallation(context.db, installation.id);
  else await recordListing(context.db, installation.id, `${failure.code}: ${failure.message}`);
  context.log.warn({ installation: installation.login, code: failure.code }, 'An installation could not be listed');
}

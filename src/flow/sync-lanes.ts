import { githubIdOfLane } from '../inbox/lane.ts';
import { findRepositories, type Repository } from '../mirror/repository.ts';
import { countWaiting } from '../mirror/swept-repositories.ts';
import type { LaneService, Turn } from '../queue/lane-dispatcher.ts';
import type { Context } from './context.ts';
import { reconcileRepository } from './reconcile-repository.ts';
import { recoverDeliveries, recoveryLane } from './recover-deliveries.ts';
import { refuseRepository } from './refuse.ts';
import { fewAtOnce } from './sweep-installation.ts';
import { syncConfig } from './sync-config.ts';
import { syncFacts } from './sync-facts.ts';
import { syncInstallation } from './sync-installation.ts';
import { syncMembers } from './sync-members.ts';

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
  const found = await read();
  if (!found || refuseRepository(found) !== undefined || found.blocked) return;
  const now = context.clock.now();
  const repository = found.factsDueAt !== null && found.factsDueAt <= now ? await syncFacts(context, found) : found;
  if (!repository || refuseRepository(repository) !== undefined || repository.disabled) return;
  const configDue = repository.configStatus === 'unknown' || (repository.configDueAt !== null && repository.configDueAt <= now);
  // Nobody waits for it as for a push that changes it: while GitHub asks for a pause, it can wait.
  if (configDue) await syncConfig({ ...context, reader: context.reader.as('actions') }, repository);
  await syncMembers(context, repository);
  if (repository.reconcileDueAt > now) return;
  const current: Repository | undefined = configDue ? await read() : repository;
  if (current && !(await isOneOfMany(context, current))) await reconcileRepository(context, current);
}

/**
 * True for one of many that are due: the sweep reads those in batches, or clears them, for a fraction of the requests. Whom a
 * person or a hint named is compared at once.
 */
async function isOneOfMany(context: Context, repository: Repository): Promise<boolean> {
  const now = context.clock.now();
  const isNew = repository.baselineAt === null;
  if (!isNew && repository.refsDueAt <= now) return false;
  const wanted = { for: isNew ? ('urgent refs' as const) : ('look' as const), at: now, limit: fewAtOnce + 1 };
  return (await countWaiting(context.db, repository.installationId, wanted)) > fewAtOnce;
}

import { transaction } from '../db/transaction.ts';
import type { Translation } from '../github/translation.ts';
import { findHomeRepository } from '../mirror/home-repository.ts';
import type { Repository } from '../mirror/repository.ts';
import { applyInstallation, type InstallationApplied } from './apply-installation.ts';
import type { Context } from './context.ts';
import { readAgain } from './ensure-repository.ts';
import { recordChange, type Recorded } from './record-change.ts';
import type { Source } from './remove-from-mirror.ts';
import { syncConfig } from './sync-config.ts';
import { toInstallationChange } from './to-installation-change.ts';

type InstallationTranslation = Extract<Translation, { result: 'installation' }>;

/**
 * Takes in what an installation event says, and tells it to the watches of the owner's `.github` repository, which is the home of
 * what concerns no single repository. When that is not tracked, only the delivery tells of it, and says so.
 */
export async function tellInstallation(
  context: Context,
  translation: InstallationTranslation,
  source: Source,
): Promise<InstallationApplied> {
  const githubId = translation.installation.github_id;
  // Looked up before: an event can be about its end.
  const before = await findHomeRepository(context.db, context.host, githubId);
  const applied = await applyInstallation(context, translation, source);
  if (applied.code !== 'state_updated') return applied;
  const home = before ?? (await findHomeRepository(context.db, context.host, githubId));
  if (!home) return { ...applied, reason: `${applied.reason}; the owner has no tracked .github repository whose watches could be asked` };
  const recorded = await record(context, { home: await withConfig(context, home), translation, source });
  const told = recorded ? `recorded as change ${recorded.changeId} of ${home.fullName}` : `recorded before as a change of ${home.fullName}`;
  return { ...applied, reason: `${applied.reason}; ${told}` };
}

/** A configuration that was never read is read now; when that fails, the change waits for its watches. */
async function withConfig(context: Context, home: Repository): Promise<Repository> {
  if (home.configStatus !== 'unknown') return home;
  await syncConfig(context, home);
  return await readAgain(context, home);
}

async function record(
  context: Context,
  news: { home: Repository; translation: InstallationTranslation; source: Source },
): Promise<Recorded | undefined> {
  const { home, translation, source } = news;
  const { type, data } = toInstallationChange(translation);
  const { actor, origin, deliveryId, at, event } = source;
  return await transaction(context.db, (trx) =>
    recordChange(context, trx, {
      repository: home,
      type,
      data,
      actor,
      meaning: `${type}:${meaningOf(translation) ?? source.key}`,
      origin,
      deliveryId,
      at,
      event,
    }),
  );
}

/** An installation begins and ends once, under its id; a suspension has its time. The rest has neither, so its delivery's GUID stands for it. */
function meaningOf({ action, installation }: InstallationTranslation): string | undefined {
  const { github_id: id, suspended_at: suspendedAt } = installation;
  if (action === 'created' || action === 'deleted') return id;
  return action === 'suspend' && suspendedAt ? `${id}:${suspendedAt.toISOString()}` : undefined;
}

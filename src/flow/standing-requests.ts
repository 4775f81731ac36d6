import type { ErrorCode } from '../core/error-catalogue.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { transaction } from '../db/transaction.ts';
import { installationLane, repositoryLane } from '../inbox/lane.ts';
import { lockInstallation, resumeRepositories, setInstallationEnabled } from '../mirror/installation.ts';
import { purgeInstallation as purge, type Purged } from '../mirror/purge-installation.ts';
import { makeConfigDue } from '../mirror/config-due.ts';
import { setRepositoryEnabled } from '../mirror/repository.ts';
import { confirmSecretsOwner as confirm } from '../vault/frozen-secrets.ts';
import type { Context } from './context.ts';

/** Switches a repository on or off; switched on, what happened meanwhile is found by comparing. */
export async function switchRepository(context: Context, id: string, enabled: boolean): Promise<Outcome<unknown, ErrorCode>> {
  return await transaction(context.db, async (trx) => {
    const githubId = await setRepositoryEnabled(trx, id, enabled);
    if (githubId === undefined) return failed('not_found', `There is no repository ${id}.`);
    await context.queue.send(trx, 'sync', enabled ? [repositoryLane(githubId)] : []);
    return ok({});
  });
}

/** Switches an installation on or off; switched on, it is listed and compared as after a suspension. */
export async function switchInstallation(context: Context, id: string, enabled: boolean): Promise<Outcome<unknown, ErrorCode>> {
  return await transaction(context.db, async (trx) => {
    const standing = await lockInstallation(trx, id);
    if (!standing) return failed('not_found', `There is no installation ${id}.`);
    await setInstallationEnabled(trx, id, enabled);
    if (enabled) await resumeRepositories(trx, id);
    await context.queue.send(trx, 'sync', enabled ? [installationLane(standing.githubId)] : []);
    return ok({});
  });
}

/** Gives a repository's secrets to its present owner, because an admin says that they are meant for it. */
export async function confirmSecretsOwner(context: Context, repositoryId: string): Promise<Outcome<{ confirmed: number }, ErrorCode>> {
  const confirmed = await confirm(context.db, repositoryId);
  context.log.info({ repository: repositoryId, confirmed }, 'An admin confirmed the owner of secrets');
  return ok({ confirmed });
}

/** Has the configuration of a repository read again now, whatever is known of it. */
export async function recheckConfig(context: Context, repositoryId: string): Promise<Outcome<{ requested: true }, ErrorCode>> {
  return await transaction(context.db, async (trx) => {
    const githubId = await makeConfigDue(trx, repositoryId, context.clock.now());
    if (githubId === undefined)
      return failed(
        'conflict',
        'The configuration of this repository cannot be read: it was removed, switched off, or its installation is suspended or gone.',
      );
    await context.queue.send(trx, 'sync', [repositoryLane(githubId)]);
    return ok({ requested: true as const });
  });
}

/** Deletes for good what is kept of an installation that is gone. */
export async function purgeInstallation(context: Context, id: string): Promise<Outcome<Purged, ErrorCode>> {
  return await transaction(context.db, async (trx) => {
    const standing = await lockInstallation(trx, id);
    if (!standing) return failed('not_found', `There is no installation ${id}.`);
    if (standing.deletedAt === null)
      return failed(
        'conflict',
        `The App is installed on ${standing.login}: only what is kept of a deleted installation can be purged. Uninstall it on GitHub first.`,
      );
    const purged = await purge(trx, id);
    context.log.info({ installation: standing.login, ...purged }, 'What was kept of an installation was deleted for good');
    return ok(purged);
  });
}

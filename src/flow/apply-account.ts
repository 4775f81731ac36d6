import { installationLane } from '../inbox/lane.ts';
import { transaction } from '../db/transaction.ts';
import type { Translation } from '../github/translation.ts';
import { listInstallationsOfAccount } from '../mirror/installation.ts';
import { renameOwner } from '../mirror/account.ts';
import type { Context } from './context.ts';
import type { InstallationApplied } from './apply-installation.ts';
import type { Source } from './remove-from-mirror.ts';
import { uninstall } from './uninstall.ts';

type AccountTranslation = Extract<Translation, { result: 'account' }>;

/**
 * An account has another login, or is gone (handbook B10). A login has no time, so GitHub is asked afterwards, and its answer
 * decides between renames that came in the wrong order.
 */
export async function applyAccount(context: Context, translation: AccountTranslation, source: Source): Promise<InstallationApplied> {
  const { account, action, from } = translation;
  const installations = await listInstallationsOfAccount(context.db, context.host, account.github_id);
  if (action === 'deleted') {
    for (const installation of installations) await uninstall(context, installation, source);
    return { code: 'state_updated', reason: `the organisation ${account.login} was deleted, and with it its installation` };
  }
  const renamed = await transaction(context.db, async (trx) => {
    const repositories = await renameOwner(trx, context.host, account);
    await context.queue.send(
      trx,
      'sync',
      installations.map((installation) => installationLane(installation.githubId)),
    );
    return repositories;
  });
  const before = from === null ? '' : ` (before: ${from})`;
  return { code: 'state_updated', reason: `the account is called ${account.login} now${before}; ${renamed} repositories have new names` };
}

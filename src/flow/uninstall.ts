import { transaction } from '../db/transaction.ts';
import { forgetTokens } from '../github/token-rows.ts';
import { findInstallation, markDeleted, type Installation } from '../mirror/installation.ts';
import { failOpenRuns } from '../runs/fail-open-runs.ts';
import type { Context } from './context.ts';
import { removeFromMirror, type Source } from './remove-from-mirror.ts';

/** Why runs of an installation that is gone end. */
const gone = {
  code: 'installation_deleted',
  message: 'The App was uninstalled from this account before the run was over. Install it again and replay the run.',
} as const;

/**
 * The App is gone from an account: its open runs end, then the watches of its repositories are asked a last time, and all of it
 * is removed, softly. Interrupted half-way, it goes on where it was. Answers how many repositories went.
 */
export async function uninstall(context: Context, installation: Pick<Installation, 'id' | 'githubId'>, source: Source): Promise<number> {
  await transaction(context.db, async (trx) => {
    const known = await findInstallation(trx, context.host, installation.githubId);
    // Only once: the runs that begin from here on are the last words of what is removed.
    if (known?.deletedAt === null) await failOpenRuns(trx, installation.id, gone);
    await markDeleted(trx, installation.id);
    await forgetTokens(trx, installation.id);
  });
  return await removeFromMirror(context, {
    installationId: installation.id,
    which: { all: true },
    departure: 'app_uninstalled',
    reason: 'the App was uninstalled',
    source,
  });
}

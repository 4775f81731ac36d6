import type { Db } from '../db/connect.ts';
import { forgetTokens } from '../github/token-rows.ts';
import { resumeRepositories } from '../mirror/installation.ts';
import { failOpenRuns } from '../runs/fail-open-runs.ts';
import type { Context } from './context.ts';

const suspended = {
  code: 'installation_suspended',
  message: 'The installation was suspended before the run was over. Its owner can resume it on GitHub; then the run can be replayed.',
} as const;

/**
 * What a change of an installation's standing means for its work: suspended, its open runs end; resumed, all of it is compared with
 * GitHub, and what is found counts as found late (`catch_up`), never as if it happened now (handbook B14).
 */
export async function applyStanding(
  context: Context,
  trx: Db,
  standing: { id: string; before: Date | null | undefined; after: Date | null },
): Promise<void> {
  const { id, before, after } = standing;
  if (after !== null && !before) {
    await forgetTokens(trx, id);
    const ended = await failOpenRuns(trx, id, suspended);
    if (ended > 0) context.log.warn({ installation: id, runs: ended }, 'Runs ended because their installation was suspended');
  }
  if (after === null && before) await resumeRepositories(trx, id);
}

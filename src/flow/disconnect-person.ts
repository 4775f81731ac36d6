import { transaction } from '../db/transaction.ts';
import { deleteUserTokens } from '../github/user-token-rows.ts';
import { revokeTokensOf } from '../people/api-tokens.ts';
import { recordAudit } from '../people/audit.ts';
import { disconnectGithubUser } from '../people/github-users.ts';
import { deleteSessionsOf } from '../people/sessions.ts';
import type { Context } from './context.ts';

/** Notes that a person took back what they had allowed: their sessions, tokens, and what GitHub gave for them end (handbook I11). Answers a sentence for the delivery. */
export async function disconnectPerson({ db, host }: Context, user: { github_id: string; login: string }): Promise<string> {
  const known = await transaction(db, async (trx) => {
    const id = await disconnectGithubUser(trx, host, user.github_id);
    if (id === undefined) return false;
    const sessions = await deleteSessionsOf(trx, id);
    const tokens = await revokeTokensOf(trx, id);
    await deleteUserTokens(trx, id);
    await recordAudit(trx, {
      by: undefined,
      action: 'user.disconnected',
      target: { kind: 'user', id, name: user.login },
      installationId: null,
      after: { sessions_ended: sessions, tokens_revoked: tokens },
    });
    return true;
  });
  return known ? `${user.login} is not connected any more; installations stay as they are` : `${user.login} was not connected`;
}

import { transaction } from '../db/transaction.ts';
import { deleteUserTokens, takeUserToken } from '../github/user-token-rows.ts';
import { revokeTokensOf } from '../people/api-tokens.ts';
import { recordAudit } from '../people/audit.ts';
import { disconnectGithubUser } from '../people/github-users.ts';
import { deleteSessionsOf } from '../people/sessions.ts';
import type { Requester } from '../people/requester.ts';
import type { Context } from './context.ts';
import type { SignInTools } from './sign-in.ts';

/** Notes that a person took back what they had allowed: their sessions, tokens, and what GitHub gave for them end (handbook I11). Answers a sentence for the delivery. */
export async function disconnectPerson(
  { db, host }: Context,
  user: { github_id: string; login: string },
  asked?: { by: Requester; requestId: string },
): Promise<string> {
  const known = await transaction(db, async (trx) => {
    const id = await disconnectGithubUser(trx, host, user.github_id);
    if (id === undefined) return false;
    const sessions = await deleteSessionsOf(trx, id);
    const tokens = await revokeTokensOf(trx, id);
    await deleteUserTokens(trx, id);
    await recordAudit(trx, {
      by: asked?.by,
      requestId: asked?.requestId,
      action: 'user.disconnected',
      target: { kind: 'user', id, name: user.login },
      installationId: null,
      after: { sessions_ended: sessions, tokens_revoked: tokens },
    });
    return true;
  });
  return known ? `${user.login} is not connected any more; installations stay as they are` : `${user.login} was not connected`;
}

/** A person ends their connection from here: GitHub is told to forget it, and whether it could be told or not, everything ends here. */
export async function disconnectOneself(
  context: Context,
  tools: SignInTools,
  { user, ...asked }: { user: { userId: string; githubId: string; login: string }; by: Requester; requestId: string },
): Promise<{ toldGitHub: boolean }> {
  const { userId, githubId, login } = user;
  const access = await takeUserToken(context.db, { ring: tools.keyRing, refresh: (text) => tools.signIn.refresh(text) }, userId);
  const told = access.ok && (await tools.signIn.revoke(access.value)).ok;
  await disconnectPerson(context, { github_id: githubId, login }, asked);
  return { toldGitHub: told };
}

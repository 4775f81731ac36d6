import type { ErrorCode } from '../core/error-catalogue.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { transaction } from '../db/transaction.ts';
import { storeUserTokens, takeUserToken } from '../github/user-token-rows.ts';
import type { ProvenUser, UserSignIn } from '../github/user-sign-in.ts';
import type { Read } from '../github/ask.ts';
import type { SeenInstallation } from '../github/user-client.ts';
import { listInstalledBy } from '../mirror/list-installed-by.ts';
import { recordAudit } from '../people/audit.ts';
import { connectGithubUser, type KnownUser } from '../people/github-users.ts';
import { claimListing, noteAccessError, replaceAccess, type ListedAccess } from '../people/user-access.ts';
import type { KeyRing } from '../vault/key-ring.ts';
import type { Context } from './context.ts';

/** What signing in works with, beside the context. */
export interface SignInTools {
  signIn: UserSignIn;
  keyRing: KeyRing;
}

/** How old GitHub's word about what a person sees may be, before they are asked about again (handbook I13). Milliseconds. */
const freshMs = 5 * 60 * 1000;

/** Takes in a person who proved to GitHub who they are, with what GitHub shows them: installations that nobody had claimed are theirs from now on. */
export async function takeInUser(
  context: Context,
  tools: SignInTools,
  user: ProvenUser,
): Promise<{ userId: string; seen: Read<SeenInstallation[]> }> {
  const { db, host } = context;
  const { tokens, ...profile } = user;
  const userId = await transaction(db, async (trx) => {
    const id = await connectGithubUser(trx, host, profile);
    await storeUserTokens(trx, tools.keyRing, { userId: id, tokens });
    await recordAudit(trx, {
      by: { kind: 'user', id, login: profile.login },
      action: 'user.signed_in',
      target: { kind: 'user', id, name: profile.login },
      installationId: null,
    });
    return id;
  });
  const seen = await tools.signIn.listSeen({ githubId: profile.githubId, access: tokens.access });
  await keepAccess(context, { userId, githubId: profile.githubId }, seen);
  return { userId, seen };
}

/** Has GitHub asked again what a person sees, when its last word is old. What was known counts on while GitHub cannot be asked. */
export async function refreshAccess(context: Context, tools: SignInTools, user: KnownUser): Promise<void> {
  const age = context.clock.now().getTime() - (user.accessListedAt?.getTime() ?? 0);
  if (age < freshMs || !(await claimListing(context.db, user.id))) return;
  const access = await takeUserToken(context.db, { ring: tools.keyRing, refresh: (text) => tools.signIn.refresh(text) }, user.id);
  const seen: Read<SeenInstallation[]> = access.ok
    ? await tools.signIn.listSeen({ githubId: user.githubId, access: access.value })
    : failed(access.code, access.message);
  await keepAccess(context, { userId: user.id, githubId: user.githubId }, seen);
}

async function keepAccess(context: Context, user: { userId: string; githubId: string }, seen: Read<SeenInstallation[]>): Promise<void> {
  const { db, host, log } = context;
  if (!seen.ok) {
    log.warn({ user: user.userId, code: seen.code }, 'GitHub could not be asked what a person sees');
    await noteAccessError(db, user.userId, seen.message);
    return;
  }
  const installed = await listInstalledBy(db, host, user.githubId);
  const listed = seen.value.map((each) => toListed(each, installed));
  await transaction(db, (trx) => replaceAccess(trx, user.userId, listed));
}

/** Where GitHub does not say who owns an organisation, whoever installed the App there and still administers a repository counts. */
function toListed({ githubId, owns, repositories }: SeenInstallation, installed: ReadonlySet<string>): ListedAccess {
  const manages = owns ?? (installed.has(githubId) && repositories.some(({ permission }) => permission === 'admin'));
  return { githubId, manages, repositories };
}

/** Finds the person of a device that has typed in its code on GitHub. */
export async function finishDevice(
  context: Context,
  tools: SignInTools,
  deviceCode: string,
): Promise<Outcome<{ userId: string; login: string }, ErrorCode>> {
  const proven = await tools.signIn.proveDevice(deviceCode);
  if (!proven.ok) return toRefusal(proven);
  const { userId } = await takeInUser(context, tools, proven.value);
  return ok({ userId, login: proven.value.login });
}

/** Finds the person of a browser that came back from GitHub. */
export async function finishSignIn(
  context: Context,
  tools: SignInTools,
  given: { code: string; verifier: string; redirectUri: string },
): Promise<Outcome<{ userId: string; login: string }, ErrorCode>> {
  const proven = await tools.signIn.prove(given);
  if (!proven.ok) return toRefusal(proven);
  const { userId } = await takeInUser(context, tools, proven.value);
  return ok({ userId, login: proven.value.login });
}

function toRefusal(failure: { code: ErrorCode; message: string; details?: unknown }): Outcome<never, ErrorCode> {
  const code = failure.code === 'github_refused' ? 'sign_in_refused' : failure.code;
  return failed(code, failure.message, failure.details);
}

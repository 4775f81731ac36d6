import type { AppFacts, InstallationRequest } from '../github/app-facts.ts';
import type { InstallationFacts } from '../github/translation.ts';
import { confirmIntent, findIntent, requestIntent, type InstallationIntent } from '../mirror/installation-intents.ts';
import { readReturnPath, type SetupTools } from './begin-installation.ts';
import type { Context } from './context.ts';
import { takeInUser } from './sign-in.ts';

/** What GitHub's redirect carries. Everything in it can be made up by anybody (handbook I6). */
export interface SetupClaim {
  installationId: string | undefined;
  action: 'install' | 'update' | 'request' | undefined;
  state: string | undefined;
  /** A code of the sign-in, begun here (with its verifier and address) or by GitHub. */
  code?: { text: string; verifier?: string | undefined; redirectUri?: string | undefined } | undefined;
}

/** Why a state leads nowhere. */
export type StateProblem = 'unknown' | 'expired' | 'used' | 'replaced' | 'cancelled';

/** What somebody who comes back is shown. Accounts are named only to people whom GitHub shows them to. */
export type SetupReturn =
  | { result: 'redirect'; to: string }
  | { result: 'installed'; login: string; account: string | null; state: StateProblem | undefined }
  | { result: 'not_listed'; login: string; state: StateProblem | undefined }
  /** `exists` is GitHub's word on the claimed id; undefined when GitHub could not be asked. */
  | { result: 'claimed'; exists: boolean | undefined; state: StateProblem | undefined }
  | { result: 'requested'; accounts: string[]; returnTo: string | null; state: StateProblem | undefined }
  | { result: 'nothing_named'; returnTo: string | null; state: StateProblem | undefined }
  | { result: 'refused'; message: string };

/** A person who came back and proved who they are, and whether GitHub shows them the installation that was named (handbook I6). */
interface ReturnedUser {
  githubId: string;
  login: string;
  seesInstallation: boolean;
}

/** How long an owner may take to approve. Milliseconds. */
const approvalMs = 30 * 24 * 60 * 60 * 1000;
/** How much earlier than the intent an installation may be made by GitHub's clock. Milliseconds. */
const clockToleranceMs = 5 * 60 * 1000;

/** Says what to show to somebody whom GitHub sent back, and binds only what GitHub itself confirms (handbook I6-I8, features R009). */
export async function returnFromSetup(context: Context, tools: SetupTools, claim: SetupClaim): Promise<SetupReturn> {
  const { intent, problem } = await readState(context, tools, claim.state);
  if (claim.code !== undefined && tools.people !== undefined) {
    const { text, verifier, redirectUri } = claim.code;
    const proven = await tools.people.signIn.prove({ code: text, verifier, redirectUri });
    if (!proven.ok) return { result: 'refused', message: proven.message };
    const { githubId, login } = proven.value;
    const { seen } = await takeInUser(context, tools.people, proven.value);
    if (!seen.ok) return { result: 'refused', message: seen.message };
    const seesInstallation = seen.value.some((each) => each.githubId === claim.installationId);
    return await returnVerified(context, tools, { claim, user: { githubId, login, seesInstallation }, intent, problem });
  }
  if (claim.action === 'request') {
    if (intent) await requestIntent(context.db, intent.id, new Date(context.clock.now().getTime() + approvalMs));
    const accounts = intent?.accountLogin ? [intent.accountLogin] : [];
    return { result: 'requested', accounts, returnTo: returnPathOf(intent), state: problem };
  }
  if (claim.installationId === undefined) return { result: 'nothing_named', returnTo: returnPathOf(intent), state: problem };
  const found = await askInstallation(tools.facts, claim.installationId);
  if (intent === undefined) return { result: 'claimed', exists: found.exists, state: problem };
  if (found.installation && answers(intent, found.installation))
    await confirmIntent(context.db, intent.id, { installationGithubId: claim.installationId, by: 'app', githubUserId: null });
  return { result: 'redirect', to: returnPathOf(intent) ?? '/' };
}

/** Somebody has proved who they are; GitHub has said what they see. */
async function returnVerified(
  context: Context,
  tools: SetupTools,
  facts: { claim: SetupClaim; user: ReturnedUser; intent: InstallationIntent | undefined; problem: StateProblem | undefined },
): Promise<SetupReturn> {
  const { claim, user, intent, problem } = facts;
  if (claim.installationId === undefined) {
    if (intent && claim.action === 'request')
      await requestIntent(context.db, intent.id, new Date(context.clock.now().getTime() + approvalMs));
    const wishes = (await listRequests(tools.facts)).filter(({ requester }) => requester?.githubId === user.githubId);
    if (claim.action !== 'request' && wishes.length === 0)
      return { result: 'nothing_named', returnTo: returnPathOf(intent), state: problem };
    return { result: 'requested', accounts: wishes.map(({ account }) => account.login), returnTo: returnPathOf(intent), state: problem };
  }
  if (!user.seesInstallation) return { result: 'not_listed', login: user.login, state: problem };
  if (intent) {
    await confirmIntent(context.db, intent.id, {
      installationGithubId: claim.installationId,
      by: 'user',
      githubUserId: user.githubId,
    });
    return { result: 'redirect', to: returnPathOf(intent) ?? '/' };
  }
  const { installation } = await askInstallation(tools.facts, claim.installationId);
  return { result: 'installed', login: user.login, account: installation?.account.login ?? null, state: problem };
}

function returnPathOf(intent: InstallationIntent | undefined): string | null {
  // Read again on the way out: a row that somebody else wrote must not lead elsewhere either.
  return intent?.returnTo ? (readReturnPath(intent.returnTo) ?? null) : null;
}

async function readState(
  context: Context,
  tools: SetupTools,
  state: string | undefined,
): Promise<{ intent?: InstallationIntent; problem: StateProblem | undefined }> {
  if (state === undefined || state === '') return { problem: undefined };
  const nonce = tools.states.open(state);
  const intent = nonce === undefined ? undefined : await findIntent(context.db, context.host, nonce);
  if (!intent) return { problem: 'unknown' };
  const problem = judgeIntent(intent, context.clock.now());
  return problem === undefined ? { intent, problem } : { problem };
}

/** Why an intent is not open. One that GitHub's delivery closed still waits for its browser: the two come in either order. */
function judgeIntent(intent: InstallationIntent, now: Date): StateProblem | undefined {
  if (intent.closedReason === 'replaced' || intent.closedReason === 'cancelled') return intent.closedReason;
  if (intent.closedReason === 'installed' && intent.confirmedBy !== 'webhook') return 'used';
  return intent.expiresAt > now ? undefined : 'expired';
}

async function askInstallation(facts: AppFacts, id: string): Promise<{ installation?: InstallationFacts; exists: boolean | undefined }> {
  const read = await facts.getInstallation(id);
  if (read.ok) return { installation: read.value, exists: true };
  const isUnknown = read.code === 'github_not_found' || read.code === 'installation_deleted';
  return { exists: isUnknown ? false : undefined };
}

/** True when this installation can be the one that was begun: not another account's, and not older than the wish. */
function answers(intent: InstallationIntent, installation: InstallationFacts): boolean {
  if (intent.installationGithubId !== null) return intent.installationGithubId === installation.github_id;
  if (intent.accountLogin !== null) return intent.accountLogin.toLowerCase() === installation.account.login.toLowerCase();
  return installation.created_at !== null && installation.created_at.getTime() >= intent.createdAt.getTime() - clockToleranceMs;
}

async function listRequests(facts: AppFacts): Promise<InstallationRequest[]> {
  const read = await facts.listInstallationRequests();
  return read.ok ? read.value : [];
}

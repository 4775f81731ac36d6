import { createStateSigner } from './core/signed-state.ts';
import { failed, ok } from './core/outcome.ts';
import { examine } from './doctor/examine.ts';
import type { ServerSettings } from './env.ts';
import { beginInstallation, type SetupTools } from './flow/begin-installation.ts';
import type { Context } from './flow/context.ts';
import { returnFromSetup } from './flow/return-from-setup.ts';
import { disconnectOneself } from './flow/disconnect-person.ts';
import { finishDevice, finishSignIn, refreshAccess, type SignInTools } from './flow/sign-in.ts';
import { createAppFacts } from './github/app-facts.ts';
import type { Clients } from './github/clients.ts';
import { createHookDeliveries } from './github/hook-deliveries.ts';
import { createUserSignIn } from './github/user-sign-in.ts';
import type { HttpActions } from './http/http-options.ts';
import type { PeopleActions } from './http/people-actions.ts';
import type { Doctor } from './http/schemas/doctor.ts';
import { isAllowedAccount } from './mirror/allowed-accounts.ts';
import { cancelIntent } from './mirror/installation-intents.ts';
import { appFileOf, keysFileOf } from './stored-settings.ts';
import type { SetupReturnTools } from './web/setup/setup-return.ts';

/** How long a look of the doctor is good for: people load pages again, and each look asks GitHub. Milliseconds. */
const lookMs = 2_000;

/** The part of the actions that has to do with setting RepoWatch up. */
export type SetupActions = Pick<HttpActions, 'beginInstallation' | 'cancelInstallation' | 'listInstallationRequests' | 'examine'>;

/** What the REST side and the pages can do about installations that begin here, and the look at everything that has to be right. */
export function createSetupActions(
  context: Context,
  { settings, clients }: { settings: ServerSettings; clients: Clients },
): SetupActions & { setupReturn: SetupReturnTools; people: PeopleActions } {
  const tools = createSetupTools(settings, clients);
  let look: { until: number; report: Promise<Doctor> } | undefined;
  return {
    async beginInstallation(wish) {
      const begun = await beginInstallation(context, tools, wish);
      return begun.ok ? ok({ id: begun.value.intent.id, installUrl: begun.value.installUrl }) : begun;
    },
    async cancelInstallation(id) {
      const came = await cancelIntent(context.db, context.host, id);
      if (came === 'cancelled') return ok({ id });
      if (came === 'over') return failed('conflict', `The installation ${id} that was begun here is over. There is nothing to take back.`);
      return failed('not_found', `No installation ${id} was begun here.`);
    },
    async listInstallationRequests() {
      const read = await tools.facts.listInstallationRequests();
      if (!read.ok) return read;
      return ok(
        read.value.map(({ githubId, account, requester, createdAt }) => ({
          github_id: githubId,
          account: { github_id: account.githubId, login: account.login },
          requester: requester && { github_id: requester.githubId, login: requester.login },
          created_at: createdAt === null || Number.isNaN(Date.parse(createdAt)) ? null : new Date(createdAt).toISOString(),
          link: `${context.githubUrl}/organizations/${account.login}/settings/installations`,
        })),
      );
    },
    async examine() {
      if (look === undefined || look.until < Date.now()) {
        const report = examineServer(context, { settings, clients });
        look = { until: Date.now() + lookMs, report };
        report.catch(() => (look = undefined));
      }
      return await look.report;
    },
    people: createPeopleActions(context, settings, tools.people),
    setupReturn: {
      finish: (claim) => returnFromSetup(context, tools, claim),
      beginSignIn: tools.people && ((options) => tools.people!.signIn.begin(options)),
      cookies: createStateSigner(settings.adminToken, 'setup cookie'),
    },
  };
}

function createPeopleActions(context: Context, settings: ServerSettings, tools: SignInTools | undefined): PeopleActions {
  const isAdminUser: PeopleActions['isAdminUser'] = ({ githubId, login }) =>
    isAllowedAccount(settings.adminUsers, { github_id: githubId, login });
  if (tools === undefined) return { isAdminUser, refreshAccess: () => Promise.resolve(), signIn: undefined };
  const { signIn } = tools;
  return {
    isAdminUser,
    refreshAccess: (user) => refreshAccess(context, tools, user),
    signIn: {
      states: createStateSigner(settings.adminToken, 'sign-in cookie'),
      begin: (options) => signIn.begin(options),
      finish: (given) => finishSignIn(context, tools, given),
      beginDevice: () => signIn.beginDevice(),
      finishDevice: (deviceCode) => finishDevice(context, tools, deviceCode),
      disconnect: (wish) => disconnectOneself(context, tools, wish),
    },
  };
}

function createSignInTools({ clientId, clientSecret, githubUrl, githubApiUrl, secretsKey }: ServerSettings): SignInTools | undefined {
  if (clientId === undefined || clientSecret === undefined) return undefined;
  return { keyRing: secretsKey, signIn: createUserSignIn({ githubUrl, apiUrl: githubApiUrl, clientId, clientSecret }) };
}

function createSetupTools(settings: ServerSettings, clients: Clients): SetupTools {
  return {
    states: createStateSigner(settings.adminToken, 'installation state'),
    facts: createAppFacts(clients),
    people: createSignInTools(settings),
  };
}

async function examineServer(context: Context, { settings, clients }: { settings: ServerSettings; clients: Clients }): Promise<Doctor> {
  const { status, checkedAt, findings } = await examine({
    ...settings,
    keyRing: settings.secretsKey,
    files: [appFileOf(settings.dataDir), keysFileOf(settings.dataDir)],
    clients,
    reader: context.reader,
    deliveries: createHookDeliveries(clients),
    isAllowed: context.isAllowed,
    db: context.db,
    log: context.log,
  });
  return { status, checked_at: checkedAt.toISOString(), findings };
}

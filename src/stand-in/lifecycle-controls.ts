import { accountPayload, installationPayload } from './payloads.ts';
import { announce } from './webhook-sender.ts';
import { fullName, readAccount, readInstallation, type Account, type World } from './world.ts';

/** What happens to accounts, and to installations beyond coming and going. */
export interface LifecycleControls {
  /** Gives an account another login: `installation_target.renamed`, and `organization.renamed` to Apps that subscribed to it. */
  renameAccount(login: string, to: string): Promise<void>;
  /** An owner accepts what the App asks for by now: `installation.new_permissions_accepted`. */
  acceptPermissions(login: string): Promise<void>;
  /** Whether an organisation lets only listed addresses in, of which ours is none. */
  setIpAllowList(login: string, on: boolean): Promise<void>;
}

const listed = new WeakMap<World, Set<Account>>();

/** What GitHub says to a token of an organisation that does not let this address in; undefined when it does. */
export function refuseAddress(world: World, account: Account): string | undefined {
  if (listed.get(world)?.has(account) !== true) return undefined;
  return `Although you appear to have the correct authorization credentials, the \`${account.login}\` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.`;
}

function renameAccount(world: World, login: string, to: string): void {
  if (world.accounts.has(to.toLowerCase())) throw new Error(`There is an account ${to} already.`);
  const account = readAccount(world, login);
  const installation = [...world.installations.values()].find((each) => !each.deleted && each.account === account);
  for (const repository of world.repositories.values())
    if (repository.owner === account && !repository.deleted) repository.formerNames.add(fullName(repository).toLowerCase());
  world.accounts.delete(account.login.toLowerCase());
  const from = account.login;
  account.login = to;
  world.accounts.set(to.toLowerCase(), account);
  if (!installation) return;
  installation.updatedAt = world.now();
  const changes = { login: { from } };
  const said = { action: 'renamed', changes, sender: accountPayload(world, world.pusher) };
  const target = { ...said, account: accountPayload(world, account), target_type: account.type };
  announce(world, { event: 'installation_target', payload: target, installation });
  if (account.type === 'Organization')
    announce(world, { event: 'organization', payload: { ...said, organization: accountPayload(world, account) }, installation });
}

function acceptPermissions(world: World, login: string): void {
  const installation = readInstallation(world, login);
  installation.permissions = { ...world.app.permissions };
  installation.events = [...world.app.events];
  installation.updatedAt = world.now();
  const subject = { installation: installationPayload(world, installation), requester: null };
  const payload = { action: 'new_permissions_accepted', ...subject, sender: accountPayload(world, world.pusher) };
  announce(world, { event: 'installation', payload, installation });
}

/** Ties these operations to one world. */
export function createLifecycleControls(world: World): LifecycleControls {
  return {
    async renameAccount(login, to) {
      renameAccount(world, login, to);
    },
    async acceptPermissions(login) {
      acceptPermissions(world, login);
    },
    async setIpAllowList(login, on) {
      const accounts = listed.get(world) ?? new Set();
      listed.set(world, accounts);
      if (on) accounts.add(readAccount(world, login));
      else accounts.delete(readAccount(world, login));
    },
  };
}

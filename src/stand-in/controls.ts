import { announceEvent, type AnyEvent } from './announce-event.ts';
import { listRefs } from './git-repository.ts';
import { createRepositories, type ManyRepositories } from './many-repositories.ts';
import { createFeedbackControls, type FeedbackControls } from './feedback-controls.ts';
import * as operations from './operations.ts';
import { createLifecycleControls, type LifecycleControls } from './lifecycle-controls.ts';
import { createSignInControls, type SignInControls } from './sign-in-controls.ts';
import type { NewCommit, NewInstallation, NewRepository } from './operations.ts';
import { placeOf } from './push-events.ts';
import { seedDeliveries, type SeededDelivery } from './seed-deliveries.ts';
import { createWorkControls, type WorkControls } from './work-controls.ts';
import { describeDelivery, redeliver, type DeliveryRecord } from './webhook-sender.ts';
import { fullName, readRepository, type Account, type ApiCall, type Failure, type World } from './world.ts';

/** A repository as the operations answer it. */
interface RepositoryRecord {
  id: number;
  fullName: string;
  defaultBranch: string;
  cloneUrl: string;
}

/** Which deliveries to list; a field that is absent does not narrow. */
interface DeliveryFilter {
  guid?: string;
  event?: string;
  action?: string;
  /** `owner/name` */
  repo?: string;
  state?: DeliveryRecord['state'];
}

/**
 * What people do on github.com, and what a test wants to see. Repositories are named `owner/name`. An operation resolves
 * when it has happened here and its deliveries are queued; `settled` waits for their answers.
 */
export interface Controls extends SignInControls, LifecycleControls, FeedbackControls, WorkControls {
  createAccount(login: string, type?: Account['type']): Promise<{ id: number; login: string }>;
  createRepository(options: NewRepository): Promise<RepositoryRecord>;
  /** Many repositories that cost nothing until somebody writes into them; answers how many there are now. */
  createRepositories(options: ManyRepositories): Promise<{ count: number }>;
  /** Sends `installation.created`. */
  installApp(account: string, repositories: 'all' | string[], by?: Omit<NewInstallation, 'repositories'>): Promise<{ id: number }>;
  /** Sends `installation_repositories.added`. */
  addRepositories(account: string, repositories: 'all' | string[]): Promise<void>;
  /** Sends `installation_repositories.removed`; from an installation on all repositories nothing is named (handbook B4). */
  removeRepositories(account: string, repositories: string[]): Promise<void>;
  suspend(account: string): Promise<void>;
  unsuspend(account: string): Promise<void>;
  uninstall(account: string): Promise<void>;
  renameRepository(repo: string, name: string): Promise<void>;
  transferRepository(repo: string, owner: string): Promise<void>;
  archiveRepository(repo: string, archived?: boolean): Promise<void>;
  deleteRepository(repo: string): Promise<void>;
  editRepository(repo: string, change: { defaultBranch?: string; private?: boolean }): Promise<void>;
  /** Answers the sha of the commit; sends `push` like a real one. */
  commitFile(options: NewCommit): Promise<string>;
  /** `ref` is full (`refs/heads/main`); sends what a push of it would. */
  updateRef(options: { repo: string; ref: string; sha: string; sender?: string }): Promise<void>;
  deleteRef(options: { repo: string; ref: string; sender?: string }): Promise<void>;
  /** Every ref and the sha that it points at. */
  refs(repo: string): Promise<Record<string, string>>;
  /** `off`: deliveries are recorded as lost, and GitHub's own list does not have them. */
  setWebhooks(state: 'on' | 'off'): Promise<void>;
  setWebhookUrl(url: string): Promise<void>;
  setWebhookSecret(secret: string): Promise<void>;
  /** Sends any event about a repository; answers its GUID, or null when the App has not subscribed to it. */
  announceEvent(event: AnyEvent): Promise<string | null>;
  /** Sends the delivery with this GUID again, also a lost one. */
  redeliver(guid: string): Promise<{ id: string }>;
  /** Puts deliveries of the past into GitHub's record without sending them; answers their GUIDs. */
  seedDeliveries(deliveries: SeededDelivery[]): Promise<string[]>;
  deliveries(filter?: DeliveryFilter): Promise<DeliveryRecord[]>;
  /** Resolves when every delivery queued so far has its answer. */
  settled(): Promise<void>;
  /** The next matching API requests are answered wrongly on purpose. */
  setFailure(failure: Failure): Promise<void>;
  clearFailures(): Promise<void>;
  setRateLimit(limit: number): Promise<void>;
  /** Makes every installation token worthless now. */
  expireTokens(): Promise<void>;
  /** API requests received, oldest first. */
  apiCalls(filter?: { method?: string; path?: string }): Promise<ApiCall[]>;
  /** `repository_dispatch` events asked for over the API. */
  dispatches(): Promise<World['dispatches']>;
}

/** Ties the operations to one world. */
export function createControls(world: World): Controls {
  return {
    ...createSignInControls(world),
    ...createLifecycleControls(world),
    ...createFeedbackControls(world),
    ...createWorkControls(world),
    ...createPeopleControls(world),
    ...createRepositoryControls(world),
    ...createObserverControls(world),
  };
}

type PeopleControls = Pick<
  Controls,
  'createAccount' | 'installApp' | 'addRepositories' | 'removeRepositories' | 'suspend' | 'unsuspend' | 'uninstall' | 'expireTokens'
>;

function createPeopleControls(world: World): PeopleControls {
  return {
    async createAccount(login, type) {
      return { id: operations.createAccount(world, login, type).id, login };
    },
    async installApp(account, repositories, by) {
      return { id: operations.installApp(world, account, { repositories, ...by }).id };
    },
    async addRepositories(account, repositories) {
      operations.selectRepositories(world, account, { add: repositories });
    },
    async removeRepositories(account, repositories) {
      operations.selectRepositories(world, account, { remove: repositories });
    },
    async suspend(account) {
      operations.suspendInstallation(world, account, true);
    },
    async unsuspend(account) {
      operations.suspendInstallation(world, account, false);
    },
    async uninstall(account) {
      operations.uninstallApp(world, account);
    },
    async expireTokens() {
      world.tokens.clear();
    },
  };
}

type RepositoryControls = Pick<
  Controls,
  | 'createRepository'
  | 'createRepositories'
  | 'renameRepository'
  | 'transferRepository'
  | 'archiveRepository'
  | 'deleteRepository'
  | 'editRepository'
  | 'commitFile'
  | 'updateRef'
  | 'deleteRef'
  | 'refs'
>;

function createRepositoryControls(world: World): RepositoryControls {
  return {
    async createRepository(options) {
      const repository = await operations.createRepository(world, options);
      const name = fullName(repository);
      return { id: repository.id, fullName: name, defaultBranch: repository.defaultBranch, cloneUrl: `${world.url}/${name}.git` };
    },
    async createRepositories(options) {
      return { count: (await createRepositories(world, options)).length };
    },
    async renameRepository(repo, name) {
      operations.renameRepository(world, repo, name);
    },
    async transferRepository(repo, owner) {
      operations.transferRepository(world, repo, owner);
    },
    async archiveRepository(repo, archived = true) {
      operations.archiveRepository(world, repo, archived);
    },
    async deleteRepository(repo) {
      operations.deleteRepository(world, repo);
    },
    editRepository: (repo, change) => operations.editRepository(world, repo, change),
    commitFile: async (options) => operations.commitFile(world, options),
    updateRef: async (options) => operations.updateRef(world, options),
    async deleteRef({ repo, ref, sender }) {
      await operations.updateRef(world, { repo, ref, ...(sender === undefined ? {} : { sender }) });
    },
    async refs(repo) {
      const refs = await listRefs(placeOf(world, readRepository(world, repo)));
      return Object.fromEntries(refs.map(({ name, sha }) => [name, sha]));
    },
  };
}

type ObserverControls = Omit<
  Controls,
  | keyof SignInControls
  | keyof LifecycleControls
  | keyof FeedbackControls
  | keyof WorkControls
  | keyof PeopleControls
  | keyof RepositoryControls
>;

function createObserverControls(world: World): ObserverControls {
  return {
    async setWebhooks(state) {
      world.webhooks = state;
    },
    async setWebhookUrl(url) {
      world.app.webhookUrl = url;
    },
    async setWebhookSecret(secret) {
      world.app.webhookSecret = secret;
    },
    async announceEvent(event) {
      return announceEvent(world, event) ?? null;
    },
    async redeliver(guid) {
      const original = world.deliveries.find((each) => each.guid === guid);
      if (!original) throw new Error(`There was no delivery ${guid}: list the deliveries to see which there are.`);
      return { id: String(redeliver(world, original).id) };
    },
    async seedDeliveries(deliveries) {
      return seedDeliveries(world, deliveries);
    },
    async deliveries(filter = {}) {
      const { repo, ...fields } = filter;
      const wanted = Object.entries(fields);
      return world.deliveries
        .map((delivery) => describeDelivery(world, delivery))
        .filter(
          (each) =>
            (repo === undefined || each.repository === repo) &&
            wanted.every(([name, value]) => each[name as keyof typeof fields] === value),
        );
    },
    async settled() {
      await world.locks.idle();
      await world.sends.idle();
    },
    async setFailure(failure) {
      world.failures.push({ failure, left: failure.times ?? 1 });
    },
    async clearFailures() {
      world.failures.length = 0;
    },
    async setRateLimit(limit) {
      world.rateLimit = limit;
      world.usage.clear();
    },
    async apiCalls({ method, path } = {}) {
      return world.apiCalls.filter(
        (call) => (method === undefined || call.method === method) && (path === undefined || call.path.includes(path)),
      );
    },
    async dispatches() {
      return world.dispatches;
    },
  };
}

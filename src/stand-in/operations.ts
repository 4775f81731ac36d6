import { join } from 'node:path';
import { initialiseRepository, writeCommit, writeRef, zeroSha, type Ref } from './git-repository.ts';
import { accountPayload, installationPayload, repositoryHint, repositoryPayload } from './payloads.ts';
import { changeRefs, organizationOf, placeOf } from './push-events.ts';
import { announce } from './webhook-sender.ts';
import {
  findInstallation,
  findRepository,
  fullName,
  listInstalled,
  readAccount,
  readInstallation,
  readRepository,
  type Account,
  type Installation,
  type Json,
  type Repository,
  type World,
} from './world.ts';

/** What a new repository is made of; without files it stays empty, as on GitHub. */
export interface NewRepository {
  owner: string;
  name: string;
  private?: boolean;
  description?: string;
  defaultBranch?: string;
  files?: Record<string, string>;
  /** The repository that it is a fork of, or was made from. Only told to who asks for this one. */
  madeFrom?: { kind: 'fork' | 'template'; repo: string };
}

/** A commit made on the server, like an edit in GitHub's web page. */
export interface NewCommit {
  repo: string;
  branch: string;
  /** One file … */
  path?: string;
  content?: string;
  /** … or several; `null` removes a file. */
  files?: Record<string, string | null>;
  message?: string;
  /** Login of who did it. */
  sender?: string;
}

/** Makes an account; an existing one with the same login is a mistake. */
export function createAccount(world: World, login: string, type: Account['type'] = 'User'): Account {
  if (world.accounts.has(login.toLowerCase())) throw new Error(`There is an account ${login} already.`);
  const id = world.nextId();
  const account: Account = { id, login, type, email: `${id}+${login}@users.noreply.example.com` };
  world.accounts.set(login.toLowerCase(), account);
  return account;
}

/** Makes a repository, with a first commit when there are files; an installation on all repositories hears of it. */
export async function createRepository(world: World, options: NewRepository): Promise<Repository> {
  const owner = readAccount(world, options.owner);
  const taken = findRepository(world, `${owner.login}/${options.name}`);
  if (taken && !taken.moved) throw new Error(`There is a repository ${owner.login}/${options.name} already.`);
  // A new owner of an old name ends the redirect (handbook B8).
  taken?.repository.formerNames.delete(`${owner.login}/${options.name}`.toLowerCase());
  const id = world.nextId();
  const now = world.now();
  const repository: Repository = {
    id,
    owner,
    name: options.name,
    private: options.private ?? true,
    archived: false,
    deleted: false,
    description: options.description ?? null,
    defaultBranch: options.defaultBranch ?? 'main',
    createdAt: now,
    updatedAt: now,
    pushedAt: now,
    gitDirectory: join(world.directory, 'repositories', `${id}.git`),
    formerNames: new Set<string>(),
    activity: [],
    checkRuns: [],
    issues: [],
    ...(options.madeFrom && { madeFrom: { kind: options.madeFrom.kind, model: readRepository(world, options.madeFrom.repo) } }),
  };
  await initialiseRepository(repository.gitDirectory, repository.defaultBranch);
  if (options.files && Object.keys(options.files).length > 0) {
    const commit = {
      branch: repository.defaultBranch,
      message: 'Initial commit',
      files: options.files,
      author: authorOf(world.pusher),
      at: now,
    };
    await writeCommit(placeOf(world, repository), commit);
  }
  world.repositories.set(id, repository);
  announceRepository(world, repository, { action: 'created' });
  return repository;
}

function authorOf(account: Account): { name: string; email: string } {
  return { name: account.login, email: account.email };
}

/** Tells the installation that covers a repository what happened to it. */
export function announceRepository(world: World, repository: Repository, event: Json & { action: string }): void {
  const installation = findInstallation(world, repository);
  if (!installation) return;
  const subject = { repository: repositoryPayload(world, repository), ...organizationOf(world, repository) };
  const payload = { ...event, ...subject, sender: accountPayload(world, world.pusher) };
  announce(world, { event: 'repository', payload, installation, repository });
}

/** Which repositories, and by login who installs and who had asked for it (handbook I7). */
export interface NewInstallation {
  repositories: 'all' | string[];
  sender?: string;
  requester?: string;
}

/** Installs the App on an account, for all or for the named repositories. */
export function installApp(world: World, login: string, { repositories, ...by }: NewInstallation): Installation {
  const account = readAccount(world, login);
  const now = world.now();
  const installation: Installation = {
    id: world.nextId(),
    account,
    selection: repositories === 'all' ? 'all' : 'selected',
    createdAt: now,
    updatedAt: now,
    repositoryIds: new Set(repositories === 'all' ? [] : repositories.map((name) => readRepository(world, qualify(account, name)).id)),
    permissions: { ...world.app.permissions },
    events: [...world.app.events],
    suspendedAt: null,
    suspendedBy: null,
    deleted: false,
  };
  const existing = [...world.installations.values()].some((each) => !each.deleted && each.account.id === account.id);
  if (existing) throw new Error(`The App is installed on ${login} already.`);
  world.installations.set(installation.id, installation);
  announceInstallation(world, installation, {
    action: 'created',
    repositories: listInstalled(world, installation).map(repositoryHint),
    ...(by.requester === undefined ? {} : { requester: accountPayload(world, readAccount(world, by.requester)) }),
    ...(by.sender === undefined ? {} : { sender: accountPayload(world, readAccount(world, by.sender)) }),
  });
  return installation;
}

function qualify(account: Account, name: string): string {
  return name.includes('/') ? name : `${account.login}/${name}`;
}

function announceInstallation(world: World, installation: Installation, event: Json): void {
  const subject = { installation: installationPayload(world, installation), requester: null };
  announce(world, { event: 'installation', payload: { ...subject, sender: accountPayload(world, world.pusher), ...event }, installation });
}

/** Adds repositories to an installation, or takes them away; `'all'` adds every present and future one. */
export function selectRepositories(world: World, login: string, change: { add?: 'all' | string[]; remove?: string[] }): void {
  const installation = readInstallation(world, login);
  const before = new Set(listInstalled(world, installation));
  const ids = (names: string[]): number[] => names.map((name) => readRepository(world, qualify(installation.account, name)).id);
  if (change.add === 'all') {
    installation.selection = 'all';
  } else {
    if (installation.selection === 'all') installation.repositoryIds = new Set([...before].map(({ id }) => id));
    // Going from all to selected, GitHub names nothing that was removed (handbook B4).
    const silent = installation.selection === 'all' && change.remove !== undefined;
    installation.selection = 'selected';
    for (const id of ids(change.add ?? [])) installation.repositoryIds.add(id);
    for (const id of ids(change.remove ?? [])) installation.repositoryIds.delete(id);
    if (silent) before.clear();
  }
  installation.updatedAt = world.now();
  const after = new Set(listInstalled(world, installation));
  const removing = change.remove !== undefined;
  announceSelection(world, installation, {
    action: removing ? 'removed' : 'added',
    added: removing ? [] : [...after].filter((each) => !before.has(each)),
    removed: removing ? [...before].filter((each) => !after.has(each)) : [],
  });
}

function announceSelection(
  world: World,
  installation: Installation,
  event: { action: string; added: Repository[]; removed: Repository[] },
): void {
  const payload = {
    action: event.action,
    installation: installationPayload(world, installation),
    repository_selection: installation.selection,
    repositories_added: event.added.map(repositoryHint),
    repositories_removed: event.removed.map(repositoryHint),
    requester: null,
    sender: accountPayload(world, world.pusher),
  };
  announce(world, { event: 'installation_repositories', payload, installation });
}

/** Suspends an installation or takes that back; a suspended one hears nothing and gets no token (handbook B13). */
export function suspendInstallation(world: World, login: string, suspended: boolean): void {
  const installation = readInstallation(world, login);
  installation.suspendedAt = suspended ? world.now() : null;
  installation.suspendedBy = suspended ? world.pusher : null;
  installation.updatedAt = world.now();
  announceInstallation(world, installation, { action: suspended ? 'suspend' : 'unsuspend' });
}

/** Removes the App from an account; its tokens stop working at once. */
export function uninstallApp(world: World, login: string): void {
  const installation = readInstallation(world, login);
  const repositories = listInstalled(world, installation).map(repositoryHint);
  installation.deleted = true;
  for (const [token, each] of world.tokens) if (each.installation === installation) world.tokens.delete(token);
  announceInstallation(world, installation, { action: 'deleted', repositories });
}

/** Gives a repository another name; the old one redirects. */
export function renameRepository(world: World, repo: string, name: string): void {
  const repository = readRepository(world, repo);
  const from = repository.name;
  repository.formerNames.add(fullName(repository).toLowerCase());
  repository.name = name;
  repository.updatedAt = world.now();
  announceRepository(world, repository, { action: 'renamed', changes: { repository: { name: { from } } } });
}

/** Gives a repository to another account: the three events of handbook B7, as far as the App sees them. */
export function transferRepository(world: World, repo: string, newOwner: string): void {
  const repository = readRepository(world, repo);
  const owner = readAccount(world, newOwner);
  const oldOwner = repository.owner;
  const old = findInstallation(world, repository);
  repository.formerNames.add(fullName(repository).toLowerCase());
  old?.repositoryIds.delete(repository.id);
  const removed = [{ ...repository }];
  repository.owner = owner;
  repository.updatedAt = world.now();
  if (old) announceSelection(world, old, { action: 'removed', added: [], removed });
  const next = findInstallation(world, repository);
  if (!next) return;
  announceSelection(world, next, { action: 'added', added: [repository], removed: [] });
  const from = { [oldOwner.type === 'Organization' ? 'organization' : 'user']: accountPayload(world, oldOwner) };
  announceRepository(world, repository, { action: 'transferred', changes: { owner: { from } } });
}

/** Makes a repository read-only, or writable again. */
export function archiveRepository(world: World, repo: string, archived: boolean): void {
  const repository = readRepository(world, repo);
  repository.archived = archived;
  repository.updatedAt = world.now();
  announceRepository(world, repository, { action: archived ? 'archived' : 'unarchived' });
}

/** Deletes a repository for good; its installation hears of it once more. */
export function deleteRepository(world: World, repo: string): void {
  const repository = readRepository(world, repo);
  // Announced first: afterwards no installation covers it any more.
  announceRepository(world, repository, { action: 'deleted' });
  repository.deleted = true;
}

/** Changes the default branch or the visibility of a repository. */
export async function editRepository(world: World, repo: string, change: { defaultBranch?: string; private?: boolean }): Promise<void> {
  const repository = readRepository(world, repo);
  repository.updatedAt = world.now();
  if (change.defaultBranch !== undefined && change.defaultBranch !== repository.defaultBranch) {
    const from = repository.defaultBranch;
    repository.defaultBranch = change.defaultBranch;
    await world.git.run(repository.gitDirectory, ['symbolic-ref', 'HEAD', `refs/heads/${change.defaultBranch}`]);
    announceRepository(world, repository, { action: 'edited', changes: { default_branch: { from } } });
  }
  if (change.private !== undefined && change.private !== repository.private) {
    repository.private = change.private;
    announceRepository(world, repository, { action: change.private ? 'privatized' : 'publicized' });
  }
}

/** Commits files on top of a branch (made when missing), which counts as a push; answers the new sha. */
export function commitFile(world: World, options: NewCommit): Promise<string> {
  const repository = readRepository(world, options.repo);
  const sender = options.sender === undefined ? world.pusher : readAccount(world, options.sender);
  const files = { ...options.files, ...(options.path === undefined ? {} : { [options.path]: options.content ?? null }) };
  const message = options.message ?? `Change ${Object.keys(files).join(', ')}`;
  const commit = { branch: options.branch, message, files, author: authorOf(sender), at: world.now() };
  const change = (before: Ref[]): Promise<string> => {
    const parent = before.find(({ name }) => name === `refs/heads/${options.branch}`)?.sha;
    return writeCommit(placeOf(world, repository), { ...commit, parent });
  };
  return changeRefs(world, repository, { sender, change });
}

/** Points a full ref (`refs/heads/…`, `refs/tags/…`) at a sha, or deletes it without one; counts as a push. */
export function updateRef(world: World, options: { repo: string; ref: string; sha?: string; sender?: string }): Promise<void> {
  const repository = readRepository(world, options.repo);
  const sender = options.sender === undefined ? world.pusher : readAccount(world, options.sender);
  const change = (): Promise<void> => writeRef(placeOf(world, repository), options.ref, options.sha ?? zeroSha);
  return changeRefs(world, repository, { sender, change });
}

import { createHash } from 'node:crypto';
import { zeroSha } from '../../src/changes/ref-change.ts';

/** Payloads as GitHub sends them, small and complete, for tests that need one with this or that in it. Plain JSON. */
export type Payload = Record<string, unknown>;

/** A made-up object id that is the same for the same word. */
export function shaOf(word: string): string {
  return createHash('sha1').update(word).digest('hex');
}

/** Which repository a payload is about. */
export interface RepositoryOptions {
  id?: number;
  owner?: string;
  ownerId?: number;
  name?: string;
  private?: boolean;
  defaultBranch?: string;
  archived?: boolean;
}

/** A repository object; the times are ISO text as everywhere but in pushes. */
export function repositoryObject(options: RepositoryOptions = {}): Payload {
  const { id = 1001, owner = 'acme', ownerId = 501, name = 'app', defaultBranch = 'main', archived = false } = options;
  return {
    id,
    node_id: `R_${id}`,
    name,
    full_name: `${owner}/${name}`,
    private: options.private ?? false,
    owner: { login: owner, id: ownerId, node_id: `O_${ownerId}`, type: 'Organization', avatar_url: `https://avatars.example/${ownerId}` },
    html_url: `https://github.com/${owner}/${name}`,
    default_branch: defaultBranch,
    archived,
    disabled: false,
    created_at: '2026-01-01T00:00:00Z',
    pushed_at: '2026-11-21T10:00:00Z',
  };
}

/** The short form of a repository in installation events. */
function repositoryStub(options: RepositoryOptions = {}): Payload {
  const { id = 1001, owner = 'acme', name = 'app' } = options;
  return { id, node_id: `R_${id}`, name, full_name: `${owner}/${name}`, private: options.private ?? false };
}

/** A person as the sender of a delivery. */
export function senderObject(login = 'mona', id = 9001): Payload {
  return { login, id, node_id: `U_${id}`, type: login.endsWith('[bot]') ? 'Bot' : 'User', site_admin: false };
}

/** What a commit in a push is about. */
interface CommitOptions {
  id?: string;
  message?: string;
  added?: string[];
  modified?: string[];
  removed?: string[];
  distinct?: boolean;
}

/** A commit as a push carries it. */
function commitObject(options: CommitOptions = {}): Payload {
  const id = options.id ?? shaOf('commit');
  const person = { name: 'Mona', email: 'mona@example.com', username: 'mona' };
  return {
    id,
    tree_id: shaOf(`tree of ${id}`),
    distinct: options.distinct ?? true,
    message: options.message ?? 'Change something',
    timestamp: '2026-11-21T10:00:00+01:00',
    url: `https://github.com/acme/app/commit/${id}`,
    author: person,
    committer: person,
    added: options.added ?? [],
    removed: options.removed ?? [],
    modified: options.modified ?? ['README.md'],
  };
}

/** What a push is about. */
export interface PushOptions {
  /** Short name of a branch, unless `ref` is given. */
  branch?: string;
  tag?: string;
  ref?: string;
  before?: string;
  after?: string;
  forced?: boolean;
  commits?: CommitOptions[];
  repository?: RepositoryOptions;
  /** Null for a delivery of a plain repository webhook. */
  installation?: number | null;
  sender?: Payload;
}

/** The repository as a push carries it: epoch seconds, and an owner with a name. */
function pushedRepository(options: RepositoryOptions | undefined): Payload {
  const repository = repositoryObject(options);
  return {
    ...repository,
    owner: { ...(repository['owner'] as Payload), name: options?.owner ?? 'acme', email: null },
    created_at: 1767225600,
    pushed_at: 1795255200,
  };
}

function headOf(options: PushOptions, after: string): Payload | null {
  if (after === zeroSha) return null;
  return commitObject({ ...options.commits?.at(-1), id: options.tag === undefined ? after : shaOf(`peeled ${after}`) });
}

/** A `push`: by default one commit on main of acme/app in installation 77. All-zero ids make it a creation or deletion. */
export function pushPayload(options: PushOptions = {}): Payload {
  const { branch = 'main', before = shaOf('before'), after = shaOf('after') } = options;
  const ref = options.ref ?? (options.tag === undefined ? `refs/heads/${branch}` : `refs/tags/${options.tag}`);
  const moves = options.tag === undefined && after !== zeroSha;
  const commits = options.commits ?? (moves ? [{}] : []);
  const repository = pushedRepository(options.repository);
  return {
    ref,
    before,
    after,
    repository,
    pusher: { name: 'mona', email: 'mona@example.com' },
    sender: options.sender ?? senderObject(),
    ...withInstallation(options.installation),
    created: before === zeroSha,
    deleted: after === zeroSha,
    forced: options.forced ?? false,
    base_ref: null,
    compare: `https://github.com/${String(repository['full_name'])}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits: commits.map((commit, index) =>
      commitObject({ id: index === commits.length - 1 ? after : shaOf(`commit ${index}`), ...commit }),
    ),
    head_commit: headOf(options, after),
  };
}

function withInstallation(id: number | null | undefined): Payload {
  return id === null ? {} : { installation: { id: id ?? 77, node_id: `I_${id ?? 77}` } };
}

/** What a `create` or `delete` is about. */
export interface RefPayloadOptions {
  ref?: string;
  refType?: string;
  repository?: RepositoryOptions;
  installation?: number | null;
}

/** A `delete`; with `master_branch` and `description` added it is a `create`. */
export function deletePayload(options: RefPayloadOptions = {}): Payload {
  return {
    ref: options.ref ?? 'feature/one',
    ref_type: options.refType ?? 'branch',
    pusher_type: 'user',
    repository: repositoryObject(options.repository),
    sender: senderObject(),
    ...withInstallation(options.installation),
  };
}

/** A `create`. */
export function createPayload(options: RefPayloadOptions = {}): Payload {
  return { ...deletePayload(options), master_branch: 'main', description: null };
}

/** What an installation event is about. */
export interface InstallationOptions {
  action?: string;
  id?: number;
  account?: string;
  accountId?: number;
  selection?: 'all' | 'selected';
  suspendedAt?: string | null;
  permissions?: Record<string, string>;
  /** In `installation.created`. */
  repositories?: RepositoryOptions[];
  /** In `installation_repositories`. */
  added?: RepositoryOptions[];
  removed?: RepositoryOptions[];
}

/** An installation object. */
export function installationObject(options: InstallationOptions = {}): Payload {
  const { id = 77, account = 'acme', accountId = 501, selection = 'all' } = options;
  return {
    id,
    account: {
      login: account,
      id: accountId,
      node_id: `O_${accountId}`,
      type: 'Organization',
      avatar_url: `https://avatars.example/${accountId}`,
    },
    repository_selection: selection,
    html_url: `https://github.com/organizations/${account}/settings/installations/${id}`,
    app_id: 4242,
    app_slug: 'repowatch',
    target_id: accountId,
    target_type: 'Organization',
    permissions: options.permissions ?? { metadata: 'read', contents: 'read' },
    events: ['push', 'repository', 'create', 'delete'],
    created_at: 1795255200,
    updated_at: 1795255200,
    single_file_name: null,
    suspended_by: null,
    suspended_at: options.suspendedAt ?? null,
  };
}

/** An `installation` event, by default `created` for all repositories of acme. */
export function installationPayload(options: InstallationOptions = {}): Payload {
  const action = options.action ?? 'created';
  const listed = action === 'suspend' || action === 'unsuspend' ? {} : { repositories: (options.repositories ?? [{}]).map(repositoryStub) };
  return { action, installation: installationObject(options), ...listed, requester: null, sender: senderObject() };
}

/** An `installation_repositories` event, by default `added`. */
export function installationRepositoriesPayload(options: InstallationOptions = {}): Payload {
  const selection = options.selection ?? 'selected';
  return {
    action: options.action ?? 'added',
    installation: installationObject({ ...options, selection }),
    repository_selection: selection,
    repositories_added: (options.added ?? []).map(repositoryStub),
    repositories_removed: (options.removed ?? []).map(repositoryStub),
    requester: null,
    sender: senderObject(),
  };
}

/** A `repository` event, by default `edited`; `changes` as GitHub nests them. */
export function repositoryPayload(
  options: { action?: string; changes?: Payload; repository?: RepositoryOptions; installation?: number | null } = {},
): Payload {
  return {
    action: options.action ?? 'edited',
    ...(options.changes && { changes: options.changes }),
    repository: repositoryObject(options.repository),
    sender: senderObject(),
    ...withInstallation(options.installation),
  };
}

/** A `ping` of an App's webhook. */
export function pingPayload(): Payload {
  const config = { content_type: 'json', insecure_ssl: '0', url: 'https://repowatch.example.com/api/github/webhooks' };
  return {
    zen: 'Keep it logically awesome.',
    hook_id: 5,
    hook: { type: 'App', id: 5, name: 'web', active: true, events: ['push'], config, app_id: 4242 },
  };
}

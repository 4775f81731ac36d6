import type { Commit, LoggedCommit, Signature } from './git-history.ts';
import { covers, fullName, type Account, type Installation, type Json, type Repository, type World } from './world.ts';

/** A GraphQL node id: opaque, but it leads back to the number. */
export function nodeId(prefix: string, id: number | string): string {
  return `${prefix}_${Buffer.from(`0:${id}`).toString('base64url')}`;
}

/** The number behind a node id of this prefix. */
export function parseNodeId(prefix: string, text: string): number | undefined {
  if (!text.startsWith(`${prefix}_`)) return undefined;
  const id = Number(
    Buffer.from(text.slice(prefix.length + 1), 'base64url')
      .toString()
      .slice(2),
  );
  return Number.isSafeInteger(id) ? id : undefined;
}

/** Time as REST and most payloads write it: ISO-8601 in UTC without milliseconds. */
export function isoTime(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** An account as it appears as owner, sender, actor or author. */
export function accountPayload(world: World, account: Account): Json {
  const api = `${world.url}/api/v3/users/${account.login}`;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId(account.type === 'Organization' ? 'O' : 'U', account.id),
    avatar_url: `${world.url}/avatars/u/${account.id}`,
    gravatar_id: '',
    url: api,
    html_url: `${world.url}/${account.login}`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
    type: account.type,
    user_view_type: 'public',
    site_admin: false,
  };
}

/** A repository as REST and every event except `push` show it. */
export function repositoryPayload(world: World, repository: Repository): Json {
  const name = fullName(repository);
  const api = `${world.url}/api/v3/repos/${name}`;
  return {
    id: repository.id,
    node_id: nodeId('R', repository.id),
    name: repository.name,
    full_name: name,
    private: repository.private,
    owner: accountPayload(world, repository.owner),
    html_url: `${world.url}/${name}`,
    description: repository.description,
    fork: false,
    url: api,
    branches_url: `${api}/branches{/branch}`,
    commits_url: `${api}/commits{/sha}`,
    compare_url: `${api}/compare/{base}...{head}`,
    contents_url: `${api}/contents/{+path}`,
    git_refs_url: `${api}/git/refs{/sha}`,
    git_tags_url: `${api}/git/tags{/sha}`,
    trees_url: `${api}/git/trees{/sha}`,
    created_at: isoTime(repository.createdAt),
    updated_at: isoTime(repository.updatedAt),
    pushed_at: isoTime(repository.pushedAt),
    git_url: `git://${world.url.replace(/^https?:\/\//, '')}/${name}.git`,
    ssh_url: `git@${new URL(world.url).hostname}:${name}.git`,
    clone_url: `${world.url}/${name}.git`,
    homepage: null,
    size: 0,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: true,
    has_wiki: true,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    mirror_url: null,
    archived: repository.archived,
    disabled: false,
    open_issues_count: repository.issues.length,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: repository.private ? 'private' : 'public',
    forks: 0,
    open_issues: repository.issues.length,
    watchers: 0,
    default_branch: repository.defaultBranch,
  };
}

/** A repository as `push` shows it: times as epoch seconds and an owner with name and email (handbook C15). */
export function pushRepositoryPayload(world: World, repository: Repository): Json {
  const { owner } = repository;
  return {
    ...repositoryPayload(world, repository),
    url: `${world.url}/${fullName(repository)}`,
    owner: { name: owner.login, email: owner.type === 'Organization' ? null : owner.email, ...accountPayload(world, owner) },
    created_at: epoch(repository.createdAt),
    pushed_at: epoch(repository.pushedAt),
    stargazers: 0,
    master_branch: repository.defaultBranch,
    ...(owner.type === 'Organization' ? { organization: owner.login } : {}),
  };
}

/** The five fields that installation events give of a repository (handbook B2). */
export function repositoryHint(repository: Repository): Json {
  const { id, name } = repository;
  return { id, node_id: nodeId('R', id), name, full_name: fullName(repository), private: repository.private };
}

/** The `installation` of every event that reaches the App through one. */
export function installationHint(installation: Installation): Json {
  return { id: installation.id, node_id: nodeId('I', installation.id) };
}

/** An installation as REST and `installation` events show it. */
export function installationPayload(world: World, installation: Installation): Json {
  const { account } = installation;
  const api = `${world.url}/api/v3`;
  return {
    id: installation.id,
    client_id: world.app.clientId,
    account: accountPayload(world, account),
    repository_selection: installation.selection,
    access_tokens_url: `${api}/app/installations/${installation.id}/access_tokens`,
    repositories_url: `${api}/installation/repositories`,
    html_url: `${world.url}/${account.type === 'Organization' ? `organizations/${account.login}/` : ''}settings/installations/${installation.id}`,
    app_id: world.app.id,
    app_slug: world.app.slug,
    target_id: account.id,
    target_type: account.type,
    permissions: installation.permissions,
    events: installation.events,
    created_at: isoTime(installation.createdAt),
    updated_at: isoTime(installation.updatedAt),
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: installation.suspendedBy && accountPayload(world, installation.suspendedBy),
    suspended_at: installation.suspendedAt && isoTime(installation.suspendedAt),
  };
}

/** A commit as `push` shows it. */
export function pushCommitPayload(world: World, repository: Repository, commit: LoggedCommit & { distinct: boolean }): Json {
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: commit.distinct,
    message: commit.message,
    timestamp: offsetTime(commit.committer),
    url: `${world.url}/${fullName(repository)}/commit/${commit.sha}`,
    author: pushPerson(world, commit.author),
    committer: pushPerson(world, commit.committer),
    added: commit.added,
    removed: commit.removed,
    modified: commit.modified,
  };
}

/** A commit as REST lists it. */
export function commitPayload(world: World, repository: Repository, commit: Commit): Json {
  const name = fullName(repository);
  const api = `${world.url}/api/v3/repos/${name}`;
  const url = `${api}/commits/${commit.sha}`;
  return {
    sha: commit.sha,
    node_id: nodeId('C', `${repository.id}:${commit.sha}`),
    commit: {
      author: restPerson(commit.author),
      committer: restPerson(commit.committer),
      message: commit.message,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      url: `${api}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: unsigned,
    },
    url,
    html_url: `${world.url}/${name}/commit/${commit.sha}`,
    comments_url: `${url}/comments`,
    author: userByEmail(world, commit.author.email),
    committer: userByEmail(world, commit.committer.email),
    parents: commit.parents.map((sha) => ({ sha, url: `${api}/commits/${sha}`, html_url: `${world.url}/${name}/commit/${sha}` })),
  };
}

/** What GitHub says of a commit or tag without a signature. */
export const unsigned = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };

/** An author, committer or tagger as REST shows them. */
export function restPerson(person: Signature): Json {
  return { name: person.name, email: person.email, date: isoTime(person.date) };
}

/** The installation listing of repositories carries what the token may do there. */
export function installedRepositoryPayload(world: World, installation: Installation, repository: Repository): Json {
  const contents = installation.permissions['contents'];
  const push = contents === 'write' && covers(installation, repository);
  return { ...repositoryPayload(world, repository), permissions: { admin: false, maintain: false, push, triage: false, pull: true } };
}

function pushPerson(world: World, person: Signature): Json {
  const account = findByEmail(world, person.email);
  return { name: person.name, email: person.email, date: offsetTime(person), ...(account ? { username: account.login } : {}) };
}

function userByEmail(world: World, email: string): Json | null {
  const account = findByEmail(world, email);
  return account ? accountPayload(world, account) : null;
}

function findByEmail(world: World, email: string): Account | undefined {
  for (const account of world.accounts.values()) if (account.email === email && account.type !== 'Organization') return account;
  return undefined;
}

function offsetTime({ date, offset }: Signature): string {
  if (offset === 0) return isoTime(date);
  const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, 19);
  const minutes = Math.abs(offset);
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${local}${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}

function epoch(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

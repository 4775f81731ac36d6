import { findRef, listRefs, writeCommit } from './git-repository.ts';
import { accountPayload, isoTime, nodeId, repositoryPayload } from './payloads.ts';
import { organizationOf, placeOf } from './push-events.ts';
import { announce } from './webhook-sender.ts';
import { findInstallation, fullName, readAccount, readRepository, type Account, type Json, type Repository, type World } from './world.ts';

/** A pull request to be opened: of a branch that is there, or of a fork with these files. */
export interface NewPullRequest {
  /** `owner/name` of the repository that it is opened in. */
  repo: string;
  /** The branch of the same repository; of a fork, the name that its branch has there. */
  branch: string;
  /** Login of the owner of a fork, which has the same name. */
  fork?: string;
  /** What the fork's commit changes; null removes a file. */
  files?: Record<string, string | null>;
  /** Default: the default branch. */
  base?: string;
  title?: string;
}

/** A pull request. What it shares with issues (title, body, state, labels, assignees) stands in `issue`, as on GitHub. */
export interface Pull {
  id: number;
  number: number;
  issue: Json;
  author: Account;
  fork: string | undefined;
  headRef: string;
  headSha: string;
  baseRef: string;
  baseSha: string;
  draft: boolean;
  maintainerCanModify: boolean;
  reviewers: Account[];
  /** Slugs. */
  teams: string[];
}

const pulls = new WeakMap<Repository, Pull[]>();

/** The pull requests of a repository, oldest first. */
export function pullsOf(repository: Repository): Pull[] {
  return pulls.get(repository) ?? [];
}

/** What a pull request begins with; its heads are known already. */
type PullFacts = Pick<Pull, 'author' | 'fork' | 'headRef' | 'headSha' | 'baseRef' | 'baseSha'> & { title: string; body?: string | null };

/** Adds a pull request to a repository. Issues and pull requests share their numbers. */
export function addPull(world: World, repository: Repository, facts: PullFacts): Pull {
  const { title, body = null, ...heads } = facts;
  const id = world.nextId();
  const number = repository.issues.length + 1;
  const now = isoTime(world.now());
  const url = `${world.url}/api/v3/repos/${fullName(repository)}`;
  const issue: Json = {
    id: world.nextId(),
    node_id: nodeId('PR', id),
    number,
    title,
    body,
    state: 'open',
    locked: false,
    labels: [],
    comments: 0,
    url: `${url}/issues/${number}`,
    html_url: `${world.url}/${fullName(repository)}/pull/${number}`,
    pull_request: { url: `${url}/pulls/${number}` },
    user: accountPayload(world, facts.author),
    assignees: [],
    assignee: null,
    milestone: null,
    created_at: now,
    updated_at: now,
    closed_at: null,
  };
  const pull: Pull = { id, number, issue, ...heads, draft: false, maintainerCanModify: false, reviewers: [], teams: [] };
  repository.issues.push(issue);
  pulls.set(repository, [...pullsOf(repository), pull]);
  return pull;
}

/** Opens a pull request and announces it. A fork's commit is in the repository's own network, below `refs/pull`, as on GitHub. */
export async function openPullRequest(world: World, wish: NewPullRequest): Promise<{ number: number; sha: string }> {
  const repository = readRepository(world, wish.repo);
  const baseRef = wish.base ?? repository.defaultBranch;
  const baseSha = await headOf(world, repository, baseRef);
  const headSha = wish.fork === undefined ? await headOf(world, repository, wish.branch) : '';
  const pull = addPull(world, repository, {
    title: wish.title ?? `Merge ${wish.branch}`,
    author: wish.fork === undefined ? world.pusher : readAccount(world, wish.fork),
    fork: wish.fork,
    headRef: wish.branch,
    headSha,
    baseRef,
    baseSha,
  });
  if (wish.fork !== undefined) pull.headSha = await commitToFork(world, repository, { pull, files: wish.files ?? {}, parent: baseSha });
  announcePull(world, repository, { action: 'opened', pull, sender: pull.author });
  return { number: pull.number, sha: pull.headSha };
}

/** Moves the head of a pull request, to the head of its branch or to a new commit of its fork, and announces it. */
export async function pushToPullRequest(
  world: World,
  wish: { repo: string; number: number; files?: Record<string, string | null> },
): Promise<{ sha: string }> {
  const repository = readRepository(world, wish.repo);
  const pull = pullsOf(repository).find(({ number }) => number === wish.number);
  if (!pull) throw new Error(`${wish.repo} has no pull request ${wish.number}.`);
  const before = pull.headSha;
  pull.headSha =
    pull.fork === undefined
      ? await headOf(world, repository, pull.headRef)
      : await commitToFork(world, repository, { pull, files: wish.files ?? {}, parent: before });
  announcePull(world, repository, { action: 'synchronize', pull, sender: pull.author, extra: { before, after: pull.headSha } });
  return { sha: pull.headSha };
}

async function headOf(world: World, repository: Repository, branch: string): Promise<string> {
  const ref = await findRef(placeOf(world, repository), `refs/heads/${branch}`);
  if (ref) return ref.sha;
  const names = (await listRefs(placeOf(world, repository), 'refs/heads/')).map(({ name }) => name.slice('refs/heads/'.length));
  throw new Error(`${fullName(repository)} has no branch ${branch}; it has ${names.join(', ')}.`);
}

async function commitToFork(
  world: World,
  repository: Repository,
  change: { pull: Pull; files: Record<string, string | null>; parent: string },
): Promise<string> {
  const { pull, files, parent } = change;
  const author = { name: pull.author.login, email: pull.author.email };
  const ref = `refs/pull/${pull.number}/head`;
  return await writeCommit(placeOf(world, repository), {
    branch: pull.headRef,
    ref,
    message: String(pull.issue['title']),
    files,
    author,
    at: world.now(),
    parent,
  });
}

/** A pull request as the API and the events show it. */
export function pullPayload(world: World, repository: Repository, pull: Pull): Json {
  const own = repositoryPayload(world, repository);
  const head =
    pull.fork === undefined
      ? own
      : { ...own, id: pull.id, full_name: `${pull.fork}/${repository.name}`, owner: accountPayload(world, pull.author), fork: true };
  const side = (ref: string, sha: string, repo: Json): Json => ({
    label: `${String(repo['full_name']).split('/')[0]}:${ref}`,
    ref,
    sha,
    repo,
  });
  const { pull_request, comments: _comments, ...shared } = pull.issue;
  return {
    ...shared,
    id: pull.id,
    url: (pull_request as Json)['url'],
    draft: pull.draft,
    maintainer_can_modify: pull.maintainerCanModify,
    head: side(pull.headRef, pull.headSha, head),
    base: side(pull.baseRef, pull.baseSha, own),
    merged: false,
    merged_at: null,
    merge_commit_sha: null,
    requested_reviewers: pull.reviewers.map((account) => accountPayload(world, account)),
    requested_teams: pull.teams.map((slug) => ({ slug, name: slug })),
  };
}

/** Tells the installation what happened to a pull request. */
export function announcePull(
  world: World,
  repository: Repository,
  event: { action: string; pull: Pull; sender: Account; extra?: Json },
): void {
  const installation = findInstallation(world, repository);
  if (!installation) return;
  const { action, pull, sender, extra = {} } = event;
  const payload: Json = {
    action,
    number: pull.number,
    pull_request: pullPayload(world, repository, pull),
    ...extra,
    repository: repositoryPayload(world, repository),
    ...organizationOf(world, repository),
    sender: accountPayload(world, sender),
  };
  announce(world, { event: 'pull_request', payload, installation, repository });
}

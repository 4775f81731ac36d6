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

interface Pull {
  id: number;
  number: number;
  title: string;
  author: Account;
  fork: string | undefined;
  headRef: string;
  headSha: string;
  baseRef: string;
  baseSha: string;
}

const pulls = new WeakMap<Repository, Pull[]>();

/** Opens a pull request and announces it. A fork's commit is in the repository's own network, below `refs/pull`, as on GitHub. */
export async function openPullRequest(world: World, wish: NewPullRequest): Promise<{ number: number; sha: string }> {
  const repository = readRepository(world, wish.repo);
  const baseRef = wish.base ?? repository.defaultBranch;
  const base = await headOf(world, repository, baseRef);
  const known = pulls.get(repository) ?? [];
  const id = world.nextId();
  const author = wish.fork === undefined ? world.pusher : readAccount(world, wish.fork);
  const number = repository.issues.length + known.length + 1;
  const pull: Pull = {
    id,
    number,
    title: wish.title ?? `Merge ${wish.branch}`,
    author,
    fork: wish.fork,
    headRef: wish.branch,
    headSha: '',
    baseRef,
    baseSha: base,
  };
  pull.headSha =
    wish.fork === undefined
      ? await headOf(world, repository, wish.branch)
      : await commitToFork(world, repository, { pull, files: wish.files ?? {}, parent: base });
  pulls.set(repository, [...known, pull]);
  announcePull(world, repository, { action: 'opened', pull });
  return { number, sha: pull.headSha };
}

/** Moves the head of a pull request, to the head of its branch or to a new commit of its fork, and announces it. */
export async function pushToPullRequest(
  world: World,
  wish: { repo: string; number: number; files?: Record<string, string | null> },
): Promise<{ sha: string }> {
  const repository = readRepository(world, wish.repo);
  const pull = pulls.get(repository)?.find(({ number }) => number === wish.number);
  if (!pull) throw new Error(`${wish.repo} has no pull request ${wish.number}.`);
  const before = pull.headSha;
  pull.headSha =
    pull.fork === undefined
      ? await headOf(world, repository, pull.headRef)
      : await commitToFork(world, repository, { pull, files: wish.files ?? {}, parent: before });
  announcePull(world, repository, { action: 'synchronize', pull, extra: { before, after: pull.headSha } });
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
    message: pull.title,
    files,
    author,
    at: world.now(),
    parent,
  });
}

function announcePull(world: World, repository: Repository, event: { action: string; pull: Pull; extra?: Json }): void {
  const installation = findInstallation(world, repository);
  if (!installation) return;
  const { action, pull, extra = {} } = event;
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
  const now = isoTime(world.now());
  const payload: Json = {
    action,
    number: pull.number,
    pull_request: {
      id: pull.id,
      node_id: nodeId('PR', pull.id),
      number: pull.number,
      state: 'open',
      locked: false,
      draft: false,
      title: pull.title,
      body: null,
      user: accountPayload(world, pull.author),
      html_url: `${world.url}/${fullName(repository)}/pull/${pull.number}`,
      head: side(pull.headRef, pull.headSha, head),
      base: side(pull.baseRef, pull.baseSha, own),
      merged: false,
      merged_at: null,
      merge_commit_sha: null,
      labels: [],
      assignees: [],
      requested_reviewers: [],
      requested_teams: [],
      milestone: null,
      created_at: now,
      updated_at: now,
      closed_at: null,
    },
    ...extra,
    repository: own,
    ...organizationOf(world, repository),
    sender: accountPayload(world, pull.author),
  };
  announce(world, { event: 'pull_request', payload, installation, repository });
}

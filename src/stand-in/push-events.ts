import { isAncestor, listShas, pushCommitLimit, readLog, type LoggedCommit } from './git-history.ts';
import { listRefs, resolveCommit, setHead, zeroSha, type GitPlace, type Ref } from './git-repository.ts';
import { accountPayload, pushCommitPayload, pushRepositoryPayload, repositoryPayload } from './payloads.ts';
import { announce } from './webhook-sender.ts';
import { findInstallation, fullName, type Account, type Json, type Repository, type World } from './world.ts';

interface RefChange {
  ref: string;
  before: string;
  after: string;
  forced: boolean;
}

/** Above these GitHub sends nothing for the refs of that kind in one push (handbook C3). */
const tagLimit = 3;
const branchLimit = 5000;

const lastRefs = new WeakMap<Repository, Ref[]>();

/** The git place of a repository. */
export function placeOf(world: World, repository: Repository): GitPlace {
  return { git: world.git, gitDirectory: repository.gitDirectory };
}

/**
 * Runs something that changes refs, alone for its repository, then does what GitHub does after a push:
 * activity, `pushed_at`, and the webhooks of every branch and tag that moved. The deliveries are queued when it resolves.
 */
export function changeRefs<T>(
  world: World,
  repository: Repository,
  options: { sender: Account; change: (before: Ref[]) => Promise<T> },
): Promise<T> {
  return world.locks.run(String(repository.id), async () => {
    const place = placeOf(world, repository);
    // Refs change only through here, so what the last change left is what this one finds.
    const before = lastRefs.get(repository) ?? (await listRefs(place));
    lastRefs.delete(repository);
    try {
      return await options.change(before);
    } finally {
      // Also after an error: a push whose client went away may have moved refs.
      const after = await listRefs(place);
      lastRefs.set(repository, after);
      await recordPush(world, repository, { before, after, sender: options.sender });
    }
  });
}

async function recordPush(world: World, repository: Repository, push: { before: Ref[]; after: Ref[]; sender: Account }): Promise<void> {
  const changed = compareRefs(push.before, push.after);
  if (changed.length === 0) return;
  repository.pushedAt = world.now();
  if (push.before.length === 0) await adoptDefaultBranch(repository, push.after);
  const changes = changed.filter(({ ref }) => /^refs\/(heads|tags)\//.test(ref));
  for (const change of changes) change.forced = await isForced(world, repository, change);
  const branches = changes.filter(({ ref }) => ref.startsWith('refs/heads/'));
  const tags = changes.filter(({ ref }) => ref.startsWith('refs/tags/'));
  for (const change of branches) recordActivity(world, repository, { change, actor: push.sender });
  const announced = [...(branches.length > branchLimit ? [] : branches), ...(tags.length > tagLimit ? [] : tags)];
  for (const change of announced) await announceChange(world, repository, { change, before: push.before, sender: push.sender });
}

function compareRefs(before: Ref[], after: Ref[]): RefChange[] {
  const gone = new Map(before.map((ref) => [ref.name, ref]));
  const changes: RefChange[] = [];
  for (const ref of after) {
    const old = gone.get(ref.name);
    gone.delete(ref.name);
    if (old?.sha === ref.sha) continue;
    changes.push({ ref: ref.name, before: old?.sha ?? zeroSha, after: ref.sha, forced: false });
  }
  for (const old of gone.values()) changes.push({ ref: old.name, before: old.sha, after: zeroSha, forced: false });
  return changes;
}

async function isForced(world: World, repository: Repository, change: RefChange): Promise<boolean> {
  if (change.before === zeroSha || change.after === zeroSha) return false;
  return !(await isAncestor(placeOf(world, repository), change.before, change.after));
}

/** The first branch pushed into an empty repository becomes its default when the expected one is missing. */
async function adoptDefaultBranch(repository: Repository, after: Ref[]): Promise<void> {
  const branches = after.filter(({ name }) => name.startsWith('refs/heads/')).map(({ name }) => name.slice('refs/heads/'.length));
  const [first] = branches;
  if (first === undefined || branches.includes(repository.defaultBranch)) return;
  repository.defaultBranch = first;
  await setHead(repository.gitDirectory, first);
}

function recordActivity(world: World, repository: Repository, { change, actor }: { change: RefChange; actor: Account }): void {
  const { before, after, ref, forced } = change;
  const type = before === zeroSha ? 'branch_creation' : after === zeroSha ? 'branch_deletion' : forced ? 'force_push' : 'push';
  repository.activity.push({ id: world.nextId(), before, after, ref, timestamp: world.now(), type, actor });
}

async function announceChange(
  world: World,
  repository: Repository,
  { change, before, sender }: { change: RefChange; before: Ref[]; sender: Account },
): Promise<void> {
  const installation = findInstallation(world, repository);
  if (!installation) return;
  const common = { installation, repository };
  const created = change.before === zeroSha;
  if (created) announce(world, { event: 'create', payload: lifeCyclePayload(world, repository, { change, sender, created }), ...common });
  if (installation.events.includes('push') && !installation.suspendedAt) {
    announce(world, { event: 'push', payload: await pushPayload(world, repository, { change, before, sender }), ...common });
  }
  if (change.after === zeroSha) {
    announce(world, { event: 'delete', payload: lifeCyclePayload(world, repository, { change, sender, created }), ...common });
  }
}

function lifeCyclePayload(world: World, repository: Repository, options: { change: RefChange; sender: Account; created: boolean }): Json {
  const { ref } = options.change;
  const branch = ref.startsWith('refs/heads/');
  return {
    ref: ref.slice(branch ? 'refs/heads/'.length : 'refs/tags/'.length),
    ref_type: branch ? 'branch' : 'tag',
    full_ref: ref,
    ...(options.created ? { master_branch: repository.defaultBranch, description: repository.description } : {}),
    pusher_type: 'user',
    repository: repositoryPayload(world, repository),
    ...organizationOf(world, repository),
    sender: accountPayload(world, options.sender),
  };
}

/** Events of an organisation's repository name it. */
export function organizationOf(world: World, repository: Repository): Json {
  return repository.owner.type === 'Organization' ? { organization: accountPayload(world, repository.owner) } : {};
}

async function pushPayload(
  world: World,
  repository: Repository,
  push: { change: RefChange; before: Ref[]; sender: Account },
): Promise<Json> {
  const { change, sender } = push;
  const { commits, head } = await pushedCommits(world, repository, push);
  const show = (commit: PushedCommit): Json => pushCommitPayload(world, repository, commit);
  return {
    ref: change.ref,
    before: change.before,
    after: change.after,
    repository: pushRepositoryPayload(world, repository),
    pusher: { name: sender.login, email: sender.email },
    ...organizationOf(world, repository),
    sender: accountPayload(world, sender),
    created: change.before === zeroSha,
    deleted: change.after === zeroSha,
    forced: change.forced,
    base_ref: null,
    compare: compareUrl(world, repository, change),
    commits: commits.map(show),
    head_commit: head ? show(head) : null,
  };
}

function compareUrl(world: World, repository: Repository, change: RefChange): string {
  const web = `${world.url}/${fullName(repository)}`;
  const short = (sha: string): string => sha.slice(0, 12);
  if (change.after === zeroSha) return `${web}/compare/${short(change.before)}...${short(change.after)}`;
  if (change.before !== zeroSha) return `${web}/compare/${short(change.before)}...${short(change.after)}`;
  return `${web}/compare/${change.ref
    .replace(/^refs\/(heads|tags)\//, '')
    .split('/')
    .map(encodeURIComponent)
    .join('/')}`;
}

type PushedCommit = LoggedCommit & { distinct: boolean };

/** Oldest first, as in the payload; a commit is distinct when no other ref had it before the push (handbook C5). */
async function pushedCommits(
  world: World,
  repository: Repository,
  { change, before }: { change: RefChange; before: Ref[] },
): Promise<{ commits: PushedCommit[]; head: PushedCommit | null }> {
  if (change.after === zeroSha) return { commits: [], head: null };
  const place = placeOf(world, repository);
  // A tag may stand for a tag, a tree or a blob; only a commit has a history to tell.
  const tip = change.ref.startsWith('refs/tags/') ? await resolveCommit(place, change.after) : change.after;
  if (tip === undefined) return { commits: [], head: null };
  const exclude = [...new Set(before.filter(({ name }) => name.startsWith('refs/heads/')).map(({ sha }) => `^${sha}`))];
  const created = change.before === zeroSha;
  const limit = [`--max-count=${pushCommitLimit}`];
  const logged = await readLog(place, [tip, ...(created ? exclude : [`^${change.before}`])], limit);
  // With nothing but this branch there, everything that came is new.
  const alone = created || logged.length === 0 || exclude.length <= 1;
  const fresh = alone ? undefined : new Set(await listShas(place, [tip, ...exclude], limit));
  const commits = logged.map((commit): PushedCommit => Object.assign(commit, { distinct: fresh?.has(commit.sha) ?? true }));
  const [head] = commits[0]?.sha === tip ? commits : await readLog(place, [tip], ['--no-walk=unsorted']);
  // GitHub marks the head commit as distinct also where it came in with another branch.
  return { commits: commits.toReversed(), head: head ? { ...head, distinct: true } : null };
}

import type { Change, RefChange } from './change.ts';
import type { Commit } from './ref-change.ts';
import { isRefChange } from './change.ts';
import { cutCharacters } from './strangers-text.ts';

/** The body of a webhook as the older system sent it; the hook adds its `hookId`. */
export interface CompatibilityBody {
  event: string;
  projectId: string;
  owner: string;
  projectName: string;
  data: Record<string, unknown>;
}

/** The longest commit message in a body, in characters. */
const maxMessage = 10_000;

/**
 * A change in the words of the system whose names are in upper case, in the order in which that system sent them; none for what
 * it had no word for. One push becomes a COMMIT for each commit that is new, and then the move of the branch.
 *
 * Other than there: hashes are git's and have no `#`; COMMIT has the commit itself in it; BRANCH_HASH_UPDATED says `forced`;
 * a moved tag, which that system did not know, is a TAG_DELETED and a TAG_CREATED. No e-mail address is in any of them.
 */
export function toCompatibilityBodies(change: Change): CompatibilityBody[] {
  const { owner, name } = change.repository;
  const body = (event: string, data: Record<string, unknown>): CompatibilityBody => ({
    event,
    projectId: `${owner}+${name}`,
    owner,
    projectName: name,
    data: { userId: change.actor?.login ?? null, ...data },
  });
  if (isRefChange(change)) return refBodies(change, body);
  switch (change.type) {
    case 'branch.joined':
    case 'branch.left':
      // Who looks at a branch is somebody of RepoWatch, not of GitHub.
      return [
        body(change.type === 'branch.joined' ? 'BRANCH_JOINED' : 'BRANCH_LEFT', {
          branchName: change.data.ref.name,
          userId: change.data.user,
        }),
      ];
    case 'project.deleted':
      return [body('PROJECT_DELETED', {})];
    default:
      return [];
  }
}

function refBodies(change: RefChange, body: (event: string, data: Record<string, unknown>) => CompatibilityBody): CompatibilityBody[] {
  const { ref, before, after, forced, head_commit: head } = change.data;
  const commits = change.data.commits.filter((commit) => commit.distinct).map((commit) => body('COMMIT', commitData(change, commit)));
  const tag = { tagName: ref.name };
  const branch = { branchName: ref.name };
  const commitHash = head?.id ?? after;
  switch (change.type) {
    case 'branch.created':
      return [...commits, body('BRANCH_CREATED', { ...branch, oldHash: '', newHash: after })];
    case 'branch.updated':
      return [...commits, body('BRANCH_HASH_UPDATED', { ...branch, oldHash: before, newHash: after, forced })];
    case 'branch.deleted':
      return [body('BRANCH_DELETED', { ...branch, oldHash: before, newHash: '' })];
    case 'tag.created':
      return [...commits, body('TAG_CREATED', { ...tag, commitHash })];
    case 'tag.moved':
      return [...commits, body('TAG_DELETED', tag), body('TAG_CREATED', { ...tag, commitHash })];
    case 'tag.deleted':
      return [body('TAG_DELETED', tag)];
  }
}

function commitData(change: RefChange, commit: Commit): Record<string, unknown> {
  const { ref } = change.data;
  return {
    repo: change.repository.full_name,
    commit_hash: commit.id,
    ...(ref.kind === 'branch' ? { branch: ref.name } : {}),
    author: commit.author.username ?? commit.author.name,
    message: cutCharacters(commit.message, maxMessage),
    user: change.actor?.login ?? null,
  };
}

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { failed, ok } from '../core/outcome.ts';
import type { ActionKind } from './action.ts';
import type { GitHubAnswer, GitHubRepository } from './github-access.ts';
import { bodyField, titleField } from './github-input.ts';
import { runOnGitHub, workAlone, type GitHubStep } from './github-step.ts';
import { branchField } from './github-target.ts';
import { openPull } from './github/pull-request/open-pull.ts';

const input = z.strictObject({
  repository: z.undefined().optional(),
  path: z.string(),
  content: z.string(),
  /** The blob that the text was made from; null for a file that is not there yet. */
  base_sha: z.string().nullable(),
  /** The branch that the pull request wants to change. */
  base: branchField,
  branch: branchField,
  title: titleField,
  body: bodyField.default(''),
  draft: z.boolean().default(false),
});
type Wish = z.output<typeof input>;

const refSchema = z.object({ object: z.object({ sha: z.string() }) });
const fileSchema = z.object({ type: z.string(), sha: z.string() });
const writtenSchema = z.object({ content: z.object({ sha: z.string() }), commit: z.object({ sha: z.string() }) });

/** How git names a text. */
function blobSha(content: string): string {
  const bytes = Buffer.from(content);
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/**
 * Commits a file to a branch of its own and opens a pull request with it. No configuration can name it: a person with the right to write
 * asks for it. Looks before each write, so that it can be asked for again: a branch with this very text is gone on from.
 */
export const fileProposal: ActionKind<typeof input> = {
  name: 'repowatch/file-proposal',
  title: 'Propose a file',
  schema: input,
  secretFields: [],
  permissions: { contents: 'write', pull_requests: 'write' },
  defaultTimeoutMs: 60_000,
  run: (context, tools) =>
    runOnGitHub(context, tools, {
      permissions: fileProposal.permissions,
      work: async (step, wish) =>
        await workAlone(step, `file-proposal:${wish.branch}`, { run: async () => await propose(step, wish), noteOf: () => undefined }),
    }),
};

async function propose(step: GitHubStep, wish: Wish): Promise<GitHubAnswer<Record<string, unknown>>> {
  const { repository } = step;
  const { path, base, branch, content } = wish;
  const where = `${repository.owner}/${repository.name}`;
  const head = await readBranch(repository, base);
  if (!head.ok) return head;
  if (head.value === undefined) return failed('conflict', `${where} has no commit on ${base} yet. Make a first one on GitHub.`);
  const now = await readFile(repository, { path, ref: head.value });
  if (!now.ok) return now;
  const wanted = blobSha(content);
  if ((now.value ?? null) === wanted) return failed('conflict', `${path} on ${base} says this already. There is nothing to propose.`);
  if ((now.value ?? null) !== wish.base_sha)
    return failed(
      'conflict',
      `${path} on ${base} was changed after it was opened here. Copy what you wrote, load the page again, and put it into what is there now.`,
    );
  const made = await makeBranch(repository, { branch, sha: head.value });
  if (!made.ok) return made;
  const there = await readFile(repository, { path, ref: made.value });
  if (!there.ok) return there;
  if (there.value !== wanted && there.value !== now.value)
    return failed('conflict', `The branch ${branch} is there already, with another version of the file. Choose another name.`);
  const committed =
    there.value === wanted ? ok({ commit: { sha: made.value } }) : await commit(repository, { wish, before: now.value, wanted });
  if (!committed.ok) return committed;
  const wishes = { ...wish, head: branch, labels: [], reviewers: [], team_reviewers: [], update: false, maintainer_can_modify: undefined };
  const opened = await openPull(repository, { ...wishes, token: step.token, triedBefore: step.repeats });
  return opened.ok ? ok({ ...opened.value, branch, commit_sha: committed.value.commit.sha }) : opened;
}

/** The head of a branch; undefined when there is none. */
async function readBranch(repository: GitHubRepository, branch: string): Promise<GitHubAnswer<string | undefined>> {
  const read = await repository.read(`/git/ref/heads/${branch.split('/').map(encodeURIComponent).join('/')}`, refSchema);
  if (read.ok) return ok(read.value.object.sha);
  return read.code === 'github_not_found' ? ok(undefined) : read;
}

/** The blob at a path; undefined when there is none. */
async function readFile(
  repository: GitHubRepository,
  { path, ref }: { path: string; ref: string },
): Promise<GitHubAnswer<string | undefined>> {
  const read = await repository.read(`/contents/${path}?ref=${encodeURIComponent(ref)}`, fileSchema);
  if (!read.ok) return read.code === 'github_not_found' ? ok(undefined) : read;
  if (read.value.type !== 'file') return failed('conflict', `${path} is no file there, but a ${read.value.type}.`);
  return ok(read.value.sha);
}

/** The head of a branch that is made when it is not there. */
async function makeBranch(repository: GitHubRepository, { branch, sha }: { branch: string; sha: string }): Promise<GitHubAnswer<string>> {
  const known = await readBranch(repository, branch);
  if (!known.ok) return known;
  if (known.value !== undefined) return ok(known.value);
  const made = await repository.write({ method: 'POST', path: '/git/refs', body: { ref: `refs/heads/${branch}`, sha }, answer: refSchema });
  if (made.ok) return ok(made.value.object.sha);
  if (made.code !== 'github_refused') return made;
  const again = await readBranch(repository, branch);
  return again.ok && again.value !== undefined ? ok(again.value) : made;
}

async function commit(
  repository: GitHubRepository,
  { wish, before, wanted }: { wish: Wish; before: string | undefined; wanted: string },
): Promise<GitHubAnswer<z.output<typeof writtenSchema>>> {
  const { path, content, branch, title } = wish;
  const body = { message: title, content: Buffer.from(content).toString('base64'), branch, ...(before !== undefined && { sha: before }) };
  const written = await repository.write({ method: 'PUT', path: `/contents/${path}`, body, answer: writtenSchema });
  if (!written.ok) return written;
  if (written.value.content.sha !== wanted) return failed('github_refused', `GitHub took ${path} and changed its text`);
  return written;
}

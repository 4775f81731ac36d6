import { z } from 'zod';
import { failed, ok } from '../core/outcome.ts';
import type { GitHubAnswer, GitHubRepository } from './github-access.ts';
import type { RunFacts } from './run-facts.ts';

/** Which commit is meant. */
export const shaField = z
  .string()
  .regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'Write the whole sha of a commit.')
  .optional()
  .describe(
    'The sha of the commit; without it the one that the change leads to: the new head of its branch, or the head of its pull request.',
  );

/** The commit that a step names, or else the one its change leads to. For an annotated tag that is the commit behind it (handbook C6). */
export function readSha(given: string | undefined, { after, commit, ref, change }: RunFacts): GitHubAnswer<string> {
  const pull = change['pull_request'] as { head?: { sha?: unknown } } | undefined;
  const behindTag = ref?.['kind'] === 'tag' ? commit?.['id'] : undefined;
  const found = given ?? behindTag ?? after ?? pull?.head?.sha;
  if (typeof found === 'string' && found !== '' && !/^0+$/.test(found)) return ok(found);
  return failed('action_input_invalid', 'This change leads to no commit: say which one with `with.sha`.');
}

/** A branch by name. */
export const branchField = z.string().min(1).max(255);

/** The branch that the change is on; undefined for tags and for what is on none. */
export function branchOfFacts({ ref }: RunFacts): string | undefined {
  return ref?.['kind'] === 'branch' ? String(ref['name']) : undefined;
}

/** The default branch of a repository that a step has opened. */
export async function readDefaultBranch(repository: GitHubRepository, facts: RunFacts): Promise<GitHubAnswer<string>> {
  const { full_name: own, default_branch: known } = facts.repository;
  if (typeof known === 'string' && String(own).toLowerCase() === `${repository.owner}/${repository.name}`.toLowerCase()) return ok(known);
  const read = await repository.read('', z.object({ default_branch: z.string() }));
  return read.ok ? ok(read.value.default_branch) : read;
}

/** Names that begin like ours: a step must not look like RepoWatch's own verdict about the configuration. */
export const ownNameRule = [
  (name: string) => !/^\s*repowatch\//i.test(name),
  'Names that begin with repowatch/ are kept for what RepoWatch itself says.',
] as const;

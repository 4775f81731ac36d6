import { z } from 'zod';
import { isSha, type ChangedFiles, type Commit } from '../changes/ref-change.ts';
import { ok } from '../core/outcome.ts';
import { readOne, type Read } from './ask.ts';
import type { GitHubClient } from './clients.ts';
import { encodePath, repositoryRoute, type RepositoryPlace } from './repository-path.ts';

/** What lies between two heads (handbook C7). */
export interface Comparison {
  /** The commits of the new head that the old one did not have, oldest first; at most 250. */
  commits: Commit[];
  /** How many there are. */
  total: number;
  /** The commit of the new head, when the answer has it. */
  head: Commit | null;
  /** The files that differ; null when they are not those of the push, because the old head is no ancestor of the new one. */
  files: ChangedFiles | null;
  /** True when not all commits or not all files came. */
  truncated: boolean;
}

/** The most files of a comparison that GitHub tells (handbook C7). */
const maxFiles = 300;

const person = z.object({ name: z.string().nullish(), email: z.string().nullish(), date: z.string().nullish() }).nullish();
const commitSchema = z.object({
  sha: z.string().refine(isSha),
  html_url: z.string().nullish(),
  commit: z.object({ message: z.string().nullish(), author: person, committer: person }),
  author: z.object({ login: z.string().optional() }).nullish(),
});
type RawCommit = z.output<typeof commitSchema>;

const fileSchema = z.object({ filename: z.string(), status: z.string().optional(), previous_filename: z.string().optional() });
const comparisonSchema = z.object({
  status: z.string(),
  total_commits: z.int(),
  commits: z.array(commitSchema),
  base_commit: commitSchema.nullish(),
  merge_base_commit: commitSchema.nullish(),
  files: z.array(fileSchema).nullish(),
});

/** Which commits are compared; `created` for a new branch, whose `before` is the head that it is compared with instead (handbook C6). */
export interface ComparedHeads {
  before: string;
  after: string;
  created?: boolean;
}

/** Compares two commits in one request. `github_not_found` when one of them is not there any more. */
export async function readComparison(client: GitHubClient, place: RepositoryPlace, heads: ComparedHeads): Promise<Read<Comparison>> {
  const { before, after, created } = heads;
  const read = await readOne(
    client,
    { route: repositoryRoute(place, `/compare/${encodePath(`${before}...${after}`) ?? '_'}`) },
    comparisonSchema,
  );
  if (!read.ok) return read;
  const { status, commits, files, base_commit: base, merge_base_commit: mergeBase, total_commits: total } = read.value;
  const head = [...commits]
    .reverse()
    .concat(mergeBase ?? [], base ?? [])
    .find(({ sha }) => sha === after);
  // From a common ancestor on is what a new branch brings; for a push it is not what it changed.
  const onward = created === true || status === 'ahead' || status === 'identical';
  return ok({
    commits: commits.map(toCommit),
    total,
    head: head ? toCommit(head) : null,
    files: onward ? listFiles(files ?? []) : null,
    truncated: !onward || commits.length < total || files === undefined || files === null || files.length >= maxFiles,
  });
}

/** Reads one commit, without its files. */
export async function readCommit(client: GitHubClient, place: RepositoryPlace, sha: string): Promise<Read<Commit>> {
  const read = await readOne(client, { route: repositoryRoute(place, `/commits/${sha}`) }, commitSchema);
  return read.ok ? ok(toCommit(read.value)) : read;
}

/** A commit as REST lists it, in our shape. Which files it touched is not in it, and other branches were not asked. */
function toCommit(raw: RawCommit): Commit {
  const { author, committer, message } = raw.commit;
  return {
    id: raw.sha,
    message: message ?? '',
    timestamp: committer?.date ?? author?.date ?? null,
    url: raw.html_url ?? null,
    author: { name: author?.name ?? '', email: author?.email ?? null, username: raw.author?.login ?? null },
    distinct: true,
    added: [],
    modified: [],
    removed: [],
  };
}

/** A renamed file is one that went and one that came, as in a push. */
function listFiles(files: z.output<typeof fileSchema>[]): ChangedFiles {
  const changed: ChangedFiles = { added: [], modified: [], removed: [] };
  for (const { filename, status, previous_filename: previous } of files) {
    if (status === 'removed') changed.removed.push(filename);
    else if (status === 'added' || status === 'copied' || status === 'renamed') changed.added.push(filename);
    else changed.modified.push(filename);
    if (status === 'renamed' && previous !== undefined) changed.removed.push(previous);
  }
  return changed;
}

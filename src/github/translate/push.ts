import { z } from 'zod';
import { isSha, isZeroSha, type Commit } from '../../changes/ref-change.ts';
import { actorSchema, repositorySchema } from '../facts.ts';
import { ignored, type RefMove, type Translation } from '../translation.ts';
import { findInstallation, isRefName, longRefName, quote, readPayload, withoutInstallation } from './read-payload.ts';

/** The most commits that one push delivery carries (handbook C4). */
const maxCommits = 2048;
/** The most file names in each of the three lists of a commit (handbook C4). */
const maxFileNames = 3000;

const fileNames = z.array(z.string()).optional();

const commitSchema = z.object({
  id: z.string(),
  message: z.string().optional(),
  timestamp: z.string().nullish(),
  url: z.string().nullish(),
  author: z.object({ name: z.string().nullish(), email: z.string().nullish(), username: z.string().nullish() }).nullish(),
  distinct: z.boolean().optional(),
  added: fileNames,
  modified: fileNames,
  removed: fileNames,
});
type RawCommit = z.output<typeof commitSchema>;

const shaSchema = z.string().refine(isSha, 'not a git object id of 40 or 64 hex digits');

const pushSchema = z.object({
  ref: z.string(),
  before: shaSchema,
  after: shaSchema,
  forced: z.boolean().optional(),
  compare: z.string().nullish(),
  commits: z.array(commitSchema).nullish(),
  head_commit: commitSchema.nullish(),
  repository: repositorySchema,
  sender: actorSchema,
});

function readCommit(raw: RawCommit): Commit {
  const { author } = raw;
  return {
    id: raw.id,
    message: raw.message ?? '',
    timestamp: raw.timestamp ?? null,
    url: raw.url ?? null,
    author: { name: author?.name ?? '', email: author?.email ?? null, username: author?.username ?? null },
    distinct: raw.distinct ?? true,
    added: raw.added ?? [],
    modified: raw.modified ?? [],
    removed: raw.removed ?? [],
  };
}

/** True when a list is missing, or as long as GitHub makes it: the rest is not told. */
function isCutShort(list: string[] | undefined): boolean {
  return list === undefined || list.length >= maxFileNames;
}

function isTruncated(commits: RawCommit[]): boolean {
  if (commits.length >= maxCommits) return true;
  return commits.some((commit) => isCutShort(commit.added) || isCutShort(commit.modified) || isCutShort(commit.removed));
}

/** Branch names may contain slashes, so only the prefix is cut off (handbook C1). */
function readRef(full: string): Pick<RefMove, 'kind' | 'name' | 'full'> | undefined {
  for (const [prefix, kind] of [
    ['refs/heads/', 'branch'],
    ['refs/tags/', 'tag'],
  ] as const) {
    if (full.startsWith(prefix) && full.length > prefix.length) return { kind, name: full.slice(prefix.length), full };
  }
  return undefined;
}

/** A push: the move of one branch or tag, its creation and deletion included (handbook C1-C6). */
export function translatePush(payload: Record<string, unknown>): Translation {
  const installation = findInstallation(payload);
  if (!installation) return withoutInstallation('push');
  const { ref: full } = payload;
  const ref = typeof full === 'string' ? readRef(full) : undefined;
  if (ref && !isRefName(ref.name)) return longRefName(ref.name);
  if (typeof full === 'string' && !ref) return ignored('ref_not_tracked', `The ref ${quote(full)} is neither a branch nor a tag`);
  const result = readPayload('push', pushSchema, payload);
  if (!result.read) return result.refusal;
  const { read } = result;
  if (isZeroSha(read.before) && isZeroSha(read.after)) {
    return ignored(
      'unexpected_payload',
      `A push payload must carry an object id in "before" or "after", but both are zeros for ${quote(read.ref)}`,
    );
  }
  const commits = read.commits ?? [];
  const move: RefMove = {
    ...ref!,
    before: read.before,
    after: read.after,
    forced: read.forced ?? false,
    actor: read.sender,
    commits: commits.map(readCommit),
    head_commit: read.head_commit ? readCommit(read.head_commit) : null,
    commit_count: commits.length,
    truncated: isTruncated(commits),
    compare_url: read.compare ?? null,
    pushed_at: read.repository.pushed_at,
  };
  return { result: 'ref_move', repository: read.repository, installation, move };
}

import { z } from 'zod';
import { refKinds } from '../core/statuses.ts';
import { defineNoun, type SentenceSubject } from './noun.ts';
import { zeroSha, type Commit, type RefChangeData, type RefChangeType } from './ref-change.ts';
import { shown } from './strangers-text.ts';

const branchTypes = {
  'branch.created': 'A branch was created; `before` is all zeros.',
  'branch.updated': 'A branch moved from `before` to `after`.',
  'branch.deleted': 'A branch was deleted; `after` is all zeros.',
} as const;

const tagTypes = {
  'tag.created': 'A tag was created; `before` is all zeros.',
  'tag.moved': 'A tag moved from `before` to `after`.',
  'tag.deleted': 'A tag was deleted; `after` is all zeros.',
} as const;

const commitSchema = z.strictObject({
  id: z.string(),
  message: z.string(),
  timestamp: z.string().nullable().describe('Chosen by the author'),
  url: z.string().nullable(),
  author: z.strictObject({ name: z.string(), email: z.string().nullable(), username: z.string().nullable() }),
  distinct: z.boolean().describe('False when another branch had this commit already'),
  added: z.array(z.string()),
  modified: z.array(z.string()),
  removed: z.array(z.string()),
}) satisfies z.ZodType<Commit>;

const changedFiles = z.strictObject({ added: z.array(z.string()), modified: z.array(z.string()), removed: z.array(z.string()) });

/** The data of a change to a branch or tag. */
export const refChangeData = z.strictObject({
  ref: z.strictObject({ kind: z.enum(refKinds), name: z.string(), full: z.string() }),
  before: z.string().describe('The head before; all zeros when there was none'),
  after: z.string().describe('The head after; all zeros when there is none'),
  forced: z.boolean(),
  head_commit: commitSchema.nullable().describe('The commit that the ref points at afterwards'),
  commits: z.array(commitSchema),
  commit_count: z.int(),
  truncated: z.boolean().describe('True when the push could not carry all commits or all file names'),
  commits_unknown: z.boolean().describe('True when only the two heads are known'),
  compare_url: z.string().nullable(),
  files: changedFiles
    .nullable()
    .exactOptional()
    .describe('What changed between the heads of a push that no webhook told of; null when unknown'),
  activity_type: z.string().exactOptional().describe('What GitHub’s record of pushes calls it, when no webhook told of it'),
}) satisfies z.ZodType<RefChangeData>;

const shortSha = (sha: string) => sha.slice(0, 7);

function describe({ type, who, data }: SentenceSubject<RefChangeType, RefChangeData>): string {
  const { ref, before, after, commit_count: count, forced } = data;
  const name = shown(ref.name, 255);
  switch (type) {
    case 'branch.created':
    case 'tag.created':
      return `${who} created ${ref.kind} ${name} at ${shortSha(after)}`;
    case 'branch.deleted':
    case 'tag.deleted':
      return `${who} deleted ${ref.kind} ${name} (was ${shortSha(before)})`;
    case 'tag.moved':
      return `${who} moved tag ${name} from ${shortSha(before)} to ${shortSha(after)}`;
    case 'branch.updated': {
      const what = data.commits_unknown ? 'moved' : `${forced ? 'force-pushed' : 'pushed'} ${count} commit${count === 1 ? '' : 's'} to`;
      return `${who} ${what} ${name} (${shortSha(before)} to ${shortSha(after)})`;
    }
  }
}

const shas = ['0a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b', '7d8a2b1c0e9f4a5b6c7d8e9f0a1b2c3d4e5f6a7b'] as const;

const sampleCommit: Commit = {
  id: shas[1],
  message: 'Read settings from one table',
  timestamp: '2026-11-21T10:59:58+01:00',
  url: `https://github.com/acme/app/commit/${shas[1]}`,
  author: { name: 'Mona', email: 'mona@users.noreply.github.com', username: 'mona' },
  distinct: true,
  added: ['src/settings.ts'],
  modified: ['README.md'],
  removed: [],
};

function sample(type: RefChangeType): RefChangeData {
  const kind = type.startsWith('tag.') ? 'tag' : 'branch';
  const name = kind === 'tag' ? 'v2.0.0' : 'main';
  const before = type.endsWith('.created') ? zeroSha : shas[0];
  const after = type.endsWith('.deleted') ? zeroSha : shas[1];
  const commits = type === 'branch.updated' || type === 'branch.created' ? [sampleCommit] : [];
  return {
    ref: { kind, name, full: `refs/${kind === 'tag' ? 'tags' : 'heads'}/${name}` },
    before,
    after,
    forced: false,
    head_commit: after === zeroSha ? null : sampleCommit,
    commits,
    commit_count: commits.length,
    truncated: false,
    commits_unknown: false,
    compare_url: `https://github.com/acme/app/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
  };
}

/** Changes to branches. */
export const branchNoun = defineNoun<keyof typeof branchTypes, typeof refChangeData>({
  name: 'branch',
  types: branchTypes,
  data: refChangeData,
  sample,
  describe,
});

/** Changes to tags. */
export const tagNoun = defineNoun<keyof typeof tagTypes, typeof refChangeData>({
  name: 'tag',
  types: tagTypes,
  data: refChangeData,
  sample,
  describe,
});

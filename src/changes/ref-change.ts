import type { RefKind } from '../core/statuses.ts';

/** A commit as a push carries it. Text in it is written by strangers (handbook C18). */
export interface Commit {
  id: string;
  message: string;
  /** ISO-8601, chosen by the author: never used to order history (handbook C17). */
  timestamp: string | null;
  url: string | null;
  author: { name: string; email: string | null; username: string | null };
  /** False when another branch had this commit already (handbook C5). */
  distinct: boolean;
  added: string[];
  modified: string[];
  removed: string[];
}

/** Who did it. The numeric id identifies a person, never a name or an e-mail address (handbook C15). */
export interface Actor {
  id: string | null;
  login: string;
  /** GitHub's word: User, Bot, Organization. */
  type: string;
}

/** The files that a push changed, when they are known for the whole of it and not commit by commit. */
export interface ChangedFiles {
  added: string[];
  modified: string[];
  removed: string[];
}

/** The type words of changes to refs. */
export const refChangeTypes = ['branch.created', 'branch.updated', 'branch.deleted', 'tag.created', 'tag.moved', 'tag.deleted'] as const;
export type RefChangeType = (typeof refChangeTypes)[number];

/** What is stored with a change to a ref, beside its columns. */
export interface RefChangeData {
  ref: { kind: RefKind; name: string; full: string };
  before: string;
  after: string;
  forced: boolean;
  /** The commit that the ref points at afterwards; for an annotated tag the peeled commit (handbook C6). */
  head_commit: Commit | null;
  commits: Commit[];
  commit_count: number;
  /** True when the push could not carry all commits or all file names (handbook C4). */
  truncated: boolean;
  /** True when only the two heads are known, as after reconcile (handbook D13). */
  commits_unknown: boolean;
  compare_url: string | null;
  /** What changed between the two heads, when GitHub was asked; null when it cannot tell. Absent where the commits name their files. */
  files?: ChangedFiles | null;
  /** GitHub's word in its record of pushes, for a change that was rebuilt from it (handbook D6). */
  activity_type?: string;
}

/** The all-zeros id that GitHub uses for "no such ref" before a creation and after a deletion (handbook C2). */
export const zeroSha = '0'.repeat(40);

/** True for an id of zeros only, in SHA-1 or SHA-256 length. */
export function isZeroSha(sha: string): boolean {
  return /^0+$/.test(sha);
}

/** True for a git object id: 40 or 64 lower-case hex digits. */
export function isSha(text: string): boolean {
  return /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(text);
}

/** The type word of a move of a ref from one head to another. */
export function refChangeType(kind: RefKind, before: string, after: string): RefChangeType {
  if (isZeroSha(before)) return `${kind}.created`;
  if (isZeroSha(after)) return `${kind}.deleted`;
  return kind === 'branch' ? 'branch.updated' : 'tag.moved';
}

import type { Db } from '../db/connect.ts';
import { findRefHead } from '../mirror/find-ref-head.ts';
import type { Repository } from '../mirror/repository.ts';

/** A branch as changes name it, with its head as far as the mirror knows. */
export interface BranchHead {
  ref: { kind: 'branch'; name: string; full: string } | null;
  after: string | null;
}

/** The default branch of a repository; nothing of it for one that has none yet. */
export async function findDefaultBranch(db: Db, repository: Repository): Promise<BranchHead> {
  const name = repository.defaultBranch;
  if (name === null) return { ref: null, after: null };
  const after = await findRefHead(db, { repositoryId: repository.id, kind: 'branch', name });
  return { ref: describeBranch(name), after: after ?? null };
}

/** A branch in the words of changes. */
export function describeBranch(name: string): { kind: 'branch'; name: string; full: string } {
  return { kind: 'branch', name, full: `refs/heads/${name}` };
}

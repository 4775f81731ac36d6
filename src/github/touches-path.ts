import { isZeroSha } from '../changes/ref-change.ts';
import type { RefMove } from './translation.ts';

/**
 * Whether the move of a branch changed a file. `unknown` means that the payload cannot tell, and the file has to be looked
 * at: lists cut short (handbook C4, H9), a new branch, or a forced push, whose commits do not name what it threw away.
 */
export function touchesPath(
  move: Pick<RefMove, 'before' | 'after' | 'forced' | 'truncated' | 'commits'>,
  path: string,
): 'yes' | 'no' | 'unknown' {
  if (isZeroSha(move.after)) return 'no';
  const named = move.commits.some(
    (commit) => commit.added.includes(path) || commit.modified.includes(path) || commit.removed.includes(path),
  );
  if (named) return 'yes';
  return move.truncated || move.forced || isZeroSha(move.before) || move.commits.length === 0 ? 'unknown' : 'no';
}

import type { RefKind } from '../core/statuses.ts';
import { zeroSha } from '../changes/ref-change.ts';

/** A ref as the mirror has it; a sha of null means it is gone. */
export interface MirroredRef {
  kind: RefKind;
  name: string;
  sha: string | null;
  observedAt: Date;
}

/** A ref as a complete listing shows it. */
export interface ListedRef {
  kind: RefKind;
  name: string;
  sha: string;
}

/** A difference between the mirror and GitHub, as a move from one head to the other. */
export interface RefDifference {
  kind: RefKind;
  name: string;
  before: string;
  after: string;
}

/**
 * Compares the mirror with complete listings that were asked for at `observedAt`. What the mirror heard of later is left
 * out: the listing is older than that (handbook D14). A disappearance is only a candidate, to be verified (handbook D12).
 */
export function diffRefs(mirrored: MirroredRef[], listed: ListedRef[], observed: { at: Date; kinds: readonly RefKind[] }): RefDifference[] {
  const keyOf = (ref: { kind: RefKind; name: string }) => `${ref.kind} ${ref.name}`;
  const known = new Map(mirrored.map((ref) => [keyOf(ref), ref]));
  const differences: RefDifference[] = [];
  const seen = new Set<string>();
  for (const ref of listed) {
    seen.add(keyOf(ref));
    const mine = known.get(keyOf(ref));
    if (mine && (mine.sha === ref.sha || mine.observedAt > observed.at)) continue;
    differences.push({ kind: ref.kind, name: ref.name, before: mine?.sha ?? zeroSha, after: ref.sha });
  }
  for (const ref of mirrored) {
    if (ref.sha === null || seen.has(keyOf(ref)) || !observed.kinds.includes(ref.kind) || ref.observedAt > observed.at) continue;
    differences.push({ kind: ref.kind, name: ref.name, before: ref.sha, after: zeroSha });
  }
  return differences;
}

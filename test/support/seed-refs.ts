import { randomBytes } from 'node:crypto';
import { refChangeType, zeroSha, type RefChangeData, type RefChangeType } from '../../src/changes/ref-change.ts';
import type { RefKind } from '../../src/core/statuses.ts';

/** A ref and how it moved; what is not said is made up. */
export interface SeededRef {
  name: string;
  kind?: RefKind;
  /** How it moved; `updated` when not said. */
  move?: 'created' | 'updated' | 'deleted';
}

/** The columns and facts that a move of a ref has. */
export function describeRefName(seeded: SeededRef): { ref: RefChangeData['ref']; type: RefChangeType; before: string; after: string } {
  const kind = seeded.kind ?? 'branch';
  const sha = () => randomBytes(20).toString('hex');
  const before = seeded.move === 'created' ? zeroSha : sha();
  const after = seeded.move === 'deleted' ? zeroSha : sha();
  const full = `${kind === 'branch' ? 'refs/heads/' : 'refs/tags/'}${seeded.name}`;
  return { ref: { kind, name: seeded.name, full }, type: refChangeType(kind, before, after), before, after };
}

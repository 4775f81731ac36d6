import type { Actor, ChangedFiles, Commit } from '../changes/ref-change.ts';
import type { ChangeOrigin, RefKind } from '../core/statuses.ts';
import type { Rebuilt } from '../mirror/judge-move.ts';
import type { Repository } from '../mirror/repository.ts';

/** A move of a ref that arrived from a push, a hint or a comparison, with all that is known about it. */
export interface Arrival {
  repository: Repository;
  deliveryId: string | null;
  origin: ChangeOrigin;
  kind: RefKind;
  name: string;
  full: string;
  before: string;
  after: string;
  at: Date;
  observed: boolean;
  confirmed?: string;
  repeated?: boolean;
  /** Set for a push that was rebuilt from GitHub's record. */
  rebuilt?: Rebuilt;
  /** True when a newer change of the same ref was found with it, for `catch_up: latest`. */
  superseded?: boolean;
  /** True when the commits could not be read; without it that goes for what was observed. */
  commitsUnknown?: boolean;
  files?: ChangedFiles | null;
  activityType?: string;
  forced: boolean;
  actor: Actor | null;
  commits: Commit[];
  headCommit: Commit | null;
  commitCount: number;
  truncated: boolean;
  compareUrl: string | null;
  /** The raw payload, for the `event` context. */
  event: Record<string, unknown>;
}

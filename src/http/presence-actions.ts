import type { ErrorCode } from '../core/error-catalogue.ts';
import type { Outcome } from '../core/outcome.ts';

/** Who looks at which branch, as the streams write it down. */
export interface PresenceActions {
  /** After so long without a word a connection counts as gone. Milliseconds. */
  timeoutMs: number;
  /** A connection begins; answers its id and the head of the branch. `not_found` for a branch that is not there. */
  join(wish: { repositoryId: string; branch: string; person: string }): Promise<Outcome<{ connection: string; head: string }, ErrorCode>>;
  /** A connection is over. */
  leave(connection: string, reason: 'closed' | 'timed_out'): Promise<void>;
  /** These live; answers those that were given up. */
  keep(connections: readonly string[]): Promise<string[]>;
}

import type { ErrorCode } from '../core/error-catalogue.ts';
import type { Outcome } from '../core/outcome.ts';
import type { BulkAnswer, BulkWish } from '../flow/bulk-runs.ts';
import type { Unblocked } from '../flow/unblock-lane.ts';
import type { Parameters } from '../watches/parameters.ts';

/** What people do with runs that did not end well, and with lanes that stand still. */
export interface RunActions {
  /** Lets a dead run go on. `not_found`, or `conflict` for one that is not dead. */
  redrive(id: string): Promise<Outcome<{ id: string }, ErrorCode>>;
  /** Replays or redrives many runs. `bulk_busy` while another such job is not over. */
  requestBulk(wish: BulkWish): Promise<Outcome<BulkAnswer, ErrorCode>>;
  /** Lets a lane go on, with or without the dead run that holds it up. `not_found`, or `conflict` when none does. */
  unblock(wish: { lane: string; skip: boolean }): Promise<Outcome<Unblocked, ErrorCode>>;
  /** Lets a watch run again that was taken for a loop; false when there is no such breaker. */
  resetBreaker(id: string): Promise<boolean>;
  /** After so long without a run that it had to stop, a breaker is closed again. Milliseconds. */
  loopWindowMs: number;
  /** The parameters that a run has, by name. */
  readParameters(id: string): Promise<Parameters>;
}

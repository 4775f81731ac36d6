import type { ErrorCode } from '../core/error-catalogue.ts';
import type { Outcome } from '../core/outcome.ts';
import type { WatchStanding } from '../flow/explain-standing.ts';
import type { JudgedTrial } from '../flow/judge-trial.ts';
import type { TriedConfig, TrialSubject } from '../flow/try-config.ts';

/** A file that is not in force: its text, and whose it would be. */
interface TrialWish {
  content: string;
  path?: string | undefined;
  /** The repository's id on GitHub. */
  githubId?: string | undefined;
  organization?: boolean | undefined;
}

/** Trying configurations out, and asking why a watch did not run. Nothing of it changes anything. */
export interface TrialActions {
  /** What is wrong with a file. */
  validate(wish: TrialWish): Promise<Omit<JudgedTrial, 'config'>>;
  /** What a file would do. `request_invalid` for an event that makes no change. */
  simulate(wish: TrialWish, subject: TrialSubject): Promise<Outcome<TriedConfig, ErrorCode>>;
  /** How a watch of a repository stands now, and what keeps it from running. */
  explainStanding(githubId: string, watchKey: string): Promise<WatchStanding | undefined>;
}

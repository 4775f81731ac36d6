import type { ErrorCode } from '../core/error-catalogue.ts';
import type { Outcome } from '../core/outcome.ts';
import type { RunFacts } from './run-facts.ts';

/** A value of a watch's state as JSON text. Its version changes with every write; it is `0` for what is not there. */
interface StateValue {
  text: string | undefined;
  version: string;
}

/** One write; `version` makes it count only while the key still has that version. */
interface StateWrite {
  key: string;
  /** Undefined removes the key. */
  text: string | undefined;
  version?: string | undefined;
}

/** The small memory of a watch in one repository. Every write counts at once, whatever becomes of the run. */
export interface WatchState {
  read(facts: RunFacts, key: string): Promise<StateValue>;
  /** False when the key had another version, or was not there to be removed. Fails with `script_state_limit` when there is no room. */
  write(facts: RunFacts, write: StateWrite): Promise<Outcome<boolean, ErrorCode>>;
  list(facts: RunFacts): Promise<{ key: string; text: string }[]>;
}

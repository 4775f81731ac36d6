import { describeError } from '../core/errors.ts';
import { showAttemptLog, type OpenAttempt } from '../runs/show-attempt-log.ts';
import type { Context } from './context.ts';

/** How long new lines of a running attempt are gathered before they are written. Milliseconds. */
const gatherMs = 250;

/** The log of one attempt while it goes on. */
interface LiveLog {
  /** Takes all lines so far, masked; they are written a moment later, together with those that come until then. */
  show(lines: readonly string[]): void;
  /** Nothing more is written from here on: the attempt's end brings the whole log. */
  stop(): void;
}

/** Lets people read what an attempt logs before it is over. An attempt that is over in an instant costs nothing. */
export function createLiveLog({ db, log }: Pick<Context, 'db' | 'log'>, attempt: OpenAttempt): LiveLog {
  let latest: readonly string[] = [];
  let written = 0;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const write = async () => {
    const count = latest.length;
    await showAttemptLog(db, attempt, latest.slice()).catch((error: unknown) =>
      log.warn({ run: attempt.runId, error: describeError(error) }, 'The log of a running attempt could not be shown'),
    );
    written = count;
    timer = undefined;
    if (!stopped && latest.length > written) wait();
  };
  const wait = () => void (timer = setTimeout(() => void write(), gatherMs));
  return {
    show(lines) {
      latest = lines;
      if (!stopped && timer === undefined) wait();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

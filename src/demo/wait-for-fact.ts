import { setTimeout as pause } from 'node:timers/promises';
import { RepoWatchError } from '../core/errors.ts';

/** How often a fact is asked for. Milliseconds. */
const pollMs = 50;

/** What to wait for, and how long. */
export interface Waiting {
  /** Continues the sentence "… did not happen". */
  what: string;
  signal: AbortSignal;
  /** Seconds; 30 without it. */
  seconds?: number;
}

/** Asks again and again until the answer is there. Throws `demo_failed` after the deadline, and the abort's reason when it is told to stop. */
export async function waitForFact<T>(waiting: Waiting, ask: () => Promise<T | undefined>): Promise<T> {
  const seconds = waiting.seconds ?? 30;
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    waiting.signal.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) {
      throw new RepoWatchError('demo_failed', `This did not happen within ${seconds} s: ${waiting.what}.`);
    }
    await pause(pollMs, undefined, { signal: waiting.signal });
  }
}

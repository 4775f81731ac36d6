/** The waits of `retry: standard` in seconds, before jitter (Standard Webhooks; config-language.md). */
export const standardRetry: readonly number[] = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];

const longestWait = 86_400;
const jitter = 0.2;

/**
 * When to try again after the attempt with this number (from 1) failed; undefined when the schedule is used up. The wait varies by ±20 %,
 * so that what failed together does not come back together. A receiver's Retry-After can make it longer, up to a day, never shorter.
 */
export function nextRetryAt(options: {
  /** Waits in seconds. */
  schedule: readonly number[];
  attempt: number;
  now: Date;
  retryAfterSeconds?: number | undefined;
  /** Between 0 and 1. */
  random: () => number;
}): Date | undefined {
  const wait = options.schedule[options.attempt - 1];
  if (wait === undefined) return undefined;
  const varied = wait * (1 - jitter + 2 * jitter * options.random());
  const asked = Math.min(options.retryAfterSeconds ?? 0, longestWait);
  const seconds = Number.isFinite(asked) ? Math.max(varied, asked) : varied;
  return new Date(options.now.getTime() + Math.round(seconds * 1000));
}

/** So often a try is postponed; after that every time counts as a try, so that nothing waits for ever. */
const maxPostponed = 300;

/**
 * When to make a try that a limit or a queue did not let through: when it was told to come again, or in a minute, and a little later
 * each time so that those who wait spread out. Undefined when it was postponed too often.
 */
export function postponeTo(options: {
  /** How often it was postponed already. */
  postponed: number;
  now: Date;
  retryAfterSeconds?: number | undefined;
  /** Between 0 and 1. */
  random: () => number;
}): Date | undefined {
  if (options.postponed >= maxPostponed) return undefined;
  const asked = Math.min(options.retryAfterSeconds ?? 60, longestWait);
  const seconds = asked + options.random() * Math.min(1 + options.postponed, 30);
  return new Date(options.now.getTime() + Math.round(seconds * 1000));
}

/** What decides how soon a repository is compared with GitHub again. */
export interface Pace {
  /** RECONCILE_INTERVAL: the staleness target of a repository that people push to. Seconds. */
  targetSeconds: number;
  /** The maximum staleness that its configuration or a project asks for; null leaves it to us (`auto`). Seconds. */
  ownSeconds: number | null;
  /** The last push that GitHub told of. */
  pushedAt: Date | null;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** An idle repository is looked at more and more rarely, but never more rarely than this. Milliseconds. */
const idleCapMs = hourMs;

/** GitHub's times are whole seconds: a push as young as this, at the moment of a listing, may have had another one behind it. Milliseconds. */
const youngMs = 2_000;

/**
 * The longest time that may pass until a repository is compared again, in milliseconds. Its own wish counts as it is; otherwise
 * the target holds for a day after a push and then grows with the days of silence, up to an hour.
 */
export function stalenessMs(pace: Pace, now: Date): number {
  if (pace.ownSeconds !== null) return clamp(pace.ownSeconds * 1000);
  const target = clamp(pace.targetSeconds * 1000);
  const idleDays = pace.pushedAt === null ? 1 : (now.getTime() - pace.pushedAt.getTime()) / dayMs;
  return Math.max(target, Math.min(target * Math.max(1, idleDays), idleCapMs));
}

function clamp(ms: number): number {
  return Math.min(Math.max(ms, minuteMs), dayMs);
}

/** When a repository that was compared now is due again: before its staleness is up, and not together with all others (handbook D16). */
export function nextCompareAt(pace: Pace, now: Date, random: number = Math.random()): Date {
  return new Date(now.getTime() + stalenessMs(pace, now) * (1 - 0.1 * random));
}

/**
 * When its refs have to be read whatever the listing says: within 24 hours (handbook D5). The first reading chooses a time of
 * day by lot, the later ones keep to it, so that the readings are spread over the day.
 */
export function nextRefsAt(now: Date, first: boolean, random: number = Math.random()): Date {
  return new Date(now.getTime() + dayMs * (first ? 0.1 + 0.85 * random : 0.92 + 0.06 * random));
}

/** How long to wait after the nth failure in a row, counted from 0: a minute, then twice as long each time up to a day, less up to a tenth. Milliseconds. */
export function failureDelayMs(failures: number, random: number = Math.random()): number {
  return Math.min(minuteMs * 2 ** Math.min(failures, 20), dayMs) * (1 - 0.1 * random);
}

/** The push that a listing begun at `at` covers: the last one known by then, unless another may hide in the same second; then null, which sends us back. */
export function coveredPush(pushedAt: Date | null, at: Date): Date | null {
  return pushedAt !== null && at.getTime() - pushedAt.getTime() >= youngMs ? pushedAt : null;
}

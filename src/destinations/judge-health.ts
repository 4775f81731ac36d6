import type { DestinationState } from '../core/statuses.ts';

/** When a destination is left alone, and for how long. */
export interface BreakerPolicy {
  /** So many failures in a row, of all steps together. */
  failures: number;
  /** The first rest in milliseconds; each probe that fails doubles it, up to an hour. */
  restMs: number;
}

/** Whose attempt it was. */
export interface Sender {
  runId: string;
  repositoryId: string;
  /** What the run is about: of what a notice itself ran into nobody is told. */
  changeType: string;
}

/** What one answer, or its absence, said of a destination. */
export interface Observation {
  at: Date;
  /** `fine`: it answered, whatever it made of the request. `failing`: it could not be reached, was too slow, or said that it cannot now. */
  sign: 'fine' | 'failing';
  ms: number;
  /** The catalogue's word for a failure, and a sentence. */
  code: string | null;
  message: string | null;
  retryAfterSeconds: number | undefined;
  /** True for the one request that was let through to see whether it works again. */
  probe: boolean;
  sender: Sender;
}

/** What the breaker of a destination knows. */
export interface Health {
  state: Exclude<DestinationState, 'disabled'>;
  consecutiveFailures: number;
  /** Rests in a row. */
  rests: number;
  /** When the next probe may go; null while it is fine. */
  opensAt: Date | null;
}

/** The longest rest, whatever the destination asked for in Retry-After. Milliseconds. */
export const longestRestMs = 60 * 60 * 1000;

/** What observations came to: the health after them, and whether the destination began to rest or works again. */
export interface HealthVerdict {
  health: Health;
  news: 'resting' | 'recovered' | undefined;
}

/**
 * The breaker, pure: so many failures in a row begin a rest; after it one probe decides, and only that one. What other requests that
 * were under way found out counts in the figures and changes nothing (threat-model.md D9).
 */
export function judgeHealth(
  before: Health,
  observations: readonly Observation[],
  { policy, now }: { policy: BreakerPolicy; now: Date },
): HealthVerdict {
  let health = before;
  for (const observation of observations) health = judgeOne(health, observation, { policy, now });
  const [was, is] = [before.state !== 'ok', health.state !== 'ok'];
  return { health, news: was === is ? undefined : is ? 'resting' : 'recovered' };
}

function judgeOne(health: Health, observation: Observation, means: { policy: BreakerPolicy; now: Date }): Health {
  const isFailure = observation.sign === 'failing';
  const consecutiveFailures = isFailure ? health.consecutiveFailures + 1 : health.consecutiveFailures;
  if (health.state === 'ok') {
    if (!isFailure) return { ...health, consecutiveFailures: 0 };
    const isOver = consecutiveFailures >= means.policy.failures;
    return isOver ? rest({ ...health, consecutiveFailures }, observation, means) : { ...health, consecutiveFailures };
  }
  if (!observation.probe) return { ...health, consecutiveFailures };
  if (!isFailure) return { state: 'ok', consecutiveFailures: 0, rests: 0, opensAt: null };
  return rest({ ...health, consecutiveFailures }, observation, means);
}

function rest(health: Health, { retryAfterSeconds = 0 }: Observation, { policy, now }: { policy: BreakerPolicy; now: Date }): Health {
  const doubled = policy.restMs * 2 ** Math.min(health.rests, 30);
  const asked = Number.isFinite(retryAfterSeconds) ? retryAfterSeconds * 1000 : 0;
  const ms = Math.min(longestRestMs, Math.max(doubled, asked));
  return { ...health, state: 'resting', rests: health.rests + 1, opensAt: new Date(now.getTime() + ms) };
}

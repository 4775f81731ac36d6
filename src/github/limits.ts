import type { GitHubPauseReason } from '../core/statuses.ts';
import type { Purpose } from './purpose.ts';

/** What GitHub said is left of one of its hourly limits. */
export interface Limit {
  quota: number;
  remaining: number;
  resetsAt: Date;
  notedAt: Date;
}

/** Until when GitHub wants to be left alone although its hourly limit is not reached. */
export interface Pause {
  until: Date;
  reason: GitHubPauseReason;
  message: string;
  /** How often in a row GitHub had to say so without naming a time. */
  strikes: number;
  notedAt: Date;
}

/** The part of a limit that a class leaves to those before it: a fifth at least is for people who wait (handbook E1). */
export const reserves: Readonly<Record<Purpose, number>> = { interactive: 0, actions: 0.1, sweep: 0.2 };

type Headers = Readonly<Record<string, unknown>>;

function readNumber(headers: Headers, name: string): number | undefined {
  const value = headers[name];
  const isText = typeof value === 'string' || typeof value === 'number';
  return isText && /^\d{1,15}$/.test(String(value)) ? Number(value) : undefined;
}

/** Which bucket of GitHub's an address counts against, when its answer does not say. */
export function resourceOf(url: string): string {
  const [, first] = /^(?:https?:\/\/[^/]+)?(?:\/api(?:\/v3)?)?\/(graphql(?=$|[?#])|search(?=\/))/.exec(url) ?? [];
  return first ?? 'core';
}

/** What the headers of an answer say about a limit; undefined on servers without limits (handbook E1). */
export function readLimit(headers: Headers, now: Date): Limit | undefined {
  const quota = readNumber(headers, 'x-ratelimit-limit');
  const remaining = readNumber(headers, 'x-ratelimit-remaining');
  const reset = readNumber(headers, 'x-ratelimit-reset');
  if (quota === undefined || remaining === undefined || reset === undefined) return undefined;
  return { quota, remaining: Math.min(remaining, quota), resetsAt: new Date(reset * 1000), notedAt: now };
}

/** How many requests a class leaves in a limit. */
export function reserveOf(purpose: Purpose, quota: number): number {
  return Math.ceil(quota * reserves[purpose]);
}

/** What counts for one request, as of now. */
export interface Standing {
  purpose: Purpose;
  limit: Limit | undefined;
  pause: Pause | undefined;
  /** Requests under way whose answers have not been counted yet. */
  underWay: number;
}

/** True, or when to come back and why not now. */
export type Spending = { allowed: true } | { allowed: false; retryAt: Date; why: string };

/**
 * Decides whether a request may go out. People are let through while GitHub would answer them; actions and sweeps leave their
 * reserve, and wait while GitHub asked for a pause (handbook E1, E3, D16). An hour that is over limits nobody. Pure.
 */
export function judgeSpending({ purpose, limit, pause, underWay }: Standing, now: Date): Spending {
  if (purpose !== 'interactive' && pause && pause.until > now) {
    return { allowed: false, retryAt: pause.until, why: `GitHub asked for a pause until ${pause.until.toISOString()} (${pause.message})` };
  }
  if (!limit || limit.resetsAt <= now) return { allowed: true };
  const left = limit.remaining - underWay;
  const reserve = reserveOf(purpose, limit.quota);
  if (left > reserve || (purpose === 'interactive' && limit.remaining > 0)) return { allowed: true };
  // One second later than GitHub says, because its clock is not ours.
  const retryAt = new Date(limit.resetsAt.getTime() + 1000);
  const kept = reserve === 0 ? 'none is left' : `${limit.remaining} are left, and ${reserve} are kept for what is more urgent`;
  return { allowed: false, retryAt, why: `of ${limit.quota} requests an hour ${kept} until ${limit.resetsAt.toISOString()}` };
}

const firstPauseMs = 60_000;
const longestPauseMs = 60 * 60_000;
/** A pause that ended this long ago is forgotten: the next one is short again. Milliseconds. */
const forgivenMs = 10 * 60_000;

/**
 * The pause that an answer asks for: as long as Retry-After says, else a minute that doubles with each time in a row
 * (handbook E3). Several answers of one moment are one time. Pure.
 */
export function judgePause(
  said: { until: Date | undefined; reason: GitHubPauseReason; message: string },
  before: Pause | undefined,
  now: Date,
): Pause {
  const { reason, message } = said;
  const isInRow = before !== undefined && now.getTime() - before.until.getTime() < forgivenMs;
  const strikes = !isInRow ? 1 : before.until > now ? before.strikes : before.strikes + 1;
  const until = said.until ?? new Date(now.getTime() + Math.min(firstPauseMs * 2 ** (strikes - 1), longestPauseMs));
  const longer = before && before.until > until ? before.until : until;
  return { until: longer, reason, message, strikes, notedAt: now };
}

import type { ErrorCode } from '../core/error-catalogue.ts';
import { describeError } from '../core/errors.ts';

/** What went wrong at GitHub, as a code of the catalogue; `retryAt` when GitHub said how long to wait. */
export interface GitHubFailure {
  code: ErrorCode;
  message: string;
  retryAt?: Date;
  /** Which limit, with `github_rate_limited`: the hourly one, or one of those that nobody can look up (handbook E2). */
  limit?: 'primary' | 'secondary';
  /** True when the request itself certainly did not get to GitHub: no connection was made, or no token was given for it. */
  nothingSent?: true;
}

/** The parts of an Octokit error that count. An error without an answer never reached GitHub, whatever its status says. */
export interface FailureFacts {
  /** 0 without an answer, 200 for GraphQL's errors. */
  status: number;
  said: string;
  headers: Record<string, unknown>;
  /** Method and path, without the query. */
  what: string;
  path: string;
  now: Date;
}

type Fields = Record<string, unknown>;

/** The fields of anything; none of what has none. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** Path of an address, without host and query: a query may carry what nobody has to read. */
function pathOf(url: unknown): string {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).pathname : '';
}

/** Reads what counts from anything that Octokit throws. */
export function readFailureFacts(error: Fields, now: Date): FailureFacts {
  const request = fieldsOf(error['request']);
  const response = fieldsOf(error['response']);
  const path = pathOf(request['url']);
  const method = typeof request['method'] === 'string' ? request['method'] : 'GET';
  const status = typeof response['status'] === 'number' ? response['status'] : 0;
  return {
    status,
    said: describeError(error).slice(0, 300),
    headers: fieldsOf(response['headers'] ?? error['headers']),
    what: path ? `${method} ${path}` : 'a request to GitHub',
    path,
    now,
  };
}

/** A header of the answer, as text. */
export function headerOf(facts: Pick<FailureFacts, 'headers'>, name: string): string | undefined {
  const value = facts.headers[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** Nobody has to wait longer than this before asking again, whatever a header says. */
const longestWaitSeconds = 24 * 60 * 60;

/** That many seconds from now, at least one and at most a day. */
export function secondsAfter(now: Date, seconds: number): Date {
  return new Date(now.getTime() + Math.min(Math.max(Math.ceil(seconds), 1), longestWaitSeconds) * 1000);
}

/** When Retry-After, in seconds or as a date, allows another request; undefined without a readable one. */
export function readRetryAfter(facts: Pick<FailureFacts, 'headers' | 'now'>): Date | undefined {
  const value = headerOf(facts, 'retry-after');
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return secondsAfter(facts.now, Number(value));
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : secondsAfter(facts.now, (time - facts.now.getTime()) / 1000);
}

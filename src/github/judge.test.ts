import { describe, expect, test } from '@jest/globals';
import type { ErrorCode } from '../core/error-catalogue.ts';
import { judgeGitHubError } from './judge.ts';

const now = new Date('2026-11-21T10:00:00Z');
const inSeconds = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const epoch = (seconds: number) => String(now.getTime() / 1000 + seconds);

interface Answer {
  status: number;
  message?: string;
  headers?: Record<string, string>;
  url?: string;
}

/** An error as Octokit throws it for an answer of GitHub. */
function answered({ status, message = 'Said', headers = {}, url = 'https://api.github.com/repos/acme/app/branches?per_page=100' }: Answer) {
  return Object.assign(new Error(message), {
    name: 'HttpError',
    status,
    request: { method: 'GET', url },
    response: { status, headers, url },
  });
}

/** An error as Octokit throws it when no answer came: it claims to be a 500. */
function unanswered(cause: unknown, message = 'fetch failed') {
  const request = { method: 'GET', url: 'https://api.github.com/repos/acme/app' };
  return Object.assign(new Error(message, { cause }), { name: 'HttpError', status: 500, request });
}

const mint = 'https://ghe.example/api/v3/app/installations/77/access_tokens';
const timeout = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
const limited = { errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] };

const cases: [string, unknown, ErrorCode, Date?][] = [
  [
    'primary limit, 403',
    answered({ status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': epoch(600) } }),
    'github_rate_limited',
    inSeconds(601),
  ],
  [
    'primary limit, 429',
    answered({ status: 429, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': epoch(30) } }),
    'github_rate_limited',
    inSeconds(31),
  ],
  [
    'primary limit whose reset is past',
    answered({ status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': epoch(-5) } }),
    'github_rate_limited',
    inSeconds(60),
  ],
  [
    'secondary limit with Retry-After',
    answered({ status: 403, message: 'You have exceeded a secondary rate limit', headers: { 'retry-after': '90' } }),
    'github_rate_limited',
    inSeconds(90),
  ],
  [
    'secondary limit without',
    answered({ status: 403, message: 'You have exceeded a secondary rate limit' }),
    'github_rate_limited',
    inSeconds(60),
  ],
  [
    'secondary limit, although quota is left until later',
    answered({
      status: 403,
      message: 'secondary rate limit',
      headers: { 'x-ratelimit-remaining': '4000', 'x-ratelimit-reset': epoch(3000) },
    }),
    'github_rate_limited',
    inSeconds(60),
  ],
  ['bare 429', answered({ status: 429, message: 'Too many requests' }), 'github_rate_limited', inSeconds(60)],
  [
    'Retry-After as a date',
    answered({ status: 429, headers: { 'retry-after': inSeconds(120).toUTCString() } }),
    'github_rate_limited',
    inSeconds(120),
  ],
  ['Retry-After of a year', answered({ status: 429, headers: { 'retry-after': '31536000' } }), 'github_rate_limited', inSeconds(86_400)],
  ['Retry-After of nonsense', answered({ status: 429, headers: { 'retry-after': 'soon' } }), 'github_rate_limited', inSeconds(60)],
  [
    'GraphQL limit in a 200',
    Object.assign(new Error('limit'), { ...limited, headers: { 'x-ratelimit-reset': epoch(100) } }),
    'github_rate_limited',
    inSeconds(101),
  ],
  [
    'suspended at the mint',
    answered({ status: 403, url: mint, message: 'This installation has been suspended' }),
    'installation_suspended',
  ],
  ['deleted at the mint', answered({ status: 404, url: mint, message: 'Not Found' }), 'installation_deleted'],
  ['wrong APP_ID at the mint', answered({ status: 404, url: mint, message: 'Integration not found' }), 'github_unauthorized'],
  ['bad credentials', answered({ status: 401, message: 'Bad credentials' }), 'github_unauthorized'],
  [
    'missing permission',
    answered({ status: 403, message: 'Resource not accessible by integration', headers: { 'x-ratelimit-remaining': '4999' } }),
    'github_forbidden',
  ],
  ['archived', answered({ status: 403, message: 'Repository was archived so is read-only.' }), 'repository_archived'],
  [
    'IP allow list',
    answered({
      status: 403,
      message:
        'Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.',
    }),
    'github_ip_not_allowed',
  ],
  ['blocked repository', answered({ status: 403, message: 'Repository access blocked' }), 'repository_disabled'],
  ['blocked for legal reasons', answered({ status: 451 }), 'repository_disabled'],
  ['not found', answered({ status: 404, message: 'Not Found' }), 'github_not_found'],
  ['gone', answered({ status: 410 }), 'github_not_found'],
  ['conflict', answered({ status: 409, message: 'Git Repository is empty.' }), 'conflict'],
  ['validation', answered({ status: 422, message: 'Validation Failed' }), 'github_refused'],
  ['unsupported version', answered({ status: 400 }), 'github_refused'],
  ['server error', answered({ status: 500, message: 'Oops' }), 'github_unavailable'],
  ['bad gateway', answered({ status: 502 }), 'github_unavailable'],
  ['maintenance with Retry-After', answered({ status: 503, headers: { 'retry-after': '300' } }), 'github_unavailable', inSeconds(300)],
  ['timeout', unanswered(timeout, timeout.message), 'github_unavailable'],
  ['aborted', Object.assign(new Error('aborted'), { name: 'AbortError', status: 500 }), 'github_unavailable'],
  ['refused connection', unanswered(new Error('connect ECONNREFUSED')), 'github_unavailable'],
  ['unusable key', new DOMException('Invalid keyData', 'DataError'), 'github_unauthorized'],
  [
    'unsupported key',
    Object.assign(new Error('error:1E08010C:DECODER routines::unsupported'), { code: 'ERR_OSSL_UNSUPPORTED' }),
    'github_unauthorized',
  ],
  ['a bug', new TypeError('x is not a function'), 'internal_error'],
  ['no error at all', undefined, 'internal_error'],
  ['a text', 'thrown', 'internal_error'],
];

describe('judgeGitHubError', () => {
  // As objects: jest fills a missing last argument with a callback.
  test.each(cases.map(([name, error, code, retryAt]) => ({ name, error, code, retryAt })))('$name', ({ error, code, retryAt }) => {
    const failure = judgeGitHubError(error, now);
    expect([failure.code, failure.retryAt?.toISOString()]).toEqual([code, retryAt?.toISOString()]);
    expect(failure.message.length).toBeGreaterThan(5);
  });

  test('names what was asked without its query, and the permission that is missing', () => {
    const error = answered({
      status: 403,
      message: 'Resource not accessible',
      headers: { 'x-accepted-github-permissions': 'contents=read' },
    });
    expect(judgeGitHubError(error, now).message).toBe(
      'GitHub refused GET /repos/acme/app/branches: Resource not accessible. It accepts the permissions contents=read: tick them in the App and approve them in the installation',
    );
  });

  test('says when an answer did not come in time', () => {
    expect(judgeGitHubError(unanswered(timeout), now).message).toBe('GitHub did not answer GET /repos/acme/app in time');
  });

  test('cuts what GitHub says', () => {
    expect(judgeGitHubError(answered({ status: 500, message: 'x'.repeat(10_000) }), now).message.length).toBeLessThan(400);
  });
});

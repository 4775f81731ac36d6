import { describe, expect, test } from '@jest/globals';
import { catalogue, type ErrorCode } from '../core/error-catalogue.ts';
import { judgeGitHubError } from './judge.ts';
import { BudgetSpent } from './budget-spent.ts';

const now = new Date('2026-11-21T10:00:00Z');
const epoch = (seconds: number) => String(now.getTime() / 1000 + seconds);
const limitHeaders = (remaining: number) => ({ 'x-ratelimit-remaining': String(remaining), 'x-ratelimit-reset': epoch(600) });

/** A refusal as Octokit throws it. */
function refused(message: string, headers: Record<string, string> = {}, status = 403) {
  const url = 'https://api.github.com/repos/acme/app/issues';
  return Object.assign(new Error(message), {
    name: 'HttpError',
    status,
    request: { method: 'POST', url },
    response: { status, headers, url },
  });
}

/** Errors of GraphQL in an answer that says 200, as Octokit throws them. */
function problem(message: string, more: object = {}, headers: Record<string, string> = {}) {
  const response = { data: null, errors: [{ message, ...more }] };
  return Object.assign(new Error(`Request failed due to following response errors:\n - ${message}`), {
    name: 'GraphqlResponseError',
    request: { query: 'query { viewer { login } }' },
    headers,
    response,
    errors: response.errors,
    data: null,
  });
}

const ipText =
  'Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list enabled, and 192.0.2.1 is not permitted to access this resource.';

/** What GitHub says, which of its meanings that is, whether it is tried again, and a word of what a person is told. */
const cases: [name: string, error: unknown, code: ErrorCode, limit: string | undefined, told: RegExp][] = [
  ['suspended', refused('This installation has been suspended'), 'installation_suspended', undefined, /owner can resume it/],
  [
    'suspended, while quota is left',
    refused('This installation has been suspended', limitHeaders(4000)),
    'installation_suspended',
    undefined,
    /suspended/,
  ],
  ['IP allow list', refused(ipText), 'github_ip_not_allowed', undefined, /owner has to add the address/],
  [
    'missing permission',
    refused('Resource not accessible by integration', { 'x-accepted-github-permissions': 'issues=write; pull_requests=write' }),
    'github_forbidden',
    undefined,
    /accepts the permissions issues=write; pull_requests=write/,
  ],
  [
    'missing permission without the header',
    refused('Resource not accessible by integration'),
    'github_forbidden',
    undefined,
    /refused POST/,
  ],
  [
    'primary limit',
    refused('API rate limit exceeded for installation ID 77.', limitHeaders(0)),
    'github_rate_limited',
    'primary',
    /wait until/,
  ],
  ['primary limit, 429', refused('API rate limit exceeded', limitHeaders(0), 429), 'github_rate_limited', 'primary', /wait until/],
  [
    'secondary limit',
    refused('You have exceeded a secondary rate limit. Please wait a few minutes before you try again.', limitHeaders(4000)),
    'github_rate_limited',
    'secondary',
    /wait until/,
  ],
  ['secondary limit in old words', refused('You have triggered an abuse detection mechanism.'), 'github_rate_limited', 'secondary', /wait/],
  [
    'secondary limit, when the primary one is reached too',
    refused('secondary rate limit', limitHeaders(0)),
    'github_rate_limited',
    'secondary',
    /wait/,
  ],
  ['Retry-After', refused('Forbidden', { 'retry-after': '5' }), 'github_rate_limited', 'secondary', /10:00:05/],
  ['bare 429', refused('Too Many Requests', {}, 429), 'github_rate_limited', 'secondary', /10:01:00/],
  ['archived', refused('Repository was archived so is read-only.'), 'repository_archived', undefined, /unarchived/],
  ['blocked', refused('Repository access blocked'), 'repository_disabled', undefined, /switched the repository off/],
  ['disabled', refused('This repository has been disabled.'), 'repository_disabled', undefined, /switched the repository off/],
  [
    'single sign-on',
    refused('Resource protected by organization SAML enforcement. You must grant your OAuth token access to this organization.', {
      'x-github-sso': 'required; url=https://github.com/orgs/acme/sso?authorization_request=AB',
    }),
    'github_sso_required',
    undefined,
    /https:\/\/github\.com\/orgs\/acme\/sso/,
  ],
  [
    'single sign-on without the header',
    refused('Resource protected by organization SAML enforcement.'),
    'github_sso_required',
    undefined,
    /signs in/,
  ],
  ['anything else', refused('No.'), 'github_forbidden', undefined, /No\./],
  [
    'GraphQL: limit',
    problem('API rate limit exceeded', { type: 'RATE_LIMITED' }, limitHeaders(0)),
    'github_rate_limited',
    'primary',
    /10:10:01/,
  ],
  ['GraphQL: secondary limit', problem('You have exceeded a secondary rate limit.'), 'github_rate_limited', 'secondary', /wait/],
  [
    'GraphQL: missing permission',
    problem('Resource not accessible by integration', { type: 'FORBIDDEN' }),
    'github_forbidden',
    undefined,
    /GraphQL/,
  ],
  [
    'GraphQL: missing permission as a 401',
    refused('Resource not accessible by integration', {}, 401),
    'github_forbidden',
    undefined,
    /refused/,
  ],
  ['GraphQL: IP allow list', problem(ipText, { type: 'FORBIDDEN' }), 'github_ip_not_allowed', undefined, /address/],
  [
    'GraphQL: single sign-on',
    problem('Resource protected', { type: 'FORBIDDEN', extensions: { saml_failure: true } }),
    'github_sso_required',
    undefined,
    /sign/,
  ],
  ['GraphQL: not found', problem('Could not resolve to a node', { type: 'NOT_FOUND' }), 'github_not_found', undefined, /node/],
  [
    'GraphQL: too long at it',
    problem('Something went wrong while executing your query. This may be the result of a timeout'),
    'github_unavailable',
    undefined,
    /query/,
  ],
  [
    'GraphQL: a wrong query',
    problem("Field 'x' doesn't exist on type 'Query'", { extensions: { code: 'undefinedField' } }),
    'github_refused',
    undefined,
    /Field/,
  ],
  [
    'a validation error of REST has a list of errors too',
    Object.assign(refused('Validation Failed', {}, 422), { errors: [{ code: 'custom' }] }),
    'github_refused',
    undefined,
    /422/,
  ],
  ['a token that is refused though it is new', refused('Bad credentials', {}, 401), 'github_unauthorized', undefined, /githubstatus/],
  ['our own budget', new BudgetSpent('Not asked for a comparison: …', now), 'github_budget_spent', undefined, /Not asked/],
];

/** What is worth another try without anybody doing anything. */
const retried = new Set<ErrorCode>(['github_rate_limited', 'github_budget_spent', 'github_unavailable']);

describe('what GitHub refuses', () => {
  test.each(cases.map(([name, error, code, limit, told]) => ({ name, error, code, limit, told })))(
    '$name',
    ({ error, code, limit, told }) => {
      const failure = judgeGitHubError(error, now);
      expect({ code: failure.code, limit: failure.limit }).toEqual({ code, limit });
      expect(failure.message).toMatch(told);
      expect(catalogue[code].retryable).toBe(retried.has(code));
      expect(failure.retryAt !== undefined).toBe(code === 'github_rate_limited' || code === 'github_budget_spent');
    },
  );
});

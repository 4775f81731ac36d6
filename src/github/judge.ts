import { describeError } from '../core/errors.ts';
import { BudgetSpent } from './budget-spent.ts';
import {
  fieldsOf,
  headerOf,
  readFailureFacts,
  readRetryAfter,
  secondsAfter,
  type FailureFacts,
  type GitHubFailure,
} from './failure-facts.ts';
import { judgeGraphQL, listProblems } from './judge-graphql.ts';
import { judgeRefusal } from './judge-refusal.ts';

const fallbackWaitSeconds = 60;

/** Exceeded primary, secondary and GraphQL limits (handbook E3); undefined when it is none of them. */
function judgeRateLimit(facts: FailureFacts, limited: boolean): GitHubFailure | undefined {
  const exhausted = headerOf(facts, 'x-ratelimit-remaining') === '0';
  const secondary = /secondary rate limit|abuse detection/i.test(facts.said);
  const told = readRetryAfter(facts);
  const isLimit =
    facts.status === 429 || ((facts.status === 403 || facts.status === 200) && secondary) || (facts.status === 403 && (exhausted || told));
  if (!limited && !isLimit) return undefined;
  const reset = Number(headerOf(facts, 'x-ratelimit-reset'));
  const now = facts.now.getTime() / 1000;
  // One second later than GitHub says, because its clock is not ours.
  const fromReset = (exhausted || limited) && reset > now ? secondsAfter(facts.now, reset - now + 1) : undefined;
  const retryAt = told ?? fromReset ?? secondsAfter(facts.now, fallbackWaitSeconds);
  return {
    code: 'github_rate_limited',
    retryAt,
    limit: (exhausted || limited) && !secondary ? 'primary' : 'secondary',
    message: `GitHub asked to wait until ${retryAt.toISOString()} at ${facts.what}: ${facts.said}`,
  };
}

const isMint = (path: string) => /\/app\/installations\/\d+\/access_tokens$/.test(path);

function judgeUnauthorized(facts: FailureFacts): GitHubFailure {
  const { what, said, path } = facts;
  // GraphQL says 401 for a missing permission (handbook E14).
  if (/resource not accessible/i.test(said)) return judgeRefusal(facts);
  // An installation's token was renewed before this (handbook B18), so it is not the token's age.
  const byToken = path !== '' && !/^(?:\/api\/v3)?\/app(?:\/|$)/.test(path);
  const message = byToken
    ? `GitHub refused the installation's token at ${what}, and a new one too: look at https://www.githubstatus.com, or whether the App was uninstalled (${said})`
    : `GitHub refused the App's credentials at ${what}: check APP_ID, PRIVATE_KEY and this machine's clock (${said})`;
  return { code: 'github_unauthorized', message };
}

function judgeNotFound(facts: FailureFacts): GitHubFailure {
  if (/integration not found/i.test(facts.said)) {
    return { code: 'github_unauthorized', message: `GitHub knows no App with this APP_ID: check APP_ID and PRIVATE_KEY (${facts.what})` };
  }
  if (isMint(facts.path))
    return { code: 'installation_deleted', message: `GitHub gives no token for the installation any more: it was deleted (${facts.what})` };
  return { code: 'github_not_found', message: `GitHub does not know ${facts.what}, or the App may not see it` };
}

function judgeStatus(facts: FailureFacts): GitHubFailure {
  const { status, what, said } = facts;
  if (status === 401) return judgeUnauthorized(facts);
  if (status === 403) return judgeRefusal(facts);
  if (status === 410 && /disabled/i.test(said))
    return { code: 'github_refused', message: `GitHub refused ${what}: ${said}. Switch them on in the repository's settings` };
  if (status === 404 || status === 410) return judgeNotFound(facts);
  if (status === 409) return { code: 'conflict', message: `GitHub says that the state does not allow ${what}: ${said}` };
  if (status === 451) return { code: 'repository_disabled', message: `GitHub has blocked the repository for legal reasons (${what})` };
  if (status >= 500 || status < 400) {
    const retryAt = readRetryAfter(facts);
    const message = `GitHub answered ${status} to ${what}: ${said}`;
    return { code: 'github_unavailable', message, ...(retryAt && { retryAt }), ...(isMint(facts.path) && { nothingSent: true as const }) };
  }
  return { code: 'github_refused', message: `GitHub answered ${status} to ${what}: ${said}` };
}

/** What the network says when there was no connection to send anything over. */
const unconnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

/** An error's cause, and the cause of that: Octokit and fetch each put one around. */
function causesOf(error: Record<string, unknown>): Record<string, unknown>[] {
  const cause = fieldsOf(error['cause']);
  return [error, cause, fieldsOf(cause['cause'])];
}

/** Octokit's word for what never got an answer: refused, cut off, not resolved, or slower than our timeout (handbook E11). */
function judgeUnanswered(error: Record<string, unknown>, facts: FailureFacts): GitHubFailure {
  const names = [error['name'], fieldsOf(error['cause'])['name']];
  if (names.some((name) => name === 'TimeoutError' || name === 'AbortError')) {
    return { code: 'github_unavailable', message: `GitHub did not answer ${facts.what} in time` };
  }
  const message = `GitHub could not be reached for ${facts.what}: ${facts.said}`;
  const noConnection = causesOf(error).some(({ code }) => unconnected.has(String(code)));
  return { code: 'github_unavailable', message, ...((noConnection || isMint(facts.path)) && { nothingSent: true as const }) };
}

/** True for what the JWT library throws for a key it cannot use. */
function isKeyError(error: Record<string, unknown>): boolean {
  return (
    error['name'] === 'DataError' ||
    String(error['code']).startsWith('ERR_OSSL') ||
    String(error['message']).startsWith('[universal-github-app-jwt]')
  );
}

/**
 * The one classifier of everything that a call to GitHub can throw (handbook E3, E5, E14, B13, B19). Pure. Its codes are a closed
 * list: whether one is tried again stands in the catalogue. `internal_error` means that it was not GitHub: a bug, to be thrown on.
 */
export function judgeGitHubError(error: unknown, now: Date): GitHubFailure {
  if (error instanceof BudgetSpent) return { code: 'github_budget_spent', message: error.message, retryAt: error.retryAt };
  const fields = fieldsOf(error);
  const problems = listProblems(error);
  const read = readFailureFacts(fields, now);
  const facts = problems.length > 0 ? { ...read, status: 200, what: 'a GraphQL query' } : read;
  const limit = judgeRateLimit(
    facts,
    problems.some(({ type }) => type === 'RATE_LIMITED'),
  );
  if (limit) return limit;
  if (problems.length > 0) return judgeGraphQL(problems, facts);
  if (facts.status > 0) return judgeStatus(facts);
  if (typeof fields['status'] === 'number') return judgeUnanswered(fields, facts);
  if (isKeyError(fields)) {
    return {
      code: 'github_unauthorized',
      message: `PRIVATE_KEY cannot be used: ${describeError(error)}. Download a new key from the App's settings page`,
    };
  }
  return { code: 'internal_error', message: describeError(error) };
}

import type { ErrorCode } from '../core/error-catalogue.ts';
import { describeError } from '../core/errors.ts';

/** What went wrong at GitHub, as a code of the catalogue; `retryAt` when GitHub said how long to wait. */
export interface GitHubFailure {
  code: ErrorCode;
  message: string;
  retryAt?: Date;
}

/** The parts of an Octokit error that count. An error without an answer never reached GitHub, whatever its status says. */
interface Facts {
  /** 0 without an answer. */
  status: number;
  said: string;
  headers: Record<string, unknown>;
  /** Method and path, without the query. */
  what: string;
  path: string;
  now: Date;
}

const fallbackWaitSeconds = 60;
/** Nobody has to wait longer than this before asking again, whatever a header says. */
const longestWaitSeconds = 24 * 60 * 60;

type Fields = Record<string, unknown>;

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** Path of an address, without host and query: a query may carry what nobody has to read. */
function pathOf(url: unknown): string {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).pathname : '';
}

function readFacts(error: Fields, now: Date): Facts {
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

function header(facts: Facts, name: string): string | undefined {
  const value = facts.headers[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function after(now: Date, seconds: number): Date {
  return new Date(now.getTime() + Math.min(Math.max(Math.ceil(seconds), 1), longestWaitSeconds) * 1000);
}

/** Retry-After in seconds or as a date. */
function retryAfter(facts: Facts): Date | undefined {
  const value = header(facts, 'retry-after');
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return after(facts.now, Number(value));
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : after(facts.now, (time - facts.now.getTime()) / 1000);
}

/** Exceeded primary, secondary and GraphQL limits (handbook E3); undefined when it is none of them. */
function judgeRateLimit(facts: Facts, limited: boolean): GitHubFailure | undefined {
  const exhausted = header(facts, 'x-ratelimit-remaining') === '0';
  const secondary = /secondary rate limit|abuse detection/i.test(facts.said);
  const told = retryAfter(facts);
  const isLimit = facts.status === 429 || (facts.status === 403 && (exhausted || secondary || told !== undefined));
  if (!limited && !isLimit) return undefined;
  const reset = Number(header(facts, 'x-ratelimit-reset'));
  const now = facts.now.getTime() / 1000;
  // One second later than GitHub says, because its clock is not ours.
  const fromReset = (exhausted || limited) && reset > now ? after(facts.now, reset - now + 1) : undefined;
  const retryAt = told ?? fromReset ?? after(facts.now, fallbackWaitSeconds);
  return {
    code: 'github_rate_limited',
    retryAt,
    message: `GitHub asked to wait until ${retryAt.toISOString()} at ${facts.what}: ${facts.said}`,
  };
}

/** The meanings of 403 that are no rate limit (handbook E14, B13, B19). */
function judgeForbidden(facts: Facts): GitHubFailure {
  const { said, what } = facts;
  if (/installation has been suspended/i.test(said)) {
    return {
      code: 'installation_suspended',
      message: `The installation is suspended, and GitHub refused ${what}. Its owner can resume it on GitHub`,
    };
  }
  if (/ip allow list/i.test(said)) {
    const message = `An IP allow list of the organisation refused ${what}. Its owner has to add the address of this machine: ${said}`;
    return { code: 'github_ip_not_allowed', message };
  }
  if (/repository access blocked|repository.*disabled/i.test(said)) {
    return { code: 'repository_disabled', message: `GitHub has switched the repository off and refused ${what}: ${said}` };
  }
  const accepted = header(facts, 'x-accepted-github-permissions');
  const hint = accepted ? `. It accepts the permissions ${accepted}: tick them in the App and approve them in the installation` : '';
  return { code: 'github_forbidden', message: `GitHub refused ${what}: ${said}${hint}` };
}

const isMint = (path: string) => /\/app\/installations\/\d+\/access_tokens$/.test(path);

function judgeNotFound(facts: Facts): GitHubFailure {
  if (/integration not found/i.test(facts.said)) {
    return { code: 'github_unauthorized', message: `GitHub knows no App with this APP_ID: check APP_ID and PRIVATE_KEY (${facts.what})` };
  }
  if (isMint(facts.path))
    return { code: 'installation_deleted', message: `GitHub gives no token for the installation any more: it was deleted (${facts.what})` };
  return { code: 'github_not_found', message: `GitHub does not know ${facts.what}, or the App may not see it` };
}

function judgeStatus(facts: Facts): GitHubFailure {
  const { status, what, said } = facts;
  if (status === 401) {
    return {
      code: 'github_unauthorized',
      message: `GitHub refused the App's credentials at ${what}: check APP_ID, PRIVATE_KEY and this machine's clock (${said})`,
    };
  }
  if (status === 403) return judgeForbidden(facts);
  if (status === 404 || status === 410) return judgeNotFound(facts);
  if (status === 409) return { code: 'conflict', message: `GitHub says that the state does not allow ${what}: ${said}` };
  if (status === 451) return { code: 'repository_disabled', message: `GitHub has blocked the repository for legal reasons (${what})` };
  if (status >= 500 || status < 400) {
    const retryAt = retryAfter(facts);
    return { code: 'github_unavailable', message: `GitHub answered ${status} to ${what}: ${said}`, ...(retryAt && { retryAt }) };
  }
  return { code: 'github_refused', message: `GitHub answered ${status} to ${what}: ${said}` };
}

/** Octokit's word for what never got an answer: refused, cut off, not resolved, or slower than our timeout (handbook E11). */
function judgeUnanswered(error: Fields, facts: Facts): GitHubFailure {
  const names = [error['name'], fieldsOf(error['cause'])['name']];
  if (names.some((name) => name === 'TimeoutError' || name === 'AbortError')) {
    return { code: 'github_unavailable', message: `GitHub did not answer ${facts.what} in time` };
  }
  return { code: 'github_unavailable', message: `GitHub could not be reached for ${facts.what}: ${facts.said}` };
}

/** True for what the JWT library throws for a key it cannot use. */
function isKeyError(error: Fields): boolean {
  return (
    error['name'] === 'DataError' ||
    String(error['code']).startsWith('ERR_OSSL') ||
    String(error['message']).startsWith('[universal-github-app-jwt]')
  );
}

/**
 * The one classifier of everything that a call to GitHub can throw (handbook E3, E5, E14, B13, B19). Pure.
 * `internal_error` means that it was not GitHub: a bug, to be thrown on.
 */
export function judgeGitHubError(error: unknown, now: Date): GitHubFailure {
  const fields = fieldsOf(error);
  const facts = readFacts(fields, now);
  const problems = fields['errors'];
  const limited = Array.isArray(problems) && problems.some((problem) => fieldsOf(problem)['type'] === 'RATE_LIMITED');
  const limit = judgeRateLimit(facts, limited);
  if (limit) return limit;
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

import { describeError } from '../core/errors.ts';
import type { ErrorCode } from '../core/error-catalogue.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { loadSome } from '../env.ts';
import type { CommandContext } from './command-context.ts';

/** A running server's REST API, for commands. A refusal comes back with the server's own words. */
export interface ApiClient {
  url: string;
  get<T>(path: string): Promise<Outcome<T>>;
  post<T>(path: string, body?: unknown): Promise<Outcome<T>>;
  put<T>(path: string, body: unknown, headers?: Record<string, string>): Promise<Outcome<T>>;
  patch<T>(path: string, body: unknown): Promise<Outcome<T>>;
  delete<T>(path: string): Promise<Outcome<T>>;
}

/** How long one request may take. Milliseconds. */
const timeoutMs = 30_000;

/** Connects to the server that REPOWATCH_URL names, with REPOWATCH_TOKEN or, on the server's own machine, ADMIN_TOKEN. */
export function connectApi({ environment }: Pick<CommandContext, 'environment'>): Outcome<ApiClient> {
  const settings = loadSome(environment, ['REPOWATCH_URL', 'REPOWATCH_TOKEN']);
  if (!settings.ok) return settings;
  const { repowatchUrl: url, repowatchToken: own } = settings.value;
  if (own !== undefined) return ok(createApiClient(url, own));
  const admin = loadSome(environment, ['ADMIN_TOKEN']);
  if (!admin.ok)
    return failed('settings_invalid', 'REPOWATCH_TOKEN is missing. Set it to a token of the server, or ADMIN_TOKEN as the server has it.');
  return ok(createApiClient(url, admin.value.adminToken));
}

/** A client of the server at this address. */
function createApiClient(url: string, token: string): ApiClient {
  const call = async <T>(
    method: string,
    path: string,
    given: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Outcome<T>> => {
    const { body } = given;
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    const headers = { authorization: `Bearer ${token}`, ...json, ...given.headers };
    try {
      const response = await fetch(`${url}${path}`, {
        method,
        headers,
        signal: AbortSignal.timeout(timeoutMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return await readAnswer<T>(response, `${method} ${url}${path}`);
    } catch (error) {
      const why = Error.isError(error) && error.cause !== undefined ? describeError(error.cause) : describeError(error);
      return failed(
        'server_unreachable' satisfies ErrorCode,
        `No RepoWatch answers at ${url} (${why}). Start it, or set REPOWATCH_URL to its address.`,
      );
    }
  };
  return {
    url,
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, { body }),
    put: (path, body, headers = {}) => call('PUT', path, { body, headers }),
    patch: (path, body) => call('PATCH', path, { body }),
    delete: (path) => call('DELETE', path),
  };
}

async function readAnswer<T>(response: Response, what: string): Promise<Outcome<T>> {
  const text = await response.text();
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return failed(
      'server_unreachable' satisfies ErrorCode,
      `${what} was answered with ${response.status} and no JSON: this is no RepoWatch. Check REPOWATCH_URL.`,
    );
  }
  if (response.ok) return ok(answer as T);
  const { code, detail, title } = answer as { code?: unknown; detail?: unknown; title?: unknown };
  const said = [detail, title].find((part): part is string => typeof part === 'string') ?? `${what} was answered with ${response.status}.`;
  return failed(typeof code === 'string' ? code : 'server_unreachable', said);
}

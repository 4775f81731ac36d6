import type { ErrorCode } from '../core/error-catalogue.ts';
import { describeError } from '../core/errors.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { loadSome } from '../env.ts';
import { isSet } from '../stored-settings.ts';
import type { CommandContext } from './command-context.ts';
import { readLogins } from './stored-login.ts';

/** A running server's REST API, for commands. A refusal comes back with the server's own words; an answer without a body is undefined. */
export interface ApiClient {
  url: string;
  get<T>(path: string): Promise<Outcome<T>>;
  post<T>(path: string, body?: unknown): Promise<Outcome<T>>;
  put<T>(path: string, body: unknown, headers?: Record<string, string>): Promise<Outcome<T>>;
  patch<T>(path: string, body: unknown): Promise<Outcome<T>>;
  delete<T>(path: string): Promise<Outcome<T>>;
  /** Opens a live stream; the response is not read yet. */
  open(path: string, signal: AbortSignal): Promise<Outcome<Response>>;
}

/** How long one request may take. Milliseconds. */
const timeoutMs = 30_000;

/**
 * Connects to the server that REPOWATCH_URL names, else to the one that somebody signed in to last. The token is REPOWATCH_TOKEN,
 * or what signing in to this very server has kept, or ADMIN_TOKEN.
 */
export function connectApi({ environment }: Pick<CommandContext, 'environment'>): Outcome<ApiClient> {
  const settings = readAddress(environment);
  if (!settings.ok) return settings;
  const { url, token: own } = settings.value;
  const token = own ?? readLogins(environment).servers[url]?.token;
  if (token !== undefined) return ok(createApiClient(url, token));
  const admin = loadSome(environment, ['ADMIN_TOKEN']);
  if (admin.ok) return ok(createApiClient(url, admin.value.adminToken));
  return failed(
    'unauthorized' satisfies ErrorCode,
    `REPOWATCH_TOKEN is missing, and nobody has signed in to ${url}. Run \`repowatch login\`, or set it to a token of the server.`,
  );
}

/** Connects without any token, for what is open to everybody. */
export function connectAnonymously({ environment }: Pick<CommandContext, 'environment'>): Outcome<ApiClient> {
  const settings = readAddress(environment);
  return settings.ok ? ok(createApiClient(settings.value.url, undefined)) : settings;
}

/** Connects to the same server with another token. */
export function withToken({ url }: ApiClient, token: string): ApiClient {
  return createApiClient(url, token);
}

function readAddress(environment: CommandContext['environment']): Outcome<{ url: string; token: string | undefined }> {
  const settings = loadSome(environment, ['REPOWATCH_URL', 'REPOWATCH_TOKEN']);
  if (!settings.ok) return settings;
  const { repowatchUrl, repowatchToken: token } = settings.value;
  // A token of the environment is never sent to a server that only a file names.
  const isNamed = isSet(environment['REPOWATCH_URL']) || token !== undefined;
  return ok({ url: (isNamed ? undefined : readLogins(environment).current) ?? repowatchUrl, token });
}

/** A client of the server at this address. */
function createApiClient(url: string, token: string | undefined): ApiClient {
  const ask = async (
    path: string,
    { headers, ...options }: Omit<RequestInit, 'headers'> & { headers: Record<string, string> },
  ): Promise<Outcome<Response>> => {
    const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    try {
      // Renamed repositories answer with a redirect; fetch leaves the token behind when it leads to another server.
      const response = await fetch(`${url}${path}`, { ...options, headers: { ...authorization, ...headers } });
      return ok(response);
    } catch (error) {
      const why = Error.isError(error) && error.cause !== undefined ? describeError(error.cause) : describeError(error);
      return failed(
        'server_unreachable' satisfies ErrorCode,
        `No RepoWatch answers at ${url} (${why}). Start it, or set REPOWATCH_URL to its address.`,
      );
    }
  };
  const call = async <T>(
    method: string,
    path: string,
    given: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Outcome<T>> => {
    const { body } = given;
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await ask(path, {
      method,
      headers: { ...json, ...given.headers },
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return response.ok ? await readAnswer<T>(response.value, `${method} ${url}${path}`) : response;
  };
  return {
    url,
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, { body }),
    put: (path, body, headers = {}) => call('PUT', path, { body, headers }),
    patch: (path, body) => call('PATCH', path, { body }),
    delete: (path) => call('DELETE', path),
    open: async (path, signal) => {
      const response = await ask(path, { signal, headers: { accept: 'text/event-stream' } });
      if (!response.ok || response.value.ok) return response;
      const said = await readAnswer<never>(response.value, `GET ${url}${path}`);
      return said.ok ? failed('server_unreachable', `${url}${path} is no stream.`) : said;
    },
  };
}

async function readAnswer<T>(response: Response, what: string): Promise<Outcome<T>> {
  let answer: unknown;
  try {
    const text = await response.text();
    answer = text === '' && response.ok ? undefined : JSON.parse(text);
  } catch (error) {
    const why = error instanceof SyntaxError ? 'no JSON: this is no RepoWatch' : `broke off: ${describeError(error)}`;
    return failed(
      'server_unreachable' satisfies ErrorCode,
      `${what} was answered with ${response.status} and ${why}. Check REPOWATCH_URL.`,
    );
  }
  if (response.ok) return ok(answer as T);
  const { code, detail, title, errors } = answer as { code?: unknown; detail?: unknown; title?: unknown; errors?: unknown };
  const said = [detail, title].find((part): part is string => typeof part === 'string') ?? `${what} was answered with ${response.status}.`;
  return failed(typeof code === 'string' ? code : 'server_unreachable', said, errors);
}

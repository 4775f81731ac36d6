import { setTimeout as pause } from 'node:timers/promises';
import { judgeGitHubError } from './judge.ts';
import { createMark, markHeader, splitMark } from './mark.ts';
import type { SharedTokens } from './shared-tokens.ts';
import type { Token, TokenScope } from './token.ts';

/** The parts of Octokit's request that an authentication needs. */
interface Endpoint {
  headers: Record<string, string | undefined>;
  request?: { known?: string | undefined };
}
interface Response {
  headers: Record<string, string | undefined>;
}
interface OctokitRequest {
  (endpoint: Endpoint): Promise<Response>;
  endpoint: { merge(route: string | object, parameters?: object): Endpoint };
}

/** A new token may be unknown to some of GitHub's servers for so long (handbook B18). Milliseconds. */
const replicationMs = 5_000;

/** How Octokit signs requests with the shared token of one installation; given to it as `authStrategy`. */
export function createSharedTokenAuth(options: { tokens: SharedTokens; installation: string; scope: TokenScope }): unknown {
  const { tokens, installation, scope } = options;
  const hook = async (request: OctokitRequest, route: string | object, parameters?: object): Promise<Response> => {
    const endpoint = request.endpoint.merge(route, parameters);
    const token = await tokens.take(installation, scope);
    try {
      return await sendPatiently(request, endpoint, token);
    } catch (error) {
      // A token of a suspended installation is worth nothing, and is not kept for when it is resumed (handbook B13).
      if (judgeGitHubError(error, new Date()).code === 'installation_suspended') await tokens.drop(installation);
      if (!isUnauthorized(error)) throw error;
      // GitHub took the token back. Asking for another tells why: there is one, or the refusal says what happened (handbook B18).
      await tokens.drop(installation, token);
      return await sendPatiently(request, endpoint, await tokens.take(installation, scope));
    }
  };
  const auth = async () => ({ type: 'token', tokenType: 'installation', token: (await tokens.take(installation, scope)).text });
  return Object.assign(auth, { hook });
}

/** True when the token is refused; GraphQL says 401 for a missing permission too (handbook E14). */
function isUnauthorized(error: unknown): boolean {
  const { status, message } = error as { status?: unknown; message?: unknown };
  return status === 401 && !/resource not accessible/i.test(String(message));
}

/** Sends, and again while a new token is refused that GitHub may not know everywhere yet. */
async function sendPatiently(request: OctokitRequest, endpoint: Endpoint, token: Token): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await send(request, endpoint, token);
    } catch (error) {
      if (!isUnauthorized(error) || Date.now() - token.mintedAt.getTime() > replicationMs || tries > 3) throw error;
      await pause(tries * 500);
    }
  }
}

async function send(request: OctokitRequest, endpoint: Endpoint, token: Token): Promise<Response> {
  const known = splitMark(endpoint.request?.known);
  const headers = { ...endpoint.headers, authorization: `token ${token.text}` };
  // An ETag holds for the token that it came with; for another it could only cost bytes (handbook D9).
  const condition = known?.fingerprint === token.fingerprint ? { 'if-none-match': known.etag } : {};
  const response = await request({ ...endpoint, headers: { ...headers, ...condition } });
  const answered = response.headers['etag'];
  if (answered !== undefined) response.headers[markHeader] = createMark(token.fingerprint, answered);
  return response;
}

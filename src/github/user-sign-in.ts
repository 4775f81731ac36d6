import { createHash, randomBytes } from 'node:crypto';
import { Octokit } from '@octokit/rest';
import { z } from 'zod';
import { describeError } from '../core/errors.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { ask, readOne, type Read } from './ask.ts';
import { githubIdSchema } from './facts.ts';

/** A person, and whether GitHub shows them the installation that was asked about (handbook I6). */
export interface VerifiedUser {
  githubId: string;
  login: string;
  seesInstallation: boolean;
}

/** The App's way to let people prove who they are. Tokens live as long as one question and are kept nowhere. */
export interface UserSignIn {
  /** Where the browser goes; `verifier` comes back with `verify` (PKCE, S256). */
  begin(options: { redirectUri: string; state: string }): { address: string; verifier: string };
  /** Exchanges a code and asks GitHub who that is and what they see. Without a verifier the flow was begun by GitHub itself. */
  verify(given: {
    code: string;
    verifier?: string | undefined;
    redirectUri?: string | undefined;
    installationGithubId: string | undefined;
  }): Promise<Read<VerifiedUser>>;
}

/** What the sign-in needs to know. */
export interface UserSignInOptions {
  githubUrl: string;
  apiUrl: string;
  clientId: string;
  clientSecret: string;
}

const timeoutMs = 10_000;
const perPage = 100;
/** More installations than anybody has. */
const maxPages = 50;

const tokenSchema = z.union([
  z.object({ access_token: z.string().min(1) }),
  z.object({ error: z.string(), error_description: z.string().optional() }),
]);
const installationsSchema = z.object({ total_count: z.int(), installations: z.array(z.object({ id: githubIdSchema })) });

/** Wires the sign-in of one App. */
export function createUserSignIn(options: UserSignInOptions): UserSignIn {
  const web = options.githubUrl.replace(/\/+$/, '');
  return {
    begin({ redirectUri, state }) {
      const verifier = randomBytes(32).toString('base64url');
      const address = new URL(`${web}/login/oauth/authorize`);
      const params = {
        client_id: options.clientId,
        redirect_uri: redirectUri,
        state,
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      };
      for (const [name, value] of Object.entries(params)) address.searchParams.set(name, value);
      return { address: address.href, verifier };
    },
    async verify(given) {
      const token = await exchange(web, options, given);
      if (!token.ok) return token;
      const baseUrl = options.apiUrl.replace(/\/+$/, '');
      const silent = { debug() {}, info() {}, warn() {}, error() {} };
      const client = new Octokit({ auth: token.value, baseUrl, userAgent: 'repowatch', log: silent, request: { fetch: fetchInTime } });
      return await ask(async () => {
        const user = await readOne(client, { route: 'GET /user' }, z.object({ id: githubIdSchema, login: z.string() }));
        if (!user.ok) return user;
        const sees = given.installationGithubId === undefined ? ok(false) : await isListed(client, given.installationGithubId);
        return sees.ok ? ok({ githubId: user.value.id, login: user.value.login, seesInstallation: sees.value }) : sees;
      });
    },
  };
}

function fetchInTime(url: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('x-github-api-version', '2022-11-28');
  return fetch(url, { ...init, headers, signal: AbortSignal.timeout(timeoutMs) });
}

async function exchange(
  web: string,
  { clientId, clientSecret }: UserSignInOptions,
  given: { code: string; verifier?: string | undefined; redirectUri?: string | undefined },
): Promise<Outcome<string, 'github_refused' | 'github_unavailable'>> {
  const body = {
    client_id: clientId,
    client_secret: clientSecret,
    code: given.code,
    ...(given.redirectUri === undefined ? {} : { redirect_uri: given.redirectUri }),
    ...(given.verifier === undefined ? {} : { code_verifier: given.verifier }),
  };
  try {
    const response = await fetch(`${web}/login/oauth/access_token`, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json', 'user-agent': 'repowatch' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) return failed('github_unavailable', `GitHub answered ${response.status} when it was asked who this is`);
    const answer = tokenSchema.safeParse(await response.json());
    if (!answer.success) return failed('github_unavailable', "GitHub's answer to who this is was not understood");
    if ('access_token' in answer.data) return ok(answer.data.access_token);
    const hint = answer.data.error === 'incorrect_client_credentials' ? ' Check CLIENT_ID and CLIENT_SECRET.' : ' Begin again.';
    return failed('github_refused', `GitHub does not take the code: ${answer.data.error_description ?? answer.data.error}.${hint}`);
  } catch (error) {
    // Never the request: it has the secret.
    return failed(
      'github_unavailable',
      `GitHub could not be asked who this is: ${describeError(Error.isError(error) ? (error.cause ?? error) : error)}`,
    );
  }
}

async function isListed(client: Octokit, githubId: string): Promise<Read<boolean>> {
  for (let page = 1; page <= maxPages; page += 1) {
    const read = await readOne(client, { route: 'GET /user/installations', params: { per_page: perPage, page } }, installationsSchema);
    if (!read.ok) return read;
    if (read.value.installations.some(({ id }) => id === githubId)) return ok(true);
    if (read.value.installations.length < perPage) return ok(false);
  }
  return ok(false);
}

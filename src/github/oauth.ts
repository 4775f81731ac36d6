import { z } from 'zod';
import { describeError } from '../core/errors.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';

/** What GitHub gives a person who says yes to the App: both texts are secrets (handbook I10). */
export interface UserTokens {
  access: string;
  /** Null where the App lets tokens live for ever. It works once: using it ends it and its access token. */
  refresh: string | null;
  expiresAt: Date | null;
  refreshExpiresAt: Date | null;
}

/** The App as GitHub's pages for people know it. */
export interface OAuthApp {
  githubUrl: string;
  clientId: string;
  clientSecret: string;
}

/** A device that waits for its person: they open the address and type in the code. */
export interface DeviceCode {
  deviceCode: string;
  userCode: string;
  verificationUri: string;
  expiresInSeconds: number;
  intervalSeconds: number;
}

/** Why GitHub gives no tokens. `slow_down` comes with `sign_in_pending`. */
type Refusal = 'github_refused' | 'github_unavailable' | 'sign_in_pending';

const timeoutMs = 10_000;

const refusalSchema = z.object({ error: z.string(), error_description: z.string().optional(), interval: z.number().optional() });
const tokenSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().optional(),
  refresh_token: z.string().optional(),
  refresh_token_expires_in: z.number().optional(),
});
const deviceSchema = z.object({
  device_code: z.string().min(1),
  user_code: z.string().min(1),
  verification_uri: z.string().min(1),
  expires_in: z.number(),
  interval: z.number(),
});

/** Tokens for a code of the web flow. */
export async function exchangeCode(
  app: OAuthApp,
  given: { code: string; verifier?: string | undefined; redirectUri?: string | undefined },
): Promise<Outcome<UserTokens, Refusal>> {
  return await askForTokens(app, {
    client_secret: app.clientSecret,
    code: given.code,
    ...(given.redirectUri === undefined ? {} : { redirect_uri: given.redirectUri }),
    ...(given.verifier === undefined ? {} : { code_verifier: given.verifier }),
  });
}

/** The next tokens for a refresh token. It must be asked under a lock: whoever asks second loses the session (handbook I10). */
export async function refreshTokens(app: OAuthApp, refresh: string): Promise<Outcome<UserTokens, Refusal>> {
  const answer = await askForTokens(app, { client_secret: app.clientSecret, grant_type: 'refresh_token', refresh_token: refresh });
  // A wrong CLIENT_SECRET says nothing of the person: what they have stays, until it is right again.
  return !answer.ok && answer.details === wrongCredentials ? failed('github_unavailable', answer.message) : answer;
}

/** Tokens for a device, once its person has typed in the code; `sign_in_pending` until then. */
export async function pollDevice(app: OAuthApp, deviceCode: string): Promise<Outcome<UserTokens, Refusal>> {
  return await askForTokens(app, { device_code: deviceCode, grant_type: 'urn:ietf:params:oauth:grant-type:device_code' });
}

/** Begins a sign-in for a device without a browser. */
export async function beginDevice(app: OAuthApp): Promise<Outcome<DeviceCode, Refusal>> {
  const answer = await post(app, '/login/device/code', {});
  if (!answer.ok) return answer;
  const parsed = deviceSchema.safeParse(answer.value);
  if (!parsed.success) return refusalOf(answer.value);
  const { device_code: deviceCode, user_code: userCode, verification_uri: verificationUri, expires_in, interval } = parsed.data;
  return ok({ deviceCode, userCode, verificationUri, expiresInSeconds: expires_in, intervalSeconds: interval });
}

/** Takes back on GitHub what a person had allowed the App, all of it; `access` is any token of theirs that still works. */
export async function revokeGrant(app: OAuthApp & { apiUrl: string }, access: string): Promise<Outcome<unknown, Refusal>> {
  try {
    const response = await fetch(`${app.apiUrl.replace(/\/+$/, '')}/applications/${encodeURIComponent(app.clientId)}/grant`, {
      method: 'DELETE',
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Basic ${Buffer.from(`${app.clientId}:${app.clientSecret}`).toString('base64')}`,
        'content-type': 'application/json',
        'user-agent': 'repowatch',
      },
      body: JSON.stringify({ access_token: access }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return response.status === 204 ? ok({}) : failed('github_refused', `GitHub answered ${response.status} when it was told to forget`);
  } catch (error) {
    const cause = Error.isError(error) ? (error.cause ?? error) : error;
    return failed('github_unavailable', `GitHub could not be told to forget: ${describeError(cause)}`);
  }
}

async function askForTokens(app: OAuthApp, body: Record<string, string>): Promise<Outcome<UserTokens, Refusal>> {
  const answer = await post(app, '/login/oauth/access_token', body);
  if (!answer.ok) return answer;
  const parsed = tokenSchema.safeParse(answer.value);
  if (!parsed.success) return refusalOf(answer.value);
  const { access_token: access, refresh_token: refresh = null, expires_in, refresh_token_expires_in } = parsed.data;
  const after = (seconds: number | undefined) => (seconds === undefined ? null : new Date(Date.now() + seconds * 1000));
  return ok({ access, refresh, expiresAt: after(expires_in), refreshExpiresAt: after(refresh_token_expires_in) });
}

const wrongCredentials = 'incorrect_client_credentials';
const pending = new Set(['authorization_pending', 'slow_down']);

function refusalOf(answer: unknown): Outcome<never, Refusal> {
  const parsed = refusalSchema.safeParse(answer);
  if (!parsed.success) return failed('github_unavailable', "GitHub's answer to who this is was not understood");
  const { error, error_description: description, interval } = parsed.data;
  if (pending.has(error)) return failed('sign_in_pending', 'The code has not been typed in on GitHub yet.', { interval });
  const hint = error === wrongCredentials ? ' Check CLIENT_ID and CLIENT_SECRET.' : ' Begin again.';
  return failed('github_refused', `GitHub does not take the code: ${description ?? error}.${hint}`, error);
}

async function post(app: OAuthApp, path: string, body: Record<string, string>): Promise<Outcome<unknown, Refusal>> {
  try {
    const response = await fetch(`${app.githubUrl.replace(/\/+$/, '')}${path}`, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json', 'user-agent': 'repowatch' },
      body: JSON.stringify({ client_id: app.clientId, ...body }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) return failed('github_unavailable', `GitHub answered ${response.status} when it was asked who this is`);
    return ok(await response.json());
  } catch (error) {
    // Never the request: it has the secret.
    const cause = Error.isError(error) ? (error.cause ?? error) : error;
    return failed('github_unavailable', `GitHub could not be asked who this is: ${describeError(cause)}`);
  }
}

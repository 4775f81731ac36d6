import { createHash, randomBytes } from 'node:crypto';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { ErrorCode } from '../core/error-catalogue.ts';
import type { Read } from './ask.ts';
import {
  beginDevice,
  exchangeCode,
  pollDevice,
  refreshTokens,
  revokeGrant,
  type DeviceCode,
  type OAuthApp,
  type UserTokens,
} from './oauth.ts';
import { createUserClient, readProfile, readSeen, type SeenInstallation, type UserProfile } from './user-client.ts';

/** A person who proved who they are, and what GitHub gave them. */
export interface ProvenUser extends UserProfile {
  tokens: UserTokens;
}

/** The App's way to let people prove who they are. */
export interface UserSignIn {
  /** Where the browser goes; `verifier` comes back with `prove` (PKCE, S256). */
  begin(options: { redirectUri: string; state: string }): { address: string; verifier: string };
  /** Exchanges a code and asks GitHub who that is. Without a verifier the flow was begun by GitHub itself. */
  prove(given: { code: string; verifier?: string | undefined; redirectUri?: string | undefined }): Promise<Read<ProvenUser>>;
  /** Begins a sign-in for a device without a browser. */
  beginDevice(): Promise<Outcome<DeviceCode, ErrorCode>>;
  /** The person of a device; `sign_in_pending` until they have typed in the code. */
  proveDevice(deviceCode: string): Promise<Read<ProvenUser>>;
  /** The next tokens; to be asked under a lock. `github_refused` when the person has to sign in again. */
  refresh(refreshToken: string): Promise<Outcome<UserTokens, ErrorCode>>;
  /** Has GitHub forget that a person said yes to the App. */
  revoke(access: string): Promise<Outcome<unknown, ErrorCode>>;
  /** What a person sees of everything this App is installed on. */
  listSeen(user: { githubId: string; access: string }): Promise<Read<SeenInstallation[]>>;
}

/** What the sign-in needs to know. */
export interface UserSignInOptions extends OAuthApp {
  apiUrl: string;
}

/** Wires the sign-in of one App. */
export function createUserSignIn(options: UserSignInOptions): UserSignIn {
  const web = options.githubUrl.replace(/\/+$/, '');
  const profileOf = async (tokens: Outcome<UserTokens, ErrorCode>): Promise<Read<ProvenUser>> => {
    if (!tokens.ok) return failed(tokens.code, tokens.message, tokens.details);
    const profile = await readProfile(createUserClient(options.apiUrl, tokens.value.access));
    return profile.ok ? ok({ ...profile.value, tokens: tokens.value }) : profile;
  };
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
    prove: async (given) => await profileOf(await exchangeCode(options, given)),
    beginDevice: async () => await beginDevice(options),
    proveDevice: async (deviceCode) => await profileOf(await pollDevice(options, deviceCode)),
    refresh: async (refreshToken) => await refreshTokens(options, refreshToken),
    revoke: async (access) => await revokeGrant(options, access),
    listSeen: async ({ githubId, access }) => await readSeen(createUserClient(options.apiUrl, access), { githubId }),
  };
}

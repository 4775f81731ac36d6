import type { ErrorCode } from '../core/error-catalogue.ts';
import type { Outcome } from '../core/outcome.ts';
import type { StateSigner } from '../core/signed-state.ts';
import type { DeviceCode } from '../github/oauth.ts';
import type { KnownUser } from '../people/github-users.ts';
import type { Requester } from '../people/requester.ts';

type Signed = Outcome<{ userId: string; login: string }, ErrorCode>;

/** What the HTTP side can do about people who sign in with GitHub. */
export interface PeopleActions {
  /** True for whom ADMIN_USERS names. */
  isAdminUser(user: { githubId: string; login: string }): boolean;
  /** Has GitHub asked again what a person sees, when its last word is old; never throws. */
  refreshAccess(user: KnownUser): Promise<void>;
  /** Undefined without CLIENT_ID and CLIENT_SECRET. */
  signIn: SignInActions | undefined;
}

/** Signing in, by a browser and by a device without one. Expected failures: `sign_in_refused`, `sign_in_pending`, `github_unavailable`. */
export interface SignInActions {
  /** Signs the cookie that joins the way to GitHub and the way back. */
  states: StateSigner;
  begin(options: { redirectUri: string; state: string }): { address: string; verifier: string };
  finish(given: { code: string; verifier: string; redirectUri: string }): Promise<Signed>;
  beginDevice(): Promise<Outcome<DeviceCode, ErrorCode>>;
  finishDevice(deviceCode: string): Promise<Signed>;
  /** Ends what joins a person with GitHub, here and there: their sessions and API tokens end, too. */
  disconnect(wish: {
    user: { userId: string; githubId: string; login: string };
    by: Requester;
    requestId: string;
  }): Promise<{ toldGitHub: boolean }>;
}

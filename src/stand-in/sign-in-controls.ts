import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { accountPayload } from './payloads.ts';
import { joinOrganization, peopleOf, requestInstallation } from './people.ts';
import { approveDevice, expireUserTokens, revokeUserTokens } from './user-tokens.ts';
import { announce } from './webhook-sender.ts';
import { readAccount, type World } from './world.ts';

/** The operations of people who sign in, and of those who look after the App. */
export interface SignInControls {
  /** Makes a person a member of an organisation, whose installations they then see. */
  joinOrganization(login: string, organization: string, role?: 'admin' | 'member'): Promise<void>;
  /** A person types in the code of a device on GitHub. */
  approveDevice(userCode: string, login: string): Promise<void>;
  /** Every access token of people ends; what replaces it still works. */
  expireUserTokens(): Promise<void>;
  /** A member who may not install the App asks the owners for it. */
  requestInstallation(login: string, organization: string): Promise<void>;
  /** The App's key is deleted on its page: what is signed with it is refused from now on. */
  revokeKey(): Promise<void>;
  /** A person takes back what they said yes to: `github_app_authorization.revoked`. */
  revokeAuthorization(login: string): Promise<void>;
  /** What the App's page on GitHub shows. */
  appPage(): Promise<{ id: number; slug: string; clientId: string; clientSecret: string; webhookSecret: string }>;
  /** Changes what the App asks for; its installations keep what they accepted. */
  editApp(change: { permissions?: Record<string, string>; events?: string[] }): Promise<void>;
}

/** What people do who sign in, and what the App's page on GitHub shows and changes. */
export function createSignInControls(world: World): SignInControls {
  return {
    async joinOrganization(login, organization, role = 'member') {
      joinOrganization(world, { login, role }, organization);
    },
    async approveDevice(userCode, login) {
      approveDevice(world, userCode, login);
    },
    async expireUserTokens() {
      expireUserTokens(world);
    },
    async requestInstallation(login, organization) {
      requestInstallation(world, login, organization);
    },
    async revokeKey() {
      world.app.publicKey = createPublicKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
    },
    async revokeAuthorization(login) {
      const user = readAccount(world, login);
      revokeUserTokens(world, user);
      announce(world, {
        event: 'github_app_authorization',
        payload: { action: 'revoked', sender: accountPayload(world, user) },
        installation: null,
      });
    },
    async appPage() {
      const { id, slug, clientId, webhookSecret } = world.app;
      return { id, slug, clientId, clientSecret: peopleOf(world).clientSecret, webhookSecret };
    },
    async editApp({ permissions, events }) {
      if (permissions) world.app.permissions = permissions;
      if (events) world.app.events = events;
    },
  };
}

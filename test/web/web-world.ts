import { startTestApp, type TestApp } from '../support/test-app.ts';
import { createReceiver, type Receiver } from './receiver.ts';
import { signIn, signInAsAdmin } from './sessions.ts';
import { comeToRest, foundTenant, liveThroughEverything, type TenantThings } from './tenant.ts';
import { calmWords, hostileWords } from './words.ts';

/** Who looks at pages; `visitor` has not signed in, `rival` owns the other tenant. */
export type Role = 'visitor' | 'admin' | 'boss' | 'owner' | 'maintainer' | 'viewer' | 'stranger' | 'rival';

/** RepoWatch with everything in it that a page may show. */
export interface WebWorld extends AsyncDisposable {
  app: TestApp;
  url: string;
  /** Two tenants: one as it may be met anywhere, one whose every text tries to do harm. */
  calm: TenantThings;
  hostile: TenantThings;
  /** `name=value` of each role's session; none for `visitor`. */
  cookies: Record<Role, string>;
  receiver: Receiver;
}

/** The logins of the roles that are people. */
const logins = { boss: 'boss', owner: 'mona', maintainer: 'hubot', viewer: 'clerk', stranger: 'nobody-in-particular', rival: 'mallory' };

const settings = {
  CLIENT_ID: 'Iv23liTESTS',
  CLIENT_SECRET: 'a client secret for tests',
  ADMIN_USERS: logins.boss,
  OUTBOUND_ALLOW: '127.0.0.1',
  DESTINATION_FAILURES: '4',
  DESTINATION_REST: '1h',
};
const events = ['push', 'create', 'delete', 'repository', 'pull_request', 'issues', 'issue_comment', 'release', 'member'];
const permissions = { metadata: 'read', contents: 'write', checks: 'write', issues: 'write', pull_requests: 'write', members: 'read' };

function answersOf(path: string): { status: number; body: string } {
  const status = path.includes('/refused') ? 400 : path.includes('/busy') ? 503 : 200;
  const body = path.startsWith('/hostile') ? hostileWords.answer : calmWords.answer;
  return { status, body };
}

/**
 * Starts the world: seconds of work, all of it through the doors that GitHub and people use. `alone` leaves one tenant out and
 * puts the other in its place, for whoever looks at that one only.
 */
export async function startWebWorld({ alone }: { alone?: 'calm' | 'hostile' } = {}): Promise<WebWorld> {
  await using held = new AsyncDisposableStack();
  const receiver = held.use(await createReceiver(answersOf));
  const weary = held.use(await createReceiver(() => ({ status: 503, body: 'Later, please.' })));
  const app = held.use(await startTestApp({ github: true, settings, events, permissions }));
  for (const login of Object.values(logins)) await app.github!.createAccount(login, 'User');
  const calmTenant = {
    tools: toolsOf(calmWords, ''),
    people: { owner: logins.owner, maintainer: logins.maintainer, viewer: logins.viewer },
  };
  const hostileTenant = { tools: toolsOf(hostileWords, '/hostile'), people: { owner: logins.rival } };
  const tenants = alone === undefined ? [calmTenant, hostileTenant] : alone === 'calm' ? [calmTenant] : [hostileTenant];
  for (const { tools, people } of tenants) await foundTenant(tools, people);
  await comeToRest(app);
  const [calm, hostile] = await Promise.all(tenants.map(({ tools }) => liveThroughEverything(tools)));
  await foundTroubles(app);
  await comeToRest(app);
  const cookies = await signEverybodyIn(app);
  const kept = held.move();
  return {
    app,
    url: app.url,
    calm: calm!,
    hostile: hostile ?? calm!,
    cookies,
    receiver,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };

  function toolsOf(words: typeof calmWords, path: string) {
    return { world: app, words, receivers: { url: receiver.url + path, weary: weary.url } };
  }
}

/** Installations that are not as they should be. */
async function foundTroubles(app: TestApp): Promise<void> {
  const github = app.github!;
  for (const login of ['sleepy-hollow', 'unknown-party', 'asked-for']) await github.createAccount(login, 'Organization');
  await github.installApp('sleepy-hollow', 'all', { sender: 'boss' });
  await github.installApp('unknown-party', 'all');
  await github.settled();
  await github.suspend('sleepy-hollow');
  await github.joinOrganization('mona', 'asked-for');
  await github.requestInstallation('mona', 'asked-for');
}

async function signEverybodyIn({ url }: TestApp): Promise<Record<Role, string>> {
  const signedIn = Object.entries(logins).map(async ([role, login]) => [role, await signIn(url, login)]);
  const cookies = Object.fromEntries(await Promise.all(signedIn)) as Record<keyof typeof logins, string>;
  return { visitor: '', admin: await signInAsAdmin(url), ...cookies };
}

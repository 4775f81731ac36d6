import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { visit } from '../support/registration.ts';
import { startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

let world: TestApp;

beforeAll(async () => {
  const settings = { CLIENT_ID: 'Iv23liTESTS', CLIENT_SECRET: 'a client secret for tests', ADMIN_USERS: 'boss' };
  world = await startTestApp({ github: true, settings });
  const github = world.github!;
  for (const login of ['acme', 'rival']) await github.createAccount(login, 'Organization');
  for (const login of ['mona', 'hubot', 'boss', 'clerk']) await github.createAccount(login, 'User');
  for (const [owner = '', name = ''] of [
    ['acme', 'app'],
    ['acme', 'secret'],
    ['rival', 'app'],
  ])
    await github.createRepository({ owner, name, files: { 'a.txt': 'a' } });
  await github.installApp('acme', 'all', { sender: 'mona' });
  await github.installApp('rival', 'all');
  await github.joinOrganization('mona', 'acme', 'admin');
  await github.addCollaborator({ repo: 'acme/app', login: 'hubot', role: 'maintain' });
  await github.addCollaborator({ repo: 'acme/app', login: 'clerk', role: 'read' });
  await world.eventually('three repositories', async () => (await world.list('/api/repos')).length === 3);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** Signs somebody in as a browser would, and answers the cookie of their session and where the browser goes. */
async function signIn(
  login: string,
  returnTo = '/',
): Promise<{ cookie: string; location: string | null; callback: string; errand: string }> {
  const begun = await visit(`${world.url}/auth/github?return_to=${encodeURIComponent(returnTo)}`);
  const errand = begun.headers.get('set-cookie')!.split(';', 1)[0]!;
  const authorize = new URL(begun.headers.get('location')!);
  expect(authorize.searchParams.get('code_challenge_method')).toBe('S256');
  authorize.searchParams.set('login', login);
  const callback = (await visit(authorize.href)).headers.get('location')!;
  const back = await fetch(callback, { headers: { cookie: errand }, redirect: 'manual' });
  const session = back.headers.getSetCookie().find((text) => text.startsWith('repowatch_session='));
  return { cookie: session?.split(';', 1)[0] ?? '', location: back.headers.get('location'), callback, errand };
}

async function ask(
  path: string,
  who: { cookie?: string; token?: string },
  options: RequestInit = {},
): Promise<{ status: number; body: ApiObject }> {
  const headers: Record<string, string> = who.cookie
    ? { cookie: who.cookie, origin: world.url }
    : { authorization: `Bearer ${who.token ?? ''}` };
  if (options.body) headers['content-type'] = 'application/json';
  const response = await fetch(world.url + path, { ...options, headers });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as ApiObject };
}

const namesOf = ({ body }: { body: ApiObject }) => (body['data'] as ApiObject[]).map((each) => String(each['full_name'])).sort();
const statusOf = async (login: string) => (await world.list(`/api/installations?account=${login}`))[0]!['status'];

test('a browser signs in with state and PKCE, sees what GitHub shows that person, and claims what nobody had claimed', async () => {
  expect(await statusOf('acme')).toBe('unmatched_user');
  const mona = await signIn('mona', '/projects/1');
  expect(mona.location).toBe('/projects/1');
  expect(await statusOf('acme')).toBe('initiated_on_github');
  expect(await statusOf('rival')).toBe('unmatched_user');
  const me = await ask('/api/me', mona);
  expect(me.body).toMatchObject({
    kind: 'user',
    login: 'mona',
    role: 'manager',
    github: { login: 'mona' },
    installations: [{ account: 'acme', role: 'manager' }],
  });
  expect(namesOf(await ask('/api/repos', mona))).toEqual(['acme/app', 'acme/secret']);
  expect((await ask('/api/repos/rival/app', mona)).status).toBe(404);
  const page = await fetch(`${world.url}/`, { headers: { cookie: mona.cookie } });
  expect([page.status, (await page.text()).includes('rival')]).toEqual([200, false]);
  expect((await fetch(`${world.url}/doctor`, { headers: { cookie: mona.cookie } })).status).toBe(403);
});

test.each(['https://evil.example.com', '//evil.example.com', '/\\evil.example.com', 'javascript:alert(1)'])(
  'the way back leads to no other place: %s',
  async (returnTo) => {
    expect((await signIn('mona', returnTo)).location).toBe('/');
  },
);

test('a way back that this browser did not begin is refused, and a code works once', async () => {
  expect((await visit(`${world.url}/auth/callback?code=x&state=bad`)).status).toBe(400);
  const { callback, errand } = await signIn('mona');
  const strange = new URL(callback);
  strange.searchParams.set('state', 'another');
  expect((await fetch(strange, { headers: { cookie: errand }, redirect: 'manual' })).status).toBe(400);
  expect((await fetch(callback, { redirect: 'manual' })).status).toBe(400);
  expect((await fetch(callback, { headers: { cookie: errand }, redirect: 'manual' })).status).toBe(401);
});

test('a collaborator sees one repository, and may change it as GitHub lets them', async () => {
  const hubot = await signIn('hubot');
  expect((await ask('/api/me', hubot)).body['role']).toBe('maintainer');
  expect(namesOf(await ask('/api/me/repos', hubot))).toEqual(['acme/app']);
  expect((await ask('/api/repos/acme/secret', hubot)).status).toBe(404);
  const off = { method: 'PATCH', body: JSON.stringify({ enabled: false }) };
  expect((await ask('/api/repos/acme/app', hubot, off)).status).toBe(200);
  expect((await ask('/api/repos/acme/app', hubot, { ...off, body: JSON.stringify({ enabled: true }) })).status).toBe(200);
  expect((await ask('/api/repos/acme/app/can-sync', hubot)).body).toEqual({ can_sync: true, role: 'maintainer' });
  const clerk = await signIn('clerk');
  expect((await ask('/api/repos/acme/app/can-sync', clerk)).body).toEqual({ can_sync: false, role: 'viewer' });
  expect((await ask('/api/repos/acme/app', clerk, off)).status).toBe(403);
  const log = await ask('/api/audit?action=repository.disabled', hubot);
  expect(log.body['data']).toMatchObject([{ actor: { kind: 'user', login: 'hubot' }, target: { kind: 'repository', name: 'acme/app' } }]);
  expect((await ask('/api/audit?action=repository.disabled', { cookie: (await signIn('boss')).cookie })).body['data']).toHaveLength(1);
});

test('whom ADMIN_USERS names administers everything', async () => {
  const boss = await signIn('boss');
  expect((await ask('/api/me', boss)).body).toMatchObject({ role: 'admin' });
  expect(namesOf(await ask('/api/repos', boss))).toEqual(['acme/app', 'acme/secret', 'rival/app']);
});

test('a terminal signs in by a code, and gets a token', async () => {
  const post = (path: string, body: unknown) => ask(path, { token: '' }, { method: 'POST', body: JSON.stringify(body) });
  const { body: begun } = await post('/api/sign-in/device', {});
  const poll = () => post('/api/sign-in/device/poll', { device_code: begun['device_code'], name: 'laptop' });
  expect(await poll()).toMatchObject({ status: 409, body: { code: 'sign_in_pending' } });
  await world.github!.approveDevice(String(begun['user_code']), 'mona');
  const { status, body } = await poll();
  expect([status, body['login'], body['token']]).toEqual([200, 'mona', expect.stringMatching(/^rwt_[0-9A-Za-z]{38}$/)]);
  expect(await poll()).toMatchObject({ status: 401, body: { code: 'sign_in_refused' } });
  const token = String(body['token']);
  expect((await ask('/api/me', { token })).body).toMatchObject({ kind: 'token', login: 'mona', token: { name: 'laptop' } });
  expect(namesOf(await ask('/api/repos', { token }))).toEqual(['acme/app', 'acme/secret']);
});

test('what GitHub gave is encrypted, replaced once by whoever comes first, and what a person lost on GitHub ends here', async () => {
  const hubot = await signIn('hubot');
  const { rows } = await world.database.db.raw<{ rows: { text: string }[] }>(
    'select encode(ciphertext, $$escape$$) as text from user_tokens',
  );
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.some(({ text }) => /gh[ur]_/.test(text))).toBe(false);
  await world.github!.expireUserTokens();
  await world.database.db.raw(`update user_tokens set expires_at = now()`);
  await world.database.db.raw(`update github_users set access_listed_at = now() - interval '10 minutes' where login = 'hubot'`);
  await world.github!.addCollaborator({ repo: 'acme/secret', login: 'hubot', role: 'read' });
  await Promise.all([1, 2, 3, 4].map(() => ask('/api/repos', hubot)));
  expect(namesOf(await ask('/api/repos', hubot))).toEqual(['acme/app', 'acme/secret']);
  expect((await ask('/api/repos/acme/secret', hubot, { method: 'PATCH', body: '{"enabled":false}' })).status).toBe(403);
});

test('signing out everywhere, and taking back on GitHub what was allowed, end sessions and tokens', async () => {
  const [one, two] = [await signIn('clerk'), await signIn('clerk')];
  const made = await ask('/api/tokens', one, { method: 'POST', body: JSON.stringify({ name: 'mine', scopes: ['read'] }) });
  expect(made.status).toBe(201);
  const token = String(made.body['token']);
  expect((await ask('/api/me/sessions', one, { method: 'DELETE' })).body).toMatchObject({ ended: expect.any(Number) });
  expect((await ask('/api/me', two)).status).toBe(401);
  expect((await ask('/api/me', { token })).status).toBe(200);
  const again = await signIn('clerk');
  await world.github!.revokeAuthorization('clerk');
  await world.eventually('the session is over', async () => (await ask('/api/me', again)).status === 401);
  expect(await ask('/api/me', { token })).toMatchObject({ status: 401, body: { code: 'token_revoked' } });
});

test('a token is shown once, narrowed as it was made, listed without its text, and taken back', async () => {
  const admin = { token: 'admin-token-for-tests-only' };
  const body = JSON.stringify({ name: 'ci', scopes: ['write'], repositories: ['acme/app'] });
  const { body: made } = await ask('/api/tokens', admin, { method: 'POST', body });
  const token = String(made['token']);
  expect(namesOf(await ask('/api/repos', { token }))).toEqual(['acme/app']);
  expect((await ask('/api/installations', { token })).body['data']).toMatchObject([{ account: { login: 'acme' } }]);
  expect((await ask('/api/repos/acme/app/reconcile', { token }, { method: 'POST' })).status).toBe(202);
  expect((await ask('/api/reconcile', { token }, { method: 'POST' })).status).toBe(403);
  expect((await ask('/api/tokens', { token }, { method: 'POST', body })).body['code']).toBe('scope_missing');
  // Who makes one for a day cannot make an eternal one with it.
  const day = new Date(Date.now() + 86_400_000).toISOString();
  const short = await ask('/api/tokens', admin, {
    method: 'POST',
    body: JSON.stringify({ name: 'day', scopes: ['admin'], expires_at: day }),
  });
  const heir = await ask(
    '/api/tokens',
    { token: String(short.body['token']) },
    { method: 'POST', body: JSON.stringify({ name: 'heir', scopes: ['read'] }) },
  );
  expect([heir.status, heir.body['expires_at']]).toEqual([201, short.body['expires_at']]);
  const listed = JSON.stringify((await ask('/api/tokens', admin)).body);
  expect([listed.includes('"ci"'), listed.includes(token), listed.includes('last_used_at')]).toEqual([true, false, true]);
  const { rows } = await world.database.db.raw<{ rows: unknown[] }>('select * from api_tokens t where t::text like ?', [`%${token}%`]);
  expect(rows).toEqual([]);
  expect((await ask(`/api/tokens/${String(made['id'])}`, admin, { method: 'DELETE' })).status).toBe(204);
  expect((await ask('/api/repos', { token })).body['code']).toBe('token_revoked');
});

test('the people map says who somebody is elsewhere', async () => {
  const admin = { token: 'admin-token-for-tests-only' };
  const acme = String((await world.list('/api/installations?account=acme'))[0]!['id']);
  const put = (person: string, body: unknown) =>
    ask(`/api/people/${person}?installation=${acme}`, admin, { method: 'PUT', body: JSON.stringify(body) });
  expect(await put('ann@x.io', {})).toMatchObject({ status: 422, body: { code: 'request_invalid' } });
  expect(await put('ann@x.io', { github_login: 'mona' })).toMatchObject({ status: 201, body: { email: 'ann@x.io', github_login: 'mona' } });
  expect(await put('mona', { jira_account_id: '5b10', slack_id: 'U012AB3CD' })).toMatchObject({
    status: 200,
    body: { email: 'ann@x.io', slack_id: 'U012AB3CD' },
  });
  expect((await put('hubot', { email: 'ANN@x.io' })).status).toBe(409);
  const both = await Promise.all(['a', 'b'].map((name) => put('clerk', { email: `${name}@x.io` })));
  expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 201]));
  expect((await ask(`/api/people?installation=${acme}&q=MON`, admin)).body['data']).toMatchObject([{ github_login: 'mona' }]);
  expect((await ask('/api/people', { cookie: (await signIn('hubot')).cookie })).body['data']).toEqual([]);
  const log = await ask('/api/audit?action=person.&target=mona', admin);
  expect(log.body['data']).toMatchObject([
    { action: 'person.updated', before: { slack_id: null }, after: { slack_id: 'U012AB3CD' } },
    { action: 'person.created' },
  ]);
  expect((await ask(`/api/people/mona?installation=${acme}`, admin, { method: 'DELETE' })).status).toBe(204);
  expect((await ask(`/api/people/mona?installation=${acme}`, admin)).status).toBe(404);
});

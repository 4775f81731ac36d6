import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { visit, type Visit } from '../support/registration.ts';
import { startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

let world: TestApp;
/** The organisation's installation, and one of somebody else. */
let ours: number;
let theirs: number;

/** Begins an installation and answers the state that GitHub is to bring back. */
async function begin(wish: Record<string, unknown> = {}): Promise<{ intent: ApiObject; state: string }> {
  const intent = await world.api('/api/installations', { method: 'POST', body: wish, status: 201 });
  return { intent, state: new URL(String(intent['install_url'])).searchParams.get('state')! };
}

async function comeBack(query: Record<string, string | number | undefined>): Promise<Visit> {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) params.set(name, String(value));
  return await visit(`${world.url}/setup?${String(params)}`);
}

const intentOf = async (id: unknown) => (await world.list('/api/installations/intents?limit=100')).find((intent) => intent['id'] === id);

async function startWorld(settings: Record<string, string> = {}): Promise<void> {
  world = await startTestApp({ github: true, settings });
  const github = world.github!;
  await github.createAccount('acme', 'Organization');
  await github.createAccount('rival', 'Organization');
  ours = (await github.installApp('acme', 'all')).id;
  theirs = (await github.installApp('rival', 'all')).id;
  await github.settled();
}

describe('without a way to sign in', () => {
  beforeAll(() => startWorld());
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  test('an installation is begun with a signed state and an end', async () => {
    const { intent } = await begin({ account: 'acme', return_to: '/projects/1/integrations?tab=github#top' });
    expect(intent).toMatchObject({
      status: 'initiated_on_repowatch',
      begun_by: 'admin',
      account: { login: 'acme' },
      return_to: '/projects/1/integrations?tab=github#top',
      installation_github_id: null,
      install_url: expect.stringMatching(new RegExp(`^${world.github!.url}/apps/repowatch/installations/new\\?state=[\\w.-]+$`)),
    });
    const lasts = Date.parse(String(intent['expires_at'])) - Date.parse(String(intent['created_at']));
    expect(Math.round(lasts / 3_600_000)).toBe(24);
  });

  test('each person has one that is open: a second takes the place of the first, also when both come at once', async () => {
    const [first, second] = await Promise.all([begin(), begin()]);
    const open = await world.list('/api/installations?status=initiated_on_repowatch');
    expect(open).toHaveLength(1);
    expect([first.intent['id'], second.intent['id']]).toContain(open[0]!['id']);
    const others = await world.list('/api/installations/intents?status=replaced');
    expect(others.length).toBeGreaterThan(0);
  });

  test('one can be taken back, once', async () => {
    const { intent, state } = await begin({ return_to: '/x' });
    await world.api(`/api/installations/intents/${String(intent['id'])}`, { method: 'DELETE', status: 204 });
    await world.api(`/api/installations/intents/${String(intent['id'])}`, { method: 'DELETE', status: 409 });
    await world.api('/api/installations/intents/999999', { method: 'DELETE', status: 404 });
    expect(await world.list('/api/installations?status=initiated_on_repowatch')).toEqual([]);
    expect(await comeBack({ installation_id: ours, setup_action: 'install', state })).toMatchObject({
      status: 200,
      page: expect.stringContaining('was taken back'),
    });
  });

  test.each([
    'https://evil.example.com/',
    '//evil.example.com/',
    '/\\evil.example.com',
    '/a\\..\\b',
    '/%5cevil',
    'javascript:alert(1)',
    'projects/1',
    '',
    '/a b',
    '/\tx',
    '/./\n/evil.example.com',
    '/..//evil.example.com',
    '/./\\/evil.example.com',
  ])('leads to no other place: %j', async (returnTo) => {
    const response = await fetch(`${world.url}/api/installations`, {
      method: 'POST',
      headers: { authorization: 'Bearer admin-token-for-tests-only', 'content-type': 'application/json' },
      body: JSON.stringify({ return_to: returnTo }),
    });
    const body = (await response.json()) as ApiObject;
    // A text that stays a path here is no harm.
    const isPath = response.status === 201 && new URL(String(body['return_to']), world.url).origin === world.url;
    expect([422, isPath]).toContain(response.status === 422 ? 422 : true);
    if (returnTo.includes('evil.example.com')) expect(response.status).toBe(422);
  });

  test('needs the token', async () => {
    expect((await fetch(`${world.url}/api/installations`, { method: 'POST' })).status).toBe(401);
  });

  test('whoever comes back with the state goes where it was begun, and what GitHub confirms is bound', async () => {
    const { intent, state } = await begin({ account: 'acme', return_to: '/projects/1/integrations' });
    const back = await comeBack({ installation_id: ours, setup_action: 'install', state });
    expect([back.status, back.headers.get('location')]).toEqual([302, '/projects/1/integrations']);
    expect(await intentOf(intent['id'])).toMatchObject({
      status: 'installed',
      installation_github_id: String(ours),
      confirmed_by: 'app',
      github_user_id: null,
    });
    expect(await comeBack({ installation_id: ours, setup_action: 'install', state })).toMatchObject({
      status: 200,
      page: expect.stringContaining('was used before'),
    });
  });

  test('a made-up number binds nothing: another account, an unknown installation, one that is older', async () => {
    const named = await begin({ account: 'acme', return_to: '/x' });
    expect((await comeBack({ installation_id: theirs, state: named.state })).headers.get('location')).toBe('/x');
    expect((await comeBack({ installation_id: 7, state: named.state })).headers.get('location')).toBe('/x');
    expect(await intentOf(named.intent['id'])).toMatchObject({ status: 'initiated_on_repowatch', installation_github_id: null });
    const open = await begin({ return_to: '/y' });
    await world.database.db.raw(`update installation_intents set created_at = now() + interval '1 hour' where id = ?`, [
      String(open.intent['id']),
    ]);
    expect((await comeBack({ installation_id: theirs, state: open.state })).status).toBe(302);
    expect(await intentOf(open.intent['id'])).toMatchObject({ installation_github_id: null });
  });

  test('every combination that GitHub makes gets an answer, and only a good state leads back', async () => {
    const expired = await begin({ return_to: '/x' });
    await world.database.db.raw(`update installation_intents set expires_at = now() - interval '1 second' where id = ?`, [
      String(expired.intent['id']),
    ]);
    const used = await begin({ account: 'acme', return_to: '/x' });
    await comeBack({ installation_id: ours, setup_action: 'install', state: used.state });
    const fresh = await begin({ account: 'nobody-here', return_to: '/x' });
    const [body = '', signature = ''] = fresh.state.split('.');
    const forged = `${Buffer.from('another nonce').toString('base64url')}.${signature}`;
    const states = {
      none: undefined,
      good: fresh.state,
      forged,
      cut: body,
      odd: '\u{1F600}"><script>',
      expired: expired.state,
      used: used.state,
    };
    const wrong: string[] = [];
    for (const action of ['install', 'update', 'request', undefined])
      for (const id of [undefined, ours, theirs, 4_711, 'abc', '1; drop table x', '9'.repeat(40)])
        for (const [name, state] of Object.entries(states)) {
          const { status, headers, page } = await comeBack({ installation_id: id, setup_action: action, state });
          const isNumber = typeof id === 'number';
          const leads = name === 'good' && isNumber && action !== 'request';
          const expected = leads ? 302 : !isNumber && action === undefined ? 400 : 200;
          // The page tells nobody of whom an installation is, and runs nothing.
          const leaks = /rival|acme/.test(page) || page.includes('"><script>');
          if (status !== expected || leaks || (leads && headers.get('location') !== '/x'))
            wrong.push(`${action} ${id} ${name}: ${status} instead of ${expected}`);
        }
    expect(wrong).toEqual([]);
  });

  test('too many at once are asked to wait: each look asks GitHub', async () => {
    const statuses: number[] = [];
    for (let time = 0; time < 70; time += 1) statuses.push((await comeBack({ installation_id: time + 1, setup_action: 'install' })).status);
    expect(statuses).toContain(429);
    expect((await world.github!.apiCalls({ path: '/app/installations/' })).length).toBeLessThan(400);
  });
});

describe('with a way to sign in', () => {
  const signIn = { CLIENT_ID: 'Iv23liTestsOnly', CLIENT_SECRET: 'a client secret for tests only' };
  beforeAll(async () => {
    await startWorld(signIn);
    const github = world.github!;
    await github.createAccount('mona');
    await github.joinOrganization('mona', 'acme');
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  /** A code as GitHub gives it out when it asks people by itself during an installation. */
  async function codeOf(login: string): Promise<string> {
    const address = `${world.github!.url}/login/oauth/authorize?client_id=${signIn.CLIENT_ID}&redirect_uri=${world.url}/setup&login=${login}`;
    return new URL((await visit(address)).headers.get('location')!).searchParams.get('code')!;
  }

  test('the person is bound whom GitHub shows the installation, and nobody else', async () => {
    const { intent, state } = await begin({ return_to: '/x' });
    const foreign = await comeBack({ installation_id: theirs, setup_action: 'install', state, code: await codeOf('mona') });
    expect(foreign).toMatchObject({ status: 200, page: expect.stringContaining('does not show this installation to mona') });
    expect(foreign.page).not.toContain('rival');
    expect(await intentOf(intent['id'])).toMatchObject({ installation_github_id: null, github_user_id: null });
    const back = await comeBack({ installation_id: ours, setup_action: 'install', state, code: await codeOf('mona') });
    expect([back.status, back.headers.get('location')]).toEqual([302, '/x']);
    expect(await intentOf(intent['id'])).toMatchObject({
      status: 'installed',
      installation_github_id: String(ours),
      confirmed_by: 'user',
      github_user_id: expect.stringMatching(/^\d+$/),
    });
  });

  test('a code that is wrong or used binds nothing', async () => {
    const { intent, state } = await begin({ return_to: '/x' });
    const code = await codeOf('mona');
    await comeBack({ installation_id: theirs, setup_action: 'install', code });
    for (const bad of ['nonsense', code])
      expect(await comeBack({ installation_id: ours, setup_action: 'install', state, code: bad })).toMatchObject({
        status: 400,
        page: expect.stringContaining('GitHub does not take the code'),
      });
    expect(await intentOf(intent['id'])).toMatchObject({ status: 'initiated_on_repowatch' });
  });

  test('an owner who approved comes without our state, and can let GitHub confirm it: with PKCE, in this browser only', async () => {
    const page = await comeBack({ installation_id: ours, setup_action: 'install' });
    expect(page.page).toContain(`/setup/confirm?installation_id=${ours}`);
    const away = await visit(`${world.url}/setup/confirm?installation_id=${ours}`);
    const address = new URL(away.headers.get('location')!);
    expect(Object.fromEntries(address.searchParams)).toMatchObject({
      client_id: signIn.CLIENT_ID,
      redirect_uri: `${world.url}/setup/callback`,
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    });
    const cookie = away.headers.get('set-cookie')!;
    expect(cookie).toMatch(/; HttpOnly; SameSite=Lax/);
    address.searchParams.set('login', 'mona');
    const callback = (await visit(address.href)).headers.get('location')!;
    expect((await visit(callback)).status).toBe(400);
    const done = await visit(callback, { cookie: cookie.split(';')[0]! });
    expect(done).toMatchObject({ status: 200, page: expect.stringContaining('GitHub shows mona this installation on acme') });
    expect((await visit(callback, { cookie: cookie.split(';')[0]! })).status).toBe(400);
  });

  test('a member who may not install it sees that an owner has to approve, and the wish is listed', async () => {
    await world.github!.createAccount('umbrella', 'Organization');
    await world.github!.requestInstallation('mona', 'umbrella');
    const asked = await comeBack({ setup_action: 'request', code: await codeOf('mona') });
    expect(asked).toMatchObject({ status: 200, page: expect.stringContaining('owners of umbrella') });
    const stranger = await comeBack({ setup_action: 'request', code: await codeOf('octocat') });
    expect(stranger.page).not.toContain('umbrella');
    const { intent, state } = await begin({ account: 'umbrella', return_to: '/x' });
    const mine = await comeBack({ setup_action: 'request', state });
    expect(mine.page).toContain('href="/x"');
    expect(await intentOf(intent['id'])).toMatchObject({ status: 'requested' });
    expect((await world.api<{ data: ApiObject[] }>('/api/installations/requests')).data).toMatchObject([
      { account: { login: 'umbrella' }, requester: { login: 'mona' } },
    ]);
    expect(await world.list('/api/installations?status=requested')).toHaveLength(1);
    await world.github!.installApp('umbrella', 'all', { sender: 'octocat', requester: 'mona' });
    await world.eventually('the installation that answers it', async () => (await intentOf(intent['id']))!['status'] === 'installed');
    expect(await intentOf(intent['id'])).toMatchObject({ confirmed_by: 'webhook' });
    expect((await comeBack({ installation_id: 1, setup_action: 'install', state })).headers.get('location')).toBe('/x');
  });

  test('no token of a person is kept, and whoever takes back the yes is not connected any more', async () => {
    const { rows } = await world.database.db.raw<{ rows: { login: string; revoked_at: Date | null }[] }>(
      `select login, revoked_at from github_users where login = 'mona'`,
    );
    expect(rows).toEqual([{ login: 'mona', revoked_at: null }]);
    expect(world.logs.join('\n')).not.toContain('ghu_');
    await world.github!.revokeAuthorization('mona');
    await world.eventually('mona is gone', async () => {
      const found = await world.database.db.raw<{ rows: unknown[] }>(
        `select 1 from github_users where login = 'mona' and revoked_at is not null`,
      );
      return found.rows.length === 1;
    });
    expect(await world.list('/api/deliveries?event=github_app_authorization')).toMatchObject([
      { status: 'processed', reason: expect.stringContaining('mona is not connected any more') },
    ]);
  });
});

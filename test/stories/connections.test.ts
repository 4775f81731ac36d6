import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { visit } from '../support/registration.ts';
import { quiet } from '../support/story.ts';
import { adminToken, startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

/** Behind a proxy that takes `/repowatch` away on the way in. */
const publicUrl = 'https://watch.example.com/repowatch';
let world: TestApp;
let cookies: Record<'mona' | 'clerk', string>;
let installation: string;

/** Signs somebody in as a browser behind the proxy would. */
async function signIn(login: string): Promise<string> {
  const begun = await visit(`${world.url}/auth/github`);
  const authorize = new URL(begun.headers.get('location')!);
  expect(authorize.searchParams.get('redirect_uri')).toBe(`${publicUrl}/auth/callback`);
  expect(begun.headers.get('set-cookie')).toContain('; Path=/repowatch/auth;');
  authorize.searchParams.set('login', login);
  const callback = (await visit(authorize.href)).headers.get('location')!;
  expect(callback).toMatch(/^https:\/\/watch\.example\.com\/repowatch\/auth\/callback\?/);
  const cookie = begun.headers.get('set-cookie')!.split(';', 1)[0]!;
  const back = await fetch(callback.replace(publicUrl, world.url), { headers: { cookie }, redirect: 'manual' });
  expect(back.headers.get('location')).toBe('/repowatch/');
  return back.headers
    .getSetCookie()
    .find((text) => text.startsWith('repowatch_session='))!
    .split(';', 1)[0]!;
}

const page = async (path: string, cookie = cookies.mona) => visit(`${world.url}${path}`, { cookie });
const post = (path: string, fields: Record<string, string>, cookie = cookies.mona) =>
  fetch(`${world.url}${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie, origin: 'https://watch.example.com' },
    body: new URLSearchParams(fields),
  });

beforeAll(async () => {
  const settings = { CLIENT_ID: 'Iv23liTESTS', CLIENT_SECRET: 'a client secret for tests', PUBLIC_URL: publicUrl };
  world = await startTestApp({ github: true, settings });
  const github = world.github!;
  await github.createAccount('acme', 'Organization');
  for (const login of ['mona', 'clerk']) await github.createAccount(login, 'User');
  for (const name of ['app', 'site']) await github.createRepository({ owner: 'acme', name, files: { 'a.txt': 'a' } });
  await github.joinOrganization('mona', 'acme', 'admin');
  await github.addCollaborator({ repo: 'acme/app', login: 'clerk', role: 'read' });
  await github.installApp('acme', 'all', { sender: 'mona' });
  await world.eventually('two repositories', async () => (await world.list('/api/repos')).length === 2);
  await quiet(world);
  installation = String((await world.list('/api/installations'))[0]!['id']);
  cookies = { mona: await signIn('mona'), clerk: await signIn('clerk') };
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

describe('my connection to GitHub, and installing', () => {
  test('who is connected may install; whoever has only the admin token is told to connect', async () => {
    const login = await fetch(`${world.url}/login`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ token: adminToken }),
    });
    const admin = login.headers.get('set-cookie')!.split(';', 1)[0]!;
    const [own, other] = await Promise.all([page('/installations'), page('/integrations', admin)]);
    expect([own.status, own.page.includes('data-test="install-link"'), /Connected as\s+<bdi>mona<\/bdi>/.test(own.page)]).toEqual([
      200,
      true,
      true,
    ]);
    expect([other.status, other.page.includes('data-test="install-link"')]).toEqual([200, false]);
    expect(other.page).toContain('href="/repowatch/auth/github?return_to=%2Finstallations"');
  });

  test('an installation is begun by a button, goes on by a link, and is taken back', async () => {
    for (const account of ['acme', 'acme-labs']) {
      const begun = await post('/installations/begin', { account, back: `/installations/${installation}` });
      expect([begun.status, await begun.text()]).toEqual([
        200,
        expect.stringMatching(/href="[^"]+\/installations\/new\?state=[^"]+"\s+data-go/),
      ]);
    }
    const open = await world.list('/api/installations?status=initiated_on_repowatch');
    expect(open).toMatchObject([{ account: { login: 'acme-labs' }, return_to: `/installations/${installation}`, begun_by: '@mona' }]);
    const { page: shown } = await page('/installations');
    expect(shown).toContain(`/installations/intents/${String(open[0]!['id'])}/cancel`);
    const back = await post(`/installations/intents/${String(open[0]!['id'])}/cancel`, {});
    expect([back.status, back.headers.get('location')]).toEqual([303, '/repowatch/installations?notice=cancelled']);
    expect((await post('/installations/begin', { account: 'no such name!' })).status).toBe(422);
  });

  test('an installation belongs to a project of it, until that is taken back', async () => {
    const made = await world.api('/api/projects', { method: 'POST', body: { name: 'Shop', repository: 'acme/app', branches: ['main'] } });
    const path = `/api/projects/${String(made['id'])}/installations`;
    const asked = await world.api('/api/installations', { method: 'POST', body: { project_id: Number(made['id']) }, status: 201 });
    expect(asked['return_to']).toBe(`/projects/${String(made['id'])}/integrations`);
    expect(await world.api(path, { method: 'POST', body: { installation_id: Number(installation) }, status: 201 })).toMatchObject({
      status: 'processed',
    });
    await world.api(path, { method: 'POST', body: { installation_id: installation }, status: 409 });
    await world.api(`${path}/${installation}`, { method: 'DELETE', status: 204 });
    await world.api(`${path}/${installation}`, { method: 'DELETE', status: 404 });
    const linked = await post(`/installations/${installation}/project`, { project: String(made['id']) });
    expect(linked.status).toBe(303);
    expect(await world.api(`/api/installations/${installation}`)).toMatchObject({ project_id: made['id'], status: 'processed' });
  });
});

describe('a repository', () => {
  test('says step by step how far it was taken over', async () => {
    expect(await world.api('/api/repos/acme/app/sync')).toMatchObject({
      state: 'synced',
      step: 4,
      of: 4,
      percent: 100,
      counts: { branches: 1 },
    });
    expect(await world.api(`/api/installations/${installation}/sync`)).toMatchObject({
      state: 'synced',
      percent: 100,
      counts: { repositories: 2, refs: 2 },
    });
    const { page: shown } = await page('/repos/acme/app/sync');
    expect(shown).toMatch(/<progress[^>]* value="100" max="100"/);
    expect((await post('/repos/acme/app/sync', {})).status).toBe(303);
    expect((await post('/repos/acme/app/sync', {}, cookies.clerk)).status).toBe(403);
  });

  test('is disconnected only by typing its name, and connected again', async () => {
    const path = '/repos/acme/app/disconnect';
    const asked = await page(path);
    expect([asked.status, asked.page.includes('data-confirm="acme/app"')]).toEqual([200, true]);
    for (const fields of [{}, { confirm: '' }, { confirm: 'acme/site' }] as Record<string, string>[])
      expect([fields, (await post(path, fields)).status]).toEqual([fields, 400]);
    expect((await page(path, cookies.clerk)).status).toBe(403);
    expect((await post(path, { confirm: 'acme/app' }, cookies.clerk)).status).toBe(403);
    expect(await world.api('/api/repos/acme/app')).toMatchObject({ enabled: true });
    expect((await post(path, { confirm: 'acme/app' })).status).toBe(303);
    expect(await world.api('/api/repos/acme/app')).toMatchObject({ enabled: false });
    expect(await world.api('/api/repos/acme/app/sync')).toMatchObject({ state: 'paused' });
    expect((await page(`/installations/${installation}/repositories`)).page).toContain('action="/repowatch/repos/acme/app/connect"');
    const again = await post('/repos/acme/app/connect', {});
    expect(again.headers.get('location')).toBe('/repowatch/repos/acme/app/sync?notice=connected');
    await world.eventually('it is compared again', async () => (await world.api('/api/repos/acme/app/sync'))['state'] === 'synced');
  });

  test('of an installation that still exists, nothing is purged', async () => {
    const path = `/installations/${installation}/purge`;
    expect((await post(path, { confirm: 'acme!' })).status).toBe(400);
    expect((await post(path, { confirm: 'acme' })).status).toBe(409);
    expect((await page(`/installations/${installation}/settings`, cookies.clerk)).status).toBe(403);
    expect((await page(`/installations/${installation}/hooks`, cookies.clerk)).status).toBe(403);
  });
});

test('a trigger tells its secret once, shows what came through it, and goes by typing its name', async () => {
  const made = await post('/triggers', { provider: 'generic', repository: 'acme/site', name: 'ci', repo_id: '', secret: '' });
  const text = await made.text();
  const secret = /id="trigger-secret"[^>]*value="([0-9a-f]{64})"/.exec(text)?.[1] ?? '';
  expect([made.status, secret.length, text.includes(`${publicUrl}/webhooks/generic/`)]).toEqual([200, 64, true]);
  const [trigger] = await world.list('/api/triggers');
  const path = `/triggers/${String(trigger!['id'])}`;
  expect((await page(path)).page).not.toContain(secret);
  const send = async (key: string, body: string) => {
    const signature = `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
    const headers = { 'content-type': 'application/json', 'x-signature-256': signature };
    return fetch(String(trigger!['uri']).replace(publicUrl, world.url), { method: 'POST', body, headers });
  };
  const sent = (await (await send(secret, '{"type":"deployed"}')).json()) as ApiObject;
  await world.settled(String(sent['guid']));
  expect((await world.list(`/api/deliveries?trigger=${String(trigger!['id'])}`)).map(({ guid }) => guid)).toEqual([sent['guid']]);
  expect((await page(path)).page).toContain('deployed');
  const rotated = await (await post(`${path}/rotate`, { grace: '0' })).text();
  const next = /id="trigger-secret"[^>]*value="([0-9a-f]{64})"/.exec(rotated)?.[1] ?? '';
  expect([(await send(secret, '{"n":1}')).status, (await send(next, '{"n":2}')).status]).toEqual([401, 202]);
  expect((await post(path, { enabled: 'no' })).status).toBe(303);
  expect((await send(next, '{"n":3}')).status).toBe(403);
  expect((await post(`${path}/delete`, { confirm: 'CD' })).status).toBe(400);
  expect((await post(`${path}/delete`, { confirm: 'ci' })).headers.get('location')).toBe('/repowatch/triggers?notice=removed');
  expect(await world.list('/api/triggers')).toEqual([]);
});

test('who disconnects from GitHub is forgotten there and signed out here, and installations stay', async () => {
  const own = await signIn('clerk');
  expect((await post('/integrations/disconnect', { confirm: 'mona' }, own)).status).toBe(400);
  const done = await post('/integrations/disconnect', { confirm: 'clerk' }, own);
  expect([done.status, done.headers.get('location')]).toEqual([303, '/repowatch/login']);
  expect((await page('/installations', own)).status).toBe(303);
  expect((await page('/installations', cookies.clerk)).status).toBe(303);
  // GitHub's own word of it may have come by then, and leaves an entry, too.
  const entries = await world.list('/api/audit?action=user.disconnected');
  expect(entries).toContainEqual(expect.objectContaining({ actor: expect.objectContaining({ login: 'clerk' }) }));
  expect(entries.every(({ target }) => (target as { name: string }).name === 'clerk')).toBe(true);
  expect(await world.list('/api/installations')).toHaveLength(1);
});

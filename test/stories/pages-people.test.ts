import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openSite, type SiteClient } from '../support/site-client.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

let world: TestApp;
let site: SiteClient;
let installation: string;

beforeAll(async () => {
  world = await startTestApp({ github: true });
  await world.github!.createAccount('acme', 'Organization');
  await world.github!.createRepository({ owner: 'acme', name: 'app' });
  await world.github!.installApp('acme', ['app']);
  site = await openSite(world.url);
  installation = String((await world.eventually('the installation', async () => (await world.list('/api/installations'))[0]))['id']);
  await world.eventually('the repository', async () => (await world.list('/api/repos'))[0]);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

describe('tokens', () => {
  test('one is made, shown once, used, and taken back', async () => {
    expect((await site.get('/tokens')).text).toContain('No tokens yet');
    const made = await site.post('/tokens', { name: 'nightly <b>', scopes: 'read', days: '30', repositories: 'acme/app\n' });
    expect(made.status).toBe(200);
    expect(made.text).toContain('nightly &lt;b&gt;');
    const token = /value="(rwt_[^"]+)"/.exec(made.text)![1]!;
    const seen = await fetch(`${world.url}/api/repos`, { headers: { authorization: `Bearer ${token}` } });
    expect(seen.status).toBe(200);
    const list = await site.get('/tokens');
    expect(list.text).toContain('acme/app');
    expect(list.text).not.toContain(token);
    const [entry] = await world.list('/api/tokens');
    expect((await site.post(`/tokens/${String(entry!['id'])}/revoke`)).location).toBe('/tokens?notice=removed');
    expect((await fetch(`${world.url}/api/repos`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
    expect((await site.get('/tokens?status=revoked')).text).toContain('nightly');
    expect((await site.get('/tokens?status=active')).text).toContain('No such tokens');
  });

  test('a refusal stands at its field, and what was filled in is still there', async () => {
    const refused = await site.post('/tokens', { name: 'ci', scopes: 'write', days: '', repositories: 'acme/nothing' });
    expect(refused.status).toBe(404);
    expect(refused.text).toContain('There is no repository acme/nothing');
    expect(refused.text).toMatch(/name="name"[^>]*value="ci"/);
    expect((await site.post('/tokens', { name: '' })).text).toMatch(/id="f-tokens-name-problem"/);
  });
});

describe('people', () => {
  test('somebody is added, changed, found and forgotten', async () => {
    const add = { installation, github_login: 'mona', email: 'mona@example.com', jira_account_id: '', slack_id: 'U012AB3CD' };
    expect((await site.post('/people', add)).location).toBe('/people?notice=saved');
    const [mona] = await world.list('/api/people');
    const change = { ...add, email: '', jira_account_id: '5b10ac8d82e05b22cc7d4ef5' };
    expect((await site.post(`/people/${String(mona!['id'])}`, change)).status).toBe(303);
    expect((await world.list('/api/people'))[0]).toMatchObject({
      email: null,
      jira_account_id: '5b10ac8d82e05b22cc7d4ef5',
      slack_id: 'U012AB3CD',
    });
    const wrong = await site.post(`/people/${String(mona!['id'])}`, { ...add, slack_id: 'nobody' });
    expect([wrong.status, wrong.text]).toEqual([422, expect.stringMatching(/id="edit-person-\d+"[^>]*data-open/)]);
    expect((await site.get('/people?q=MON')).text).toContain('<bdi>mona</bdi>');
    expect((await site.get('/people?q=ann')).text).toContain('Nobody matches');
    expect((await site.post('/people/lookup', { installation })).location).toBe('/people?notice=done');
    expect((await site.post('/people/remove', { installation, github_login: 'mona' })).location).toBe('/people?notice=removed');
    expect(await world.list('/api/people')).toEqual([]);
  });
});

test('the audit log tells all of it; what was done depends on what it was done to', async () => {
  const log = await site.get('/audit');
  for (const word of ['token.created', 'token.revoked', 'person.created', 'person.deleted', 'user.signed_in'])
    expect(log.text).toContain(`<code>${word}</code>`);
  expect(log.text).not.toContain('name="verb"');
  const people = await site.get('/audit?noun=person&verb=deleted');
  expect(people.text).toContain('name="verb"');
  expect(people.text).toContain('person.deleted');
  expect(people.text).not.toContain('person.created');
  // A verb of another noun counts for nothing.
  expect((await site.get('/audit?noun=token&verb=updated')).text).toContain('token.created');
  expect((await site.get('/audit?target=nothing-of-this-name')).text).toContain('Nothing matches');
});

describe('settings', () => {
  test('the connection is tested, and the App is named', async () => {
    const tested = await site.post('/settings/test');
    expect([tested.status, tested.text]).toEqual([200, expect.stringContaining('GitHub knows repowatch')]);
  });

  test('everything is compared, and its job counts up on the page', async () => {
    expect((await site.post('/settings/sync')).location).toBe('/settings?notice=started#comparing');
    const [job] = await world.list('/api/jobs');
    await world.eventually('the end of the job', async () => (await site.get(`/jobs/${String(job!['id'])}`)).text.includes('>done<'));
    expect((await site.get('/settings')).text).toContain('1 of 1 (100 %)');
    expect((await site.post(`/jobs/${String(job!['id'])}/cancel`)).status).toBe(409);
    expect((await site.get('/jobs/999999')).status).toBe(404);
  });

  test('a theme is remembered in this browser; another word is none', async () => {
    const choose = async (theme: string) => {
      const response = await fetch(`${world.url}/settings/appearance`, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ theme }),
        headers: { cookie: site.cookie, origin: world.url },
      });
      return response.headers.get('set-cookie')!.split(';', 1)[0]!;
    };
    const dark = await openSite(world.url, `${site.cookie}; ${await choose('dark-high-contrast')}`);
    expect((await dark.get('/settings')).text).toContain('data-theme="dark-high-contrast"');
    const other = await openSite(world.url, `${site.cookie}; ${await choose('"><script>')}`);
    expect((await other.get('/settings')).text).not.toContain('data-theme');
  });

  test('signing out everywhere ends this session, too', async () => {
    expect((await site.post('/settings/sessions/end')).location).toBe('/login');
    expect((await site.get('/settings')).location).toBe('/login?return_to=%2Fsettings');
  });
});

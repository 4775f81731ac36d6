import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { quiet, reconcile, track } from '../support/story.ts';
import { startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

let world: TestApp;
let full: string;
let installation: number;

const mona = { id: 9_001, login: 'Mona', type: 'User' };
const hubot = { id: 9_002, login: 'hubot', type: 'Bot' };

beforeAll(async () => {
  world = await startTestApp({ github: true });
  const tracked = await track(world, 'app');
  full = tracked.fullName;
  installation = tracked.installation;
}, 60_000);

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

interface Members {
  data: ApiObject[];
  meta: { next: string | null };
  listing: { listed_at: string | null; due_at: string | null; error: string | null };
}
const members = async (query = '') => await world.api<Members>(`/api/repos/${full}/members${query}`);
const who = async () => (await members()).data.map(({ login, role }) => [login, role]);

/** A `member` event, as GitHub sends it; GitHub itself knows nothing of it. */
async function tell(action: string, member: ApiObject, changes: ApiObject = {}): Promise<ApiObject> {
  const { github_id: id } = await world.api<{ github_id: string }>(`/api/repos/${full}`);
  const owner = { id: 1, login: 'acme', type: 'Organization' };
  const repository = { id: Number(id), name: 'app', full_name: full, private: true, owner, default_branch: 'main' };
  const payload = { action, member, changes, repository, installation: { id: installation }, sender: mona };
  return await world.settled((await world.deliver('member', payload)).guid);
}

/** Has GitHub asked now. */
async function list(): Promise<Members> {
  const before = (await members()).listing;
  await world.api(`/api/repos/${full}/members/sync`, { method: 'POST', status: 202 });
  return await world.eventually('members listed', async () => {
    const now = await members();
    return (now.listing.listed_at !== before.listed_at || now.listing.error !== before.error) && now;
  });
}

test('events tell who came, with which role, and who went; GitHub is asked a minute later', async () => {
  expect(await members()).toEqual({ data: [], meta: { next: null }, listing: { listed_at: null, due_at: null, error: null } });
  await tell('added', mona, { role_name: { to: 'Release manager' }, permission: { to: 'write' } });
  await tell('added', hubot, { permission: { to: 'read' } });
  expect(await who()).toEqual([
    ['hubot', 'read'],
    ['Mona', 'Release manager'],
  ]);
  await tell('edited', hubot, { role_name: { from: 'read', to: 'admin' } });
  await tell('removed', mona);
  expect(await who()).toEqual([['hubot', 'admin']]);
  const { due_at: dueAt } = (await members()).listing;
  expect(Date.parse(dueAt!)).toBeGreaterThan(Date.now() + 30_000);
});

test("a listing is the truth: whom it lacks is gone, roles are GitHub's own; it is paged and filtered", async () => {
  const github = world.github!;
  for (let index = 0; index < 120; index += 1) {
    const member = { id: 20_000 + index, login: `user-${String(index).padStart(3, '0')}`, type: 'User' };
    await github.announceEvent({
      repo: full,
      event: 'member',
      payload: { action: 'added', member, changes: { role_name: { to: 'triage' } } },
    });
  }
  await github.announceEvent({
    repo: full,
    event: 'member',
    payload: { action: 'added', member: mona, changes: { role_name: { to: 'Boss' } } },
  });
  const page = await list();
  expect([page.data.length, page.data[0]!['login'], page.listing.error]).toEqual([20, 'Mona', null]);
  const next = await members(`?limit=100&cursor=${page.meta.next!}`);
  expect([next.data.length, next.data[0]!['login'], next.meta.next === null]).toEqual([100, 'user-019', false]);
  expect((await members('?role=Boss')).data).toMatchObject([{ github_id: '9001', login: 'Mona', type: 'User', role: 'Boss' }]);
  await world.api(`/api/repos/${full}/members?cursor=!!`, { status: 422 });
});

test('a listing that is refused or cut off takes nobody away, and says why', async () => {
  await world.github!.setFailure({ path: '/collaborators', status: 403, body: { message: 'Resource not accessible by integration' } });
  expect((await list()).listing.error).toMatch(/^github_forbidden: /);
  // The second of two pages is missing.
  await world.github!.setFailure({ path: 'page=2', status: 502 });
  expect((await list()).listing.error).toMatch(/^github_unavailable: /);
  expect((await members('?limit=100')).data).toHaveLength(100);
});

test('the webhooks beside the App are told without what may be secret in their addresses, or why they are not', async () => {
  const config = {
    url: 'https://user:word@ci.example:8443/hook?token=geheim',
    content_type: 'json',
    insecure_ssl: '1',
    secret: '********',
  };
  const last = { code: 500, status: 'failure', message: 'Internal Server Error' };
  const body = [{ id: 77, type: 'Repository', name: 'web', active: true, events: ['push'], config, last_response: last }];
  await world.github!.setFailure({ path: '/hooks', status: 200, body });
  expect(await world.api(`/api/repos/${full}/webhooks`)).toEqual({
    data: [
      {
        github_id: '77',
        active: true,
        events: ['push'],
        url: 'https://ci.example:8443/hook',
        content_type: 'json',
        tls_checked: false,
        last_delivery: last,
      },
    ],
  });
  await world.github!.setFailure({ path: '/hooks', status: 403, body: { message: 'Resource not accessible by integration' } });
  expect(await world.api(`/api/repos/${full}/webhooks`, { status: 502 })).toMatchObject({ code: 'github_forbidden' });
});

test('they are listed by themselves where the owner granted it', async () => {
  const { db } = world.database;
  await db.raw(`update repositories set members_due_at = null`);
  const { planMembers } = await import('../../src/mirror/members.ts');
  await planMembers(db, 10);
  expect((await members()).listing.due_at).toBeNull();
  await db.raw(`update installations set permissions = permissions || '{"members":"read"}'`);
  await planMembers(db, 10);
  expect(Date.parse((await members()).listing.due_at!)).toBeLessThanOrEqual(Date.now() + 3_600_000);
});

test('under another owner nothing is told of them, and they cannot be listed while the App is not there', async () => {
  const github = world.github!;
  await github.createAccount('other', 'Organization');
  await github.installApp('other', 'all');
  await github.transferRepository(full, 'other');
  await quiet(world);
  full = 'other/app';
  expect((await members()).data).toEqual([]);
  await reconcile(world, full);
  await github.uninstall('other');
  await quiet(world);
  await world.api(`/api/repos/${full}/members/sync`, { method: 'POST', status: 409 });
});

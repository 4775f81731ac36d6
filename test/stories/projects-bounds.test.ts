import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { askApi, type Asked } from '../support/ask-api.ts';
import { seedPerson } from '../support/people.ts';
import { quiet, sorted, track } from '../support/story.ts';
import { startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

let world: TestApp;
let installation: string;

beforeAll(async () => {
  world = await startTestApp({ github: true });
  await track(world, 'app');
  await track(world, 'lib');
  await track(world, 'hidden');
  installation = String((await world.api('/api/repos/acme/app'))['installation_id']);
  await quiet(world);
}, 60_000);
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const ask = (way: string, body?: unknown, given: Asked = {}) => askApi(world, way, { ...given, body });
const url = (path: string) => `${world.sink.url}/${path}`;

async function make(words: ApiObject): Promise<string> {
  const { status, answer } = await ask('POST /projects', { branches: ['main'], ...words });
  expect([status, answer]).toEqual([201, expect.anything()]);
  return String(answer['id']);
}
const remove = (id: string) => ask(`DELETE /projects/${id}`);
const exported = async (id: string) => (await ask(`GET /projects/${id}/export`)).answer;

test('what is exported comes back the same, and an update makes it equal', async () => {
  const id = await make({ name: 'All', installation_id: installation, follow: 'all' });
  const action = { name: 'Tell', uses: 'webhook', with: { url: url('tell') }, retry: 'standard', timeout: '20s', env: { A: 'b' } };
  const rules = { on: { push: { paths: ['src/**'] } }, parameters: [{ branch: 'main', name: 'host', value: 'live' }] };
  expect((await ask(`POST /projects/${id}/actions`, { ...action, ...rules })).status).toBe(201);
  await ask(`DELETE /projects/${id}/repositories/acme/lib`);
  await ask(`PUT /projects/${id}/members/zed`, { role: 'viewer' });
  const first = await exported(id);
  expect(first).toMatchObject({ follow: 'all', repositories: [], left_out: ['acme/lib'], actions: [{ ...action, ...rules }] });

  await remove(id);
  const made = await ask('POST /projects/import', first);
  expect(made.answer).toMatchObject({ created: 1, failed: 0 });
  const again = String((made.answer['results'] as ApiObject[])[0]!['id']);
  expect(await exported(again)).toEqual(first);

  await ask(`PUT /projects/${again}/members/yan`, { role: 'manager' });
  await ask(`PATCH /projects/${again}`, { follow: 'selected', repositories: ['acme/lib'], enabled: false });
  expect((await ask('POST /projects/import?on_conflict=update', first)).answer).toMatchObject({ updated: 1 });
  expect(await exported(again)).toEqual(first);
  const chosen: ApiObject = { ...first, follow: 'selected', repositories: ['acme/app'], left_out: [] };
  expect((await ask('POST /projects/import?on_conflict=update', chosen)).answer).toMatchObject({ updated: 1 });
  expect(await exported(again)).toEqual(chosen);
  // Of what is not said, nothing changes.
  const rest = Object.fromEntries(Object.entries(chosen).filter(([key]) => key !== 'members' && key !== 'repositories'));
  await ask(`POST /projects/import?on_conflict=update&installation_id=${installation}`, rest);
  expect(await exported(again)).toEqual(chosen);
  await remove(again);
});

test('a manager of one project reaches no repository beyond it', async () => {
  const id = await make({ name: 'Bounds', repository: 'acme/app' });
  const named = Array.from({ length: 5 }, () => ask(`PUT /projects/${id}/members/meg`, { role: 'manager' }));
  expect(sorted((await Promise.all(named)).map(({ status }) => status))).toEqual(['200', '200', '200', '200', '201']);
  const { token } = await seedPerson(world.database.db, 'meg', []);
  // The people of tests are of github.com; here it is the stand-in.
  await world.database.db.raw('update github_users set host = (select i.host from installations i limit 1)');
  const asMeg = (way: string, body?: unknown) => ask(way, body, { token });
  expect((await asMeg(`PATCH /projects/${id}`, { follow: 'all' })).status).toBe(403);
  expect((await asMeg(`PUT /projects/${id}`, { name: 'Bounds', branches: ['main'], follow: 'all' })).status).toBe(403);
  expect((await asMeg(`PATCH /projects/${id}`, { check_interval: 9 })).answer).toMatchObject({ follow: 'selected', repository_count: 1 });
  // What she does not see is answered like what there is not.
  const gone = await Promise.all(['hidden', 'none'].map((name) => asMeg(`DELETE /projects/${id}/repositories/acme/${name}`)));
  expect(gone.map(({ status }) => status)).toEqual([404, 404]);
  expect((await asMeg(`DELETE /projects/${id}/repositories/acme/app`)).answer).toMatchObject({ following: false, changed: true });
  expect((await asMeg(`PUT /projects/${id}/repositories/acme/app`)).status).toBe(404);
  await remove(id);
});

test('an action that is named twice runs once', async () => {
  const id = await make({ name: 'Twice', repository: 'acme/app' });
  const action = await ask(`POST /projects/${id}/actions`, { uses: 'webhook', with: { url: url('twice') } });
  const actions = ['webhook', 'WEBHOOK', String(action.answer['id'])];
  const ran = await ask(`POST /projects/${id}/trigger?wait=20`, { branch: 'main', actions });
  expect(ran.answer).toMatchObject({ over: true, failed: [], runs: [{ status: 'succeeded' }] });
  expect(world.sink.requests.filter(({ path }) => path === '/twice')).toHaveLength(1);
  await remove(id);
});

test('a retry that waits is given up when nobody follows, wants or has it any more', async () => {
  const runsOf = async (watch: string) => (await world.list(`/api/runs?watch=${watch}`)).map(({ status, code }) => [status, code]);
  const ends: [string, (id: string, actionId: string) => string, ApiObject?][] = [
    ['unfollowed', (id) => `DELETE /projects/${id}/repositories/acme/lib`],
    ['switched off', (id) => `PATCH /projects/${id}`, { enabled: false }],
    ['action switched off', (id, actionId) => `PATCH /projects/${id}/actions/${actionId}`, { enabled: false }],
    ['action gone', (id, actionId) => `DELETE /projects/${id}/actions/${actionId}`],
    ['gone', (id) => `DELETE /projects/${id}`],
  ];
  world.sink.answer(() => 503);
  const made: { id: string; actionId: string; watch: string }[] = [];
  for (const [name] of ends) {
    const id = await make({ name, repository: 'acme/lib' });
    const { answer } = await ask(`POST /projects/${id}/actions`, { uses: 'webhook', with: { url: url('wait') }, retry: 'standard' });
    const actionId = String(answer['id']);
    made.push({ id, actionId, watch: `project-${id}-${actionId}` });
  }
  await world.github!.commitFile({ repo: 'acme/lib', branch: 'main', path: 'a.txt', content: 'a' });
  for (const { watch } of made) await world.eventually(`${watch} waits`, async () => (await runsOf(watch))[0]?.[0] === 'waiting');
  for (const [index, [, way, body]] of ends.entries()) {
    const { id, actionId } = made[index]!;
    expect((await ask(way(id, actionId), body)).status).toBe(200);
  }
  world.sink.answer(() => 200);
  world.sink.requests.length = 0;
  await world.database.db.raw(`update runs set due_at = now() where status = 'waiting'`);
  for (const { watch } of made)
    await world.eventually(`${watch} given up`, async () => (await runsOf(watch))[0]?.[1] === 'action_inactive');
  expect(world.sink.requests).toEqual([]);
  for (const { id } of made) await remove(id);
});

import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { askApi, type Asked } from '../support/ask-api.ts';
import { seedPerson } from '../support/people.ts';
import { quiet, sorted, track } from '../support/story.ts';
import { startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

let world: TestApp;
let rivalInstallation: string;

beforeAll(async () => {
  world = await startTestApp({ github: true });
  await track(world, 'app');
  await track(world, 'lib');
  await world.github!.createAccount('rival', 'Organization');
  await world.github!.createRepository({ owner: 'rival', name: 'theirs', files: { 'README.md': '# theirs' } });
  await world.github!.installApp('rival', 'all');
  const rival = await world.eventually('rival tracked', async () => {
    const found = await world.api('/api/repos/rival/theirs').catch(() => undefined);
    return found?.['baseline_at'] ? found : undefined;
  });
  rivalInstallation = String(rival['installation_id']);
  await quiet(world);
}, 60_000);
beforeEach(() => void (world.sink.requests.length = 0));
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const ask = (way: string, body?: unknown, given: Asked = {}) => askApi(world, way, { ...given, body });

let count = 0;
async function push(repo = 'acme/app', branch = 'main'): Promise<string> {
  count += 1;
  const sha = await world.github!.commitFile({ repo, branch, path: `${count}.txt`, content: `${count}` });
  await quiet(world);
  return sha;
}

const paths = () => sorted(world.sink.requests.map(({ path }) => path));
const url = (path: string) => `${world.sink.url}/${path}`;

/** Makes a project with one webhook and answers both ids. */
async function make(words: ApiObject, action: ApiObject = {}): Promise<{ id: string; actionId: string }> {
  const project = await ask('POST /projects', { branches: ['main'], ...words });
  expect([project.status, project.answer]).toEqual([201, expect.anything()]);
  const id = String(project.answer['id']);
  const made = await ask(`POST /projects/${id}/actions`, { uses: 'webhook', with: { url: url(`p${id}`) }, ...action });
  expect([made.status, made.answer]).toEqual([201, expect.anything()]);
  return { id, actionId: String(made.answer['id']) };
}
const remove = (id: string) => ask(`DELETE /projects/${id}`);

test('the life of a project, in the words of the older system', async () => {
  const made = await ask('POST /projects', {
    name: 'Website',
    repoUrl: `${world.github!.url}/acme/app.git`,
    branches: ['main', 'feature/*'],
    checkInterval: 10,
  });
  expect(made).toMatchObject({ status: 201, answer: { name: 'Website', check_interval: 10, repositories: [{ full_name: 'acme/app' }] } });
  const id = String(made.answer['id']);
  expect(await world.api('/api/repos/acme/app')).toMatchObject({ reconcile: { interval_seconds: 600 } });
  const action = await ask(`POST /projects/${id}/actions`, { actionType: 'webhook', webhookUrl: url('radar') });
  expect(action).toMatchObject({ status: 201, answer: { uses: 'webhook', name: 'webhook', enabled: true } });
  const actionId = String(action.answer['id']);
  const script = {
    name: 'Tell',
    actionType: 'script',
    scriptContent: `export default async ({ fetch, secrets, params }) => {
      await fetch('${url('script')}', { method: 'POST', headers: { 'x-key': secrets.KEY, 'x-host': params.host ?? 'none' } });
    };`,
  };
  const told = await ask(`POST /projects/${id}/actions`, script);
  expect(told.status).toBe(201);
  const scriptId = String(told.answer['id']);

  // Secrets: written, listed, never read.
  const key = await ask(`POST /actions/${scriptId}/secrets`, { name: 'KEY', value: 'of-the-action' });
  expect(key).toMatchObject({ status: 201, answer: { id: 'KEY', name: 'KEY' } });
  expect((await ask(`POST /actions/${scriptId}/secrets`, { name: 'KEY', value: 'x' })).status).toBe(409);
  expect((await ask(`POST /projects/${id}/secrets`, { name: 'KEY', value: 'of-the-project' })).status).toBe(201);
  expect((await ask(`PUT /actions/${scriptId}/secrets/NONE`, { value: 'x' })).status).toBe(404);
  const listed = await ask(`GET /actions/${scriptId}/secrets`);
  expect(listed.answer.data!.map(({ name }) => name)).toEqual(['KEY']);
  expect(JSON.stringify(listed)).not.toContain('of-the-action');

  // Parameters by branch: each name once.
  const parameters = `/projects/${id}/actions/${scriptId}/parameters`;
  expect((await ask(`POST ${parameters}`, { branch: 'main', name: 'host', value: 'live' })).status).toBe(201);
  expect((await ask(`POST ${parameters}`, { branch: 'main', name: 'HOST', value: 'x' })).status).toBe(409);

  const sha = await push();
  expect(paths()).toEqual(['/radar', '/script']);
  const [radar, scripted] = ['/radar', '/script'].map((path) => world.sink.requests.find((request) => request.path === path)!);
  expect(radar!.json).toMatchObject({ project: { id, name: 'Website' }, branch: 'main', commit: { sha }, isManualTrigger: false });
  expect(scripted!.headers).toMatchObject({ 'x-key': 'of-the-action', 'x-host': 'live' });
  await push('acme/app', 'other');
  expect(paths()).toEqual(['/radar', '/script']);
  world.sink.requests.length = 0;
  await push('acme/app', 'feature/x');
  expect(world.sink.requests.map(({ headers }) => headers['x-host']).filter(Boolean)).toContain('none');

  // By hand, with the result of each action.
  expect(await ask(`POST /projects/${id}/trigger`, {})).toMatchObject({ status: 422, answer: { errors: [{ path: 'branch' }] } });
  expect((await ask(`POST /projects/${id}/trigger`, { branch: 'other' })).status).toBe(422);
  expect((await ask(`POST /projects/${id}/trigger`, { branch: 'feature/none' })).status).toBe(422);
  world.sink.requests.length = 0;
  const ran = await ask(`POST /projects/${id}/trigger?wait=20`, { branch: 'main' });
  expect(ran).toMatchObject({ status: 200, answer: { over: true, failed: [], runs: [{ status: 'succeeded' }, { status: 'succeeded' }] } });
  expect(sorted(ran.answer['successful'] as string[])).toEqual(sorted([actionId, scriptId]));
  expect(world.sink.requests.find(({ path }) => path === '/radar')!.json).toMatchObject({ isManualTrigger: true, branch: 'main' });

  // Looked at now; the log tells.
  const sync = await ask(`POST /projects/${id}/sync`);
  expect(sync).toMatchObject({ status: 202, answer: { requested: 1, job: { target: 'Website' } } });
  const log = await world.eventually('log', async () => {
    const { answer } = await ask(`GET /projects/${id}/logs?status=manual_trigger&limit=1`);
    return answer.data!.length > 0 ? answer : undefined;
  });
  expect(log.data).toMatchObject([{ status: 'manual', repository: 'acme/app' }]);
  expect((await ask(`GET /projects/${id}`)).answer['last_check_at']).toEqual(expect.any(String));
  await quiet(world);

  // Out and in again, without values of secrets; twice is once.
  const exported = await ask(`GET /projects/${id}/export`);
  expect(JSON.stringify(exported.answer)).not.toMatch(/of-the-action|of-the-project/);
  expect(exported.answer).toMatchObject({ name: 'Website', secrets: [null, 'Tell'].map((action) => ({ name: 'KEY', action })) });
  expect((await ask('POST /projects/import', exported.answer)).answer).toMatchObject({ created: 0, skipped: 1 });
  const copy = await ask('POST /projects/import', [
    { ...exported.answer, name: 'Copy', enabled: false },
    { name: 'Bad', branches: [], repositories: ['acme/app'] },
  ]);
  expect(copy.answer).toMatchObject({
    created: 1,
    failed: 1,
    results: [{ status: 'created', secrets_to_set: [{}, {}] }, { status: 'failed' }],
  });
  const wrong = [
    { nmae: 'X', repositories: ['acme/app'] },
    { projects: [exported.answer], nmae: 'X' },
  ];
  for (const { status, answer } of await Promise.all(wrong.map((body) => ask('POST /projects/import', body))))
    expect([status, (answer['errors'] as ApiObject[]).map(({ path }) => path)]).toEqual([422, expect.arrayContaining(['nmae'])]);
  const copied = String((copy.answer['results'] as ApiObject[])[0]!['id']);
  expect(await remove(copied)).toMatchObject({ status: 200, answer: { removed: { actions: 2, parameters: 1 } } });

  // Updating keeps what is known of branches: nothing fires.
  world.sink.requests.length = 0;
  const replaced = await ask(`PUT /projects/${id}`, { name: 'Site', repoUrl: 'acme/app', branches: ['main'], checkInterval: 1440 });
  expect(replaced).toMatchObject({ status: 200, answer: { name: 'Site', check_interval: 1440, actions: [{}, {}] } });
  await quiet(world);
  expect(paths()).toEqual([]);

  expect(await ask(`DELETE /projects/${id}/actions/${scriptId}`)).toMatchObject({ answer: { removed: { secrets: 1, parameters: 1 } } });
  expect(await remove(id)).toMatchObject({
    status: 200,
    answer: { removed: { actions: 1, secrets: 1, members: 0, repositories_unfollowed: 1 } },
  });
  expect((await remove(id)).status).toBe(404);
  await push();
  expect(paths()).toEqual([]);
  const { rows } = await world.database.db.raw<{ rows: { n: number }[] }>('select count(*)::int as n from secrets');
  expect(rows).toEqual([{ n: 0 }]);
  expect((await world.list(`/api/runs?watch=project-${id}-${actionId}`)).length).toBeGreaterThan(0);
}, 90_000);

test('switches, following and unfollowing count at once, and why-not names them', async () => {
  const { id, actionId } = await make({ name: 'Switches', repository: 'acme/app' });
  const why = async () => {
    const [change] = await world.list('/api/changes?repository=acme/app&limit=1');
    const { considered } = await world.api<{ considered: { watch: string; clause: string; reason: string }[] }>(
      `/api/changes/${String(change!['id'])}`,
    );
    return considered.map(({ clause, reason }) => [clause, reason]);
  };
  expect((await ask(`PATCH /projects/${id}`, { enabled: false })).status).toBe(200);
  await push();
  expect(await why()).toEqual([['project.enabled', 'project Switches is switched off']]);
  await ask(`PATCH /projects/${id}`, { enabled: true });
  expect((await ask(`PATCH /projects/${id}/actions/${actionId}`, { enabled: false })).answer).toMatchObject({ enabled: false });
  await push();
  expect((await why())[0]![0]).toBe('action.enabled');
  await ask(`PATCH /projects/${id}/actions/${actionId}`, { enabled: true });
  await push('acme/app', 'other');
  expect((await why())[0]![0]).toBe('project.branches');
  expect(paths()).toEqual([]);
  expect(await ask(`DELETE /projects/${id}/repositories/acme/app`)).toMatchObject({ answer: { following: false, changed: true } });
  await push();
  expect(paths()).toEqual([]);
  expect((await ask(`PATCH /projects/${id}`, { follow: 'all' })).answer).toMatchObject({ repositories: [{ full_name: 'acme/lib' }] });
  await push('acme/lib');
  await track(world, `late${id}`);
  await push(`acme/late${id}`);
  expect(paths()).toEqual([`/p${id}`, `/p${id}`]);
  const audit = await world.list('/api/audit?limit=100');
  expect(audit.filter(({ action }) => String(action).startsWith('repo.')).map(({ action }) => action)).toContain('repo.unfollowed');
  await remove(id);
}, 60_000);

test('what is wrong is refused where it stands, and changes nothing', async () => {
  const good = { name: 'Refused', repository: 'acme/app', branches: ['main'] };
  const bad: [unknown, string][] = [
    [{ ...good, checkInterval: 0 }, 'checkInterval'],
    [{ ...good, check_interval: 1441 }, 'check_interval'],
    [{ ...good, branches: [] }, 'branches'],
    [{ repository: 'acme/app' }, 'name'],
    [{ ...good, repository: 'https://elsewhere.example/acme/app' }, 'repository'],
    [{ ...good, repository: 'acme' }, 'repository'],
    [{ ...good, nonsense: true }, 'nonsense'],
  ];
  for (const [body, path] of bad) {
    const { status, answer } = await ask('POST /projects', body);
    expect([status, answer.errors?.map((error) => error.path)]).toEqual([422, expect.arrayContaining([path])]);
  }
  expect((await ask('POST /projects', { ...good, repository: 'acme/none' })).status).toBe(404);
  const { id, actionId } = await make(good);
  const parallel = await Promise.all([1, 2, 3].map(() => ask('POST /projects', { ...good, name: 'Twice' })));
  expect(sorted(parallel.map(({ status }) => status))).toEqual(['201', '409', '409']);
  const actions: [unknown, string][] = [
    [{ actionType: 'x' }, 'actionType'],
    [{ actionType: 'webhook' }, 'webhookUrl'],
    [{ actionType: 'script', webhookUrl: url('x') }, 'scriptContent'],
    [{ actionType: 'webhook', webhookUrl: url('x'), scriptContent: 'x' }, 'scriptContent'],
    [{}, 'uses'],
    [{ uses: 'nothing' }, 'uses'],
    [{ uses: 'webhook', with: {} }, 'with.url'],
    [{ uses: 'webhook', with: { url: 'http://10.0.0.1/' } }, 'with.url'],
    [{ uses: 'webhook', with: { url: url('x') }, on: 'nonsense' }, 'on[0]'],
    [
      { uses: 'webhook', with: { url: url('x') }, parameters: [1, 2].map((value) => ({ branch: 'main', name: 'a', value })) },
      'parameters.1',
    ],
  ];
  for (const [body, path] of actions) {
    const { status, answer } = await ask(`POST /projects/${id}/actions`, body);
    expect([status, answer.errors?.map((error) => error.path)]).toEqual([422, expect.arrayContaining([path])]);
  }
  expect((await ask(`GET /projects/${id}/actions`)).answer.data).toHaveLength(1);
  for (const path of [
    '/projects/0',
    '/projects/999999',
    '/projects/999999/actions',
    `/projects/${id}/actions/999999`,
    '/actions/999999/secrets',
  ])
    expect((await ask(`GET ${path}`)).status).toBe(404);
  const read = await ask(`GET /projects/${id}`);
  const first = await ask(`PATCH /projects/${id}`, { check_interval: 7 }, { headers: { 'if-match': read.etag! } });
  expect([first.status, first.etag === read.etag]).toEqual([200, false]);
  expect((await ask(`PATCH /projects/${id}`, { check_interval: 8 }, { headers: { 'if-match': read.etag! } })).status).toBe(412);
  const edits = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      ask(`POST /projects/${id}/actions/${actionId}/parameters`, { branch: 'main', name: `p${index}`, value: index }),
    ),
  );
  expect(new Set(edits.map(({ status }) => status))).toEqual(new Set([201]));
  expect((await ask(`GET /projects/${id}/actions/${actionId}/parameters`)).answer.data).toHaveLength(20);
  for (const project of (await ask('GET /projects')).answer.data!) await remove(String(project['id']));
}, 60_000);

test('a project is seen and managed by whom it names; for everybody else it does not exist', async () => {
  const { db } = world.database;
  const { id, actionId } = await make({ name: 'Ours', repository: 'acme/app' });
  const other = await make({ name: 'Other', repository: 'acme/lib' });
  const theirs = await ask('POST /projects', { name: 'Theirs', repository: 'rival/theirs', branches: ['main'] });
  expect((await ask(`PUT /projects/${id}/repositories/rival/theirs`)).status).toBe(422);
  expect((await ask(`PUT /projects/${id}/members/Ann`, { role: 'manager' })).status).toBe(201);
  const ann = await seedPerson(db, 'ann', []);
  const { rows } = await db.raw<{ rows: { github_id: string }[] }>('select github_id from installations where id = ?', [rivalInstallation]);
  const rival = await seedPerson(db, 'rita', [{ githubId: rows[0]!.github_id, manages: true, repositories: [] }]);
  expect((await ask(`PUT /projects/${id}/members/vic`, { role: 'viewer' })).status).toBe(201);
  const viewer = await seedPerson(db, 'vic', []);
  // The people of tests are of github.com; here it is the stand-in.
  await db.raw('update github_users set host = (select i.host from installations i limit 1)');
  const statuses = async (way: string, body?: unknown) =>
    await Promise.all([ann, viewer, rival].map(async ({ token }) => (await ask(way, body, { token })).status));
  expect(await statuses(`GET /projects/${id}`)).toEqual([200, 200, 404]);
  expect(await statuses(`GET /projects/${other.id}`)).toEqual([404, 404, 404]);
  expect(await statuses(`GET /projects/${id}/logs`)).toEqual([200, 200, 404]);
  expect(await statuses(`GET /actions/${actionId}/secrets`)).toEqual([200, 403, 404]);
  expect(await statuses(`PATCH /projects/${id}`, { check_interval: 9 })).toEqual([200, 403, 404]);
  expect(await statuses(`POST /projects/${id}/sync`)).toEqual([202, 403, 404]);
  expect(await statuses(`PUT /projects/${id}/repositories/acme/lib`)).toEqual([404, 403, 404]);
  expect(await statuses('POST /projects', { name: 'New', repository: 'acme/app', branches: ['main'] })).toEqual([404, 404, 404]);
  const seen = async (token: string) => (await ask('GET /projects', undefined, { token })).answer.data!.map(({ name }) => name);
  expect([await seen(ann.token), await seen(viewer.token), await seen(rival.token)]).toEqual([['Ours'], ['Ours'], ['Theirs']]);
  const shown = await ask(`GET /projects/${id}`, undefined, { token: viewer.token });
  expect(shown.answer).toMatchObject({ repositories: [{ full_name: 'acme/app' }], actions: [{ with: null }] });
  expect((await ask(`DELETE /projects/${id}/members/ann`)).status).toBe(204);
  expect((await ask(`GET /projects/${id}`, undefined, { token: ann.token })).status).toBe(404);
  expect(
    (await ask('POST /projects/import', [{ name: 'Stolen', branches: ['main'], repositories: ['acme/app'] }], { token: rival.token }))
      .answer,
  ).toMatchObject({
    failed: 1,
    results: [{ error: { code: 'not_found' } }],
  });
  expect((await ask('GET /projects/export', undefined, { token: rival.token })).answer).toMatchObject([{ name: 'Theirs' }]);
  for (const project of [id, other.id, String(theirs.answer['id'])]) await remove(project);
}, 60_000);

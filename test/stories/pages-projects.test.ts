import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { quiet, track } from '../support/story.ts';
import { openSite, type SiteClient } from '../support/site-client.ts';
import { startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

const config = `version: 1
watches:
  deploy:
    on: push
    steps:
      - uses: webhook
        with:
          url: https://ci.example.com/\${{ secrets.NOT_THERE }}
`;

let world: TestApp;
let site: SiteClient;

beforeAll(async () => {
  world = await startTestApp({ github: true });
  await track(world, 'app', { '.github/repowatch.yml': config });
  await quiet(world);
  site = await openSite(world.url);
}, 60_000);

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const project = async (): Promise<ApiObject> => (await world.list('/api/projects'))[0]!;
const first = (thing: ApiObject, key: string) => (thing[key] as ApiObject[])[0]!;

describe('projects', () => {
  test('a page without any teaches; a refused form keeps what was filled in; a good one makes a card', async () => {
    expect((await site.get('/projects')).text).toContain('Nothing is monitored here yet');
    const words = {
      repository: 'acme/app',
      name: 'Web <b>',
      branches: 'main, release/**',
      check_interval: '0',
      enabled: 'on',
      follow: 'selected',
    };
    const refused = await site.post('/projects/new', words);
    expect(refused.status).toBe(422);
    expect(refused.text).toMatch(/must be between 1 and 1440/);
    expect(refused.text).toContain('Web &lt;b&gt;');
    expect((await site.post('/projects/new', { ...words, check_interval: '15' })).location).toMatch(
      /^\/projects\/\d+\/actions\?notice=added$/,
    );
    expect(await project()).toMatchObject({ name: 'Web <b>', branches: ['main', 'release/**'], check_interval: 15 });
    const { text } = await site.get('/projects?q=acme');
    expect(text).toMatch(/Web &lt;b&gt;[\s\S]*acme\/app[\s\S]*release\/\*\*[\s\S]*every 15 min/);
    expect((await site.get('/projects?q=nothing')).text).toContain('No such projects');
  });

  test('an action is made with its secret, changed without losing anything, run, and its result told', async () => {
    const { id } = await project();
    const base = `/projects/${String(id)}/actions`;
    const words = {
      uses: 'webhook',
      name: 'tell',
      'with.url': `${world.sink.url}/tell`,
      'with.headers': 'x-a: b',
      on: 'push',
      enabled: 'on',
    };
    const bad = await site.post(`${base}/new`, { ...words, secret_1_name: '1bad', value_1_secret: 'hush-hush' });
    expect([bad.status, bad.text.includes('hush-hush')]).toEqual([422, false]);
    const added = await site.post(`${base}/new`, {
      ...words,
      'with.secret': '${{ secrets.SIGN }}',
      secret_1_name: 'SIGN',
      value_1_secret: 'hush-hush',
    });
    expect(added.status).toBe(303);
    const action = first(await project(), 'actions');
    const input = { url: `${world.sink.url}/tell`, headers: { 'x-a': 'b' }, secret: '${{ secrets.SIGN }}' };
    expect(action).toMatchObject({ name: 'tell', enabled: true, with: input, on: 'push' });
    const page = `${base}/${String(action['id'])}`;
    const { text } = await site.get(page);
    expect(text).toContain('SIGN');
    expect(text).not.toContain('hush-hush');
    const saved = {
      ...words,
      version: String(action['version']),
      'with.secret': '${{ secrets.SIGN }}',
      on: '',
      on_text: 'push:\n  branches: [main]',
    };
    expect((await site.post(page, saved)).location).toContain('notice=saved');
    expect((await site.post(page, saved)).status).toBe(412);
    expect(first(await project(), 'actions')).toMatchObject({ with: input, on: { push: { branches: ['main'] } } });
    const ran = await site.post(`/projects/${String(id)}/trigger`, { branch: 'main', actions: String(action['id']) });
    expect(ran.text).toMatch(/1 action succeeded/);
    expect(world.sink.requests.map(({ path }) => path)).toEqual(['/tell']);
    const runs = await site.get(`/projects/${String(id)}/runs`);
    expect(runs.text).toMatch(/href="\/runs\/\d+"[^>]*><bdi>tell/);
    expect((await site.post(`/projects/${String(id)}/trigger`, { branch: 'other', actions: String(action['id']) })).status).toBe(422);
  });

  test('what happened and what comparing found is a line of time, with a class for each result', async () => {
    const { id } = await project();
    const sha = await world.github!.commitFile({ repo: 'acme/app', branch: 'main', path: 'a.txt', content: 'a', message: 'Add <i>a</i>' });
    await quiet(world);
    const page = `/projects/${String(id)}`;
    const changed = new RegExp(`class="event ok"[^]*main[^]*${sha.slice(0, 7)}<[^]*Add &lt;i&gt;a&lt;/i&gt;`);
    expect((await site.get(`${page}?show=changes&branch=main`)).text).toMatch(changed);
    expect((await site.get(`${page}?branch=nothing`)).text).toContain('Nothing like this');
    expect((await site.post(`${page}/check`)).location).toContain('notice=requested');
    const looked = /class="event (?:info|quiet)"[^]*acme\/app/;
    await world.eventually('the line', async () => looked.test((await site.get(page)).text));
  });

  test('export and import go round; a text that is none is told at its field', async () => {
    const { id } = await project();
    const exported = await world.api(`/api/projects/${String(id)}/export`);
    const list = JSON.stringify([
      { ...exported, name: 'Copy' },
      { name: 'Bad', branches: [] },
    ]);
    const told = await site.post('/projects/import', { text: list, on_conflict: 'skip' });
    expect(told.text).toMatch(/1 added, 1 refused/);
    expect(told.text).toMatch(/To set:[\s\S]*SIGN/);
    expect((await site.post('/projects/import', { text: '[{' })).text).toContain('This is not JSON');
  });

  test('the end takes the name; nothing less', async () => {
    const copy = (await world.list('/api/projects?name=Copy'))[0]!;
    const path = `/projects/${String(copy['id'])}/delete`;
    expect((await site.post(path, { confirm: 'Cop' })).status).toBe(400);
    expect((await site.post(path, { confirm: 'Copy' })).location).toBe('/projects?notice=removed');
    expect(await world.list('/api/projects?name=Copy')).toEqual([]);
  });
});

describe('secrets', () => {
  test('one that a watch names in vain is listed, set, shown without its value, and forgotten', async () => {
    const missing = await site.get('/secrets');
    expect(missing.text).toMatch(/NOT_THERE[\s\S]*deploy[\s\S]*acme\/app[\s\S]*Set it/);
    const words = {
      name: 'NOT_THERE',
      scope: 'repository',
      repository: 'acme/app',
      watch: '',
      value: 'top-secret-value',
      destinations: 'ci.example.com',
    };
    const set = await site.post('/secrets/new', words);
    expect(set.location).toBe('/secrets/NOT_THERE?scope=repository&repository=acme%2Fapp&notice=saved');
    expect(await world.list('/api/secrets/not-set')).toEqual([]);
    const page = await site.get(set.location!);
    expect(page.text).toMatch(/Used by[\s\S]*deploy[\s\S]*repowatch\.yml/);
    expect(page.text).not.toContain('top-secret-value');
    const scope = { scope: 'repository', repository: 'acme/app' };
    expect((await site.post('/secrets/NOT_THERE/replace', { ...scope, value: 'another', destinations: '' })).status).toBe(303);
    expect((await world.list('/api/secrets?name=NOT_THERE'))[0]).toMatchObject({ version: 2, destinations: null });
    expect((await site.post('/secrets/NOT_THERE/delete', { ...scope, confirm: 'no' })).status).toBe(400);
    expect((await site.post('/secrets/NOT_THERE/delete', { ...scope, confirm: 'NOT_THERE' })).location).toBe('/secrets?notice=removed');
    expect((await site.get('/secrets/NOT_THERE')).status).toBe(404);
  });

  test('keys are shown and used to encrypt anew', async () => {
    expect((await site.get('/secrets/keys')).text).toMatch(/<code>k1<\/code>[\s\S]*current/);
    expect((await site.post('/secrets/keys/rotate')).location).toBe('/secrets/keys?notice=started');
  });
});

test('destinations show how they answer', async () => {
  // Successes are written down together, once a second.
  const page = await world.eventually('a destination that answered', async () => {
    const { text } = await site.get('/destinations');
    return text.includes('class="card destination destination-ok"') && text;
  });
  expect(page).toMatch(/destination-ok"[\s\S]*works/);
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openEvents } from '../support/event-client.ts';
import { issuesPayload, pullRequestPayload } from '../support/github-events.ts';
import { visit } from '../support/registration.ts';
import { configOf, quiet, track, webhookWatch } from '../support/story.ts';
import { adminToken, startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

let world: TestApp;
let cookie: string;
let repo: string;
let head: string;

const path = (rest: string) => `/repos/${repo}${rest}`;
const api = (rest: string) => `/api/repos/${repo}${rest}`;
const page = async (rest: string) => visit(`${world.url}${path(rest)}`, { cookie });
/** What a page says, without its markup. */
const textOf = async (rest: string) => (await page(rest)).page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');

/** Sends a form as the page does, and answers where it leads, or what it says when it is refused. */
async function submit(rest: string, fields: Record<string, string>): Promise<string> {
  const headers = { cookie, origin: world.url };
  const answer = await fetch(`${world.url}${path(rest)}`, {
    method: 'POST',
    redirect: 'manual',
    headers,
    body: new URLSearchParams(fields),
  });
  return answer.headers.get('location') ?? `${answer.status} ${await answer.text()}`;
}

beforeAll(async () => {
  world = await startTestApp({ github: true, events: ['push', 'create', 'delete', 'repository', 'pull_request', 'issues'] });
  const config = configOf({
    deploy: webhookWatch(`${world.sink.url}/deploy`),
    nightly: webhookWatch(`${world.sink.url}/nightly`, {
      on: { manual: { inputs: { target: { type: 'choice', options: ['staging', 'live'], required: true }, force: { type: 'boolean' } } } },
    }),
  });
  ({ fullName: repo, head } = await track(world, 'app', { '.github/repowatch.yml': config }));
  const body = new URLSearchParams({ token: adminToken });
  const login = await fetch(`${world.url}/login`, { method: 'POST', redirect: 'manual', body });
  cookie = login.headers.get('set-cookie')!.split(';', 1)[0]!;
  const github = world.github!;
  await github.createAccount('mona', 'User');
  await github.updateRef({ repo, ref: 'refs/heads/feature/a', sha: head, sender: 'mona' });
  await github.commitFile({ repo, branch: 'feature/a', path: 'a.txt', content: 'a', message: 'Say a\n\nand b' });
  await github.updateRef({ repo, ref: 'refs/heads/old', sha: head, sender: 'mona' });
  await github.deleteRef({ repo, ref: 'refs/heads/old', sender: 'mona' });
  await github.announceEvent({
    repo,
    event: 'issues',
    payload: issuesPayload({ action: 'opened', fields: { title: 'It is off by one' } }),
  });
  await github.announceEvent({
    repo,
    event: 'pull_request',
    payload: pullRequestPayload({ action: 'opened', fields: { title: 'Mend it' } }),
  });
  await quiet(world);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

test('a branch is read by its name, with who looks at it as long as they do', async () => {
  const stream = await openEvents(`${world.url}${api('/branches/feature/a/stream')}`);
  await stream.wait('joined');
  const branch = await world.api(api('/branches/feature/a'));
  expect(branch).toMatchObject({
    name: 'feature/a',
    last_commit: { message: 'Say a\n\nand b' },
    viewers: [{ user: 'admin', connections: 1 }],
  });
  const shown = (await page('/branches/feature/a')).page;
  expect(shown.includes(`data-presence="/api/repos/${repo}/branches/feature%2Fa/stream"`)).toBe(true);
  expect(shown.includes('<bdi>Say a</bdi>')).toBe(true);
  stream.close();
  await world.eventually('nobody looks', async () => ((await world.api(api('/branches/feature/a')))['viewers'] as unknown[]).length === 0);
});

test('a branch that is gone says by whom, and keeps its history', async () => {
  const { deleted_at: at, changed_by: by, previous_sha: sha } = await world.api(api('/branches/old'));
  expect([typeof at, by, sha]).toEqual(['string', 'mona', head]);
  expect((await textOf('/branches/old')).includes('Deleted by mona')).toBe(true);
  expect((await page('/branches/never')).status).toBe(404);
  const names = async (query: string) => (await world.list(api(`/branches?${query}`))).map((ref) => ref['name']);
  expect([await names('q=URE'), await names('include_deleted=true')]).toEqual([['feature/a'], ['feature/a', 'main', 'old']]);
});

test('issues and pull requests are listed as changes told of them', async () => {
  const titles = async (what: string) => (await world.list(api(`/${what}`))).map(({ title, state }) => [title, state]);
  expect([await titles('issues'), await titles('pulls'), await titles('issues?state=closed')]).toEqual([
    [['It is off by one', 'open']],
    [['Mend it', 'open']],
    [],
  ]);
  const shown = (await page('/github')).page;
  expect([shown.includes('It is off by one'), shown.includes('Mend it'), shown.includes('Ask GitHub')]).toEqual([true, true, true]);
});

test('a watch says how it went last, and is started by hand with what it takes', async () => {
  const watches = await world.list(api('/watches'));
  expect(watches.find(({ key }) => key === 'deploy')).toMatchObject({
    triggers: ['push'],
    steps: ['webhook'],
    inputs: null,
    last_run: { status: 'succeeded' },
  });
  expect(await submit('/watches/nightly/run', { ref: 'nowhere', 'text_inputs.target': 'live' })).toMatch(
    /^422 [^]*is no branch of this repository/,
  );
  const to = await submit('/watches/nightly/run', { ref: 'main', 'text_inputs.target': 'live' });
  expect(to).toMatch(/^\/changes\/\d+\?notice=started$/);
  const change = await world.api(`/api/changes/${/\d+/.exec(to)![0]}`);
  expect((change['data'] as ApiObject)['inputs']).toEqual({ target: 'live', force: false });
  expect((await textOf('/watches?why=deploy')).includes('Nothing keeps it from running now')).toBe(true);
});

test('errors of the configuration stand at their lines in the file that has them, while the last good one is in force', async () => {
  await world.github!.commitFile({
    repo,
    branch: 'main',
    path: '.github/repowatch.yml',
    content: 'version: 1\nwatches: {}\nwatch: {}\n',
    message: 'Break it',
  });
  await world.eventually('the file is invalid', async () => (await world.api(api('/config')))['status'] === 'invalid');
  const config = await world.api(api('/config'));
  expect(config).toMatchObject({ latest: { content: 'version: 1\nwatches: {}\nwatch: {}\n' }, problems: [{ line: 3 }] });
  const shown = (await page('/config')).page;
  expect(/<li id="L3" class="noted">/.test(shown) && shown.includes('not in force') && shown.includes('The last good version')).toBe(true);
  expect(await submit('/config/recheck', {})).toBe(`${path('/config')}?notice=requested`);
  await world.eventually(
    'it was read again',
    async () => String((await world.api(api('/config')))['checked_at']) > String(config['checked_at']),
  );
});

test('hooks are added, refused with what was filled in, switched and removed', async () => {
  const hook = { id: 'my deployer', url: 'https://hooks.example.com/x', events: 'branch.updated', format: 'standard' };
  expect(await submit('/hooks', { ...hook, others: 'nonsense' })).toMatch(/^422 [^]*my deployer[^]*See “All types” below\./);
  expect(await submit('/hooks', { ...hook, others: 'member.added' })).toBe(`${path('/hooks')}?notice=added`);
  expect(await submit('/hooks', hook)).toMatch(/^412 /);
  expect(await submit('/hooks/my%20deployer/switch', { active: 'off' })).toBe(`${path('/hooks')}?notice=disabled`);
  expect(await world.api(api('/hooks'))).toMatchObject({ 'my deployer': { active: false, events: ['branch.updated', 'member.added'] } });
  expect(await submit('/hooks/my%20deployer/remove', {})).toBe(`${path('/hooks')}?notice=removed`);
});

test('the list shows a repository with its last change, and remembers how it is looked at', async () => {
  const found = await world.list('/api/repos?q=APP&config=invalid');
  expect(found).toMatchObject([{ full_name: repo, watches: 2, last_change: { type: expect.any(String) } }]);
  const asked = await fetch(`${world.url}/repositories?view=table`, { headers: { cookie } });
  const choice = asked.headers.getSetCookie().find((text) => text.startsWith('repowatch_repositories='));
  expect(choice).toMatch(/^repowatch_repositories=table; .*HttpOnly; SameSite=Lax$/);
  const remembered = (await visit(`${world.url}/repositories`, { cookie: `${cookie}; ${choice!.split(';', 1)[0]}` })).page;
  expect(remembered.includes('<table')).toBe(true);
  expect(await submit('/settings/switch', { enabled: 'off' })).toBe(`${path('/settings')}?notice=disabled`);
  expect((await textOf('')).includes('It is switched off here')).toBe(true);
});

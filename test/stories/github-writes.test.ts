import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectGithubUser } from '../../src/people/github-users.ts';
import { insertPerson } from '../../src/people/people-map.ts';
import { insertToken } from '../../src/people/api-tokens.ts';
import { gitHubWrites } from '../support/github-writes.ts';
import { hurryWrites } from '../support/hurry-writes.ts';
import { configOf, quiet, track } from '../support/story.ts';
import { startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';
import { passTime } from '../support/time-travel.ts';

interface Attempt {
  number: number;
  status: string;
  code: string | null;
  message: string | null;
  log: string[] | null;
}
interface Run {
  status: string;
  code: string | null;
  message: string | null;
  steps: { status: string; outputs: ApiObject; attempts: Attempt[] }[];
}

let world: TestApp;
const repo = 'acme/app';
beforeAll(async () => {
  world = await startTestApp({
    github: true,
    events: ['push', 'create', 'delete', 'repository', 'issues', 'issue_comment'],
    settings: { ADMIN_USERS: 'ann' },
  });
  await hurryWrites(world.database.db);
  const text = configOf(gitHubWrites).replaceAll('SINK', world.sink.url);
  await track(world, 'app', { '.github/repowatch.yml': text });
  await world.github!.createAccount('ada');
  await world.github!.addCollaborator({ repo, login: 'ada' });
  await world.github!.createLabels({ repo, names: ['bug', 'late'] });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const push = (path: string) => world.github!.commitFile({ repo, branch: 'main', path, content: String(Math.random()) });
const titles = async () => (await world.github!.issues(repo)).map((issue) => String(issue['title']));
const comments = async (number = 1) => (await world.github!.comments({ repo, number })).map((comment) => String(comment['body']));
const writes = async (method: string, path: string) => (await world.github!.apiCalls({ method, path })).length;

/** The newest run of a watch, once it is as it is wanted. */
async function runOf(watch: string, isWanted = (run: Run) => ['succeeded', 'failed', 'dead'].includes(run.status)): Promise<Run> {
  let seen: Run | undefined;
  return await world
    .eventually(`run of ${watch}`, async () => {
      const [row] = await world.list(`/api/runs?watch=${watch}&limit=1`);
      seen = row && (await world.api<Run>(`/api/runs/${String(row['id'])}`));
      return seen && isWanted(seen) ? seen : undefined;
    })
    .catch((error: unknown) => {
      throw new Error(JSON.stringify(seen, null, 1), { cause: error });
    });
}
const codes = (run: Run) => run.steps[0]!.attempts.map(({ code }) => code);

describe('writes on GitHub whose answers are lost', () => {
  test('an issue is made once, and what GitHub dropped is told', async () => {
    await world.github!.setFailure({ method: 'POST', path: '/issues', after: true, disconnect: true });
    await push('lost');
    const run = await runOf('lost');
    expect(codes(run)).toEqual(['github_unavailable', null]);
    expect(run.steps[0]!.outputs).toMatchObject({
      number: 1,
      created: true,
      dropped: [
        { field: 'assignees', value: 'nobody' },
        { field: 'milestone', value: 'Soon' },
      ],
    });
    expect(await titles()).toEqual(['It broke']);
    expect(await writes('POST', '/issues')).toBe(1);
  });

  test('a comment is made once: half an answer, and none within the time', async () => {
    await world.github!.setFailure({ method: 'POST', path: '/comments', cut: 'quiet' });
    await push('said');
    expect(codes(await runOf('said'))).toEqual(['github_unavailable', null]);
    await world.github!.setFailure({ method: 'POST', path: '/comments', after: true, hang: true });
    await push('slow');
    expect(codes(await runOf('slow'))).toEqual(['github_timeout', null]);
    expect((await comments()).map((body) => body.split('\n')[0])).toEqual([expect.stringMatching(/^Seen [\da-f]{40}$/), 'Slowly']);
  });

  test('our own writes come back and start nothing, unless a watch wants them', async () => {
    await quiet(world);
    const heard = world.sink.requests.map(({ path }) => path);
    expect(heard).toEqual(['/self']);
  });
});

describe('issues by the API', () => {
  let token: string;
  beforeAll(async () => {
    const { db } = world.database;
    const userId = await connectGithubUser(db, new URL(world.github!.url).hostname, { githubId: '777', login: 'ann' });
    const { rows } = await db.raw<{ rows: { id: string }[] }>('select id from installations');
    await insertPerson(db, rows[0]!.id, { githubLogin: 'ada', email: 'ada@example.com' });
    const scopes = ['read', 'write', 'admin'] as const;
    const nothing = { installations: null, repositories: null, projects: null, expiresAt: null };
    token = (await insertToken(db, { ...nothing, userId, name: 'ann', scopes: [...scopes], createdBy: 'ann' })).text;
  });
  const ask = async (path: string, body: unknown, key?: string) => {
    const response = await fetch(`${world.url}/api/repos/${repo}/issues${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        ...(key !== undefined && { 'idempotency-key': key }),
      },
      body: JSON.stringify(body),
    });
    return { status: response.status, json: (await response.json()) as ApiObject };
  };

  test('an issue is posted for a person, once for one key, and comes back as she wrote it', async () => {
    await world.github!.setFailure({ method: 'POST', path: '/issues', after: true, disconnect: true });
    const opened = await ask('', { title: 'By hand', body: 'Her own words' }, 'k1');
    expect(opened).toMatchObject({ status: 201, json: { created: true, dropped: [] } });
    expect(await ask('', { title: 'By hand', body: 'Her own words' }, 'k1')).toMatchObject({ json: { number: opened.json['number'] } });
    const made = (await world.github!.issues(repo)).filter((issue) => issue['title'] === 'By hand');
    expect(made.map(({ body }) => body)).toEqual([
      expect.stringMatching(/^Posted by @ann via RepoWatch <!-- repowatch:by -->\n\nHer own words\n\n<!-- /),
    ]);
    await quiet(world);
    const [change] = await world.list('/api/changes?type=issue.opened&limit=1');
    expect(await world.api(`/api/changes/${String(change!['id'])}`)).toMatchObject({
      data: { issue: { title: 'By hand', body: 'Her own words' } },
    });
    const audit = await world.database.db.raw(`select actor, action, after from audit_entries where action = 'issue.opened'`);
    expect((audit as { rows: unknown[] }).rows[0]).toMatchObject({ actor: 'ann', after: { number: opened.json['number'] } });
  });

  test('of many issues the good ones are opened and the bad ones told; a lot of them become a job', async () => {
    const two = await ask('/bulk', [{ title: 'Good' }, { title: '' }]);
    expect(two).toMatchObject({ status: 200, json: { created: 1, errors: [{ index: 1, code: 'action_input_invalid' }] } });
    const lot = await ask('/bulk', { issues: [{ title: 'Best' }, ...Array.from({ length: 5 }, () => ({ title: '' }))] });
    expect(lot).toMatchObject({ status: 202, json: { requested: 6 } });
    const { id } = lot.json['job'] as { id: string };
    const job = await world.eventually('the job', async () => {
      const now = await world.api(`/api/jobs/${id}`);
      return now['finished_at'] !== null && now;
    });
    expect(job).toMatchObject({ kind: 'issues', status: 'failed', total: 6, done: 1, failed: 5 });
    expect((await titles()).filter((title) => title === 'Best')).toHaveLength(1);
  });

  test('comments, labels, people and the end', async () => {
    expect(await ask('/2/comments', { body: 'Looking' })).toMatchObject({ status: 201, json: { number: 2, created: true } });
    expect((await comments(2)).at(-1)).toContain('Posted by @ann via RepoWatch');
    expect(await ask('/2/labels', { add: ['bug', 'unknown'] })).toMatchObject({
      status: 200,
      json: { labels: ['bug'], dropped: [{ value: 'unknown' }] },
    });
    expect(await ask('/2/assignees', { assignees: ['Ada@Example.com', 'a b'] })).toMatchObject({
      status: 200,
      json: { assignees: ['ada'], unmapped: ['a b'] },
    });
    expect(await ask('/2/close', {})).toMatchObject({ status: 200, json: { closed: true } });
    expect(await ask('/99/comments', { body: 'x' })).toMatchObject({ status: 404, json: { code: 'github_not_found' } });
  });
});

describe('one of it', () => {
  test('two watches open one issue under a key; whoever comes second says something there', async () => {
    await push('keyed');
    const runs = [await runOf('keyed'), await runOf('twin')];
    expect(runs.map((run) => String(run.steps[0]!.outputs['action'])).toSorted()).toEqual(['commented', 'created']);
    expect((await titles()).filter((title) => title === 'One of it')).toHaveLength(1);
  });

  test('one comment under a key is kept up to date', async () => {
    const before = (await comments()).length;
    for (const action of ['created', 'updated']) {
      const head = await push('kept');
      const run = await runOf('kept', (one) => one.status === 'succeeded' && one.steps[0]!.outputs['action'] === action);
      expect(run.steps).toHaveLength(1);
      expect((await comments()).slice(before)).toEqual([expect.stringContaining(`Now ${head}`)]);
    }
  });

  test('many issues: a bad one stops nobody', async () => {
    await push('many');
    const run = await runOf('many');
    expect(run.steps[0]!.outputs).toMatchObject({ created: 2, updated: 0, errors: [{ index: 1, code: 'action_input_invalid' }] });
  });
});

describe('limits and refusals', () => {
  test('what GitHub puts off is done later, and uses up no try', async () => {
    const body = { message: 'You have exceeded a secondary rate limit.' };
    await world.github!.setFailure({ method: 'POST', path: '/comments', status: 403, headers: { 'retry-after': '2' }, body });
    await push('limited');
    const waiting = await runOf('limited', (run) => run.status === 'waiting');
    expect(codes(waiting)).toEqual(['github_rate_limited']);
    const run = await runOf('limited');
    expect([run.status, codes(run).at(-1)]).toEqual(['succeeded', null]);
  });

  test('more than 500 issues and comments an hour wait for room, without being sent', async () => {
    await world.database.db.raw(
      `update github_writes set content_at = array(select now() - interval '5 minutes' from generate_series(1, 500))`,
    );
    const before = await writes('POST', '/comments');
    await push('full');
    const waiting = await runOf('full', (run) => run.status === 'waiting');
    expect(codes(waiting)).toEqual(['github_budget_spent']);
    expect(await writes('POST', '/comments')).toBe(before);
    await world.database.db.raw(`update github_writes set content_at = '{}'`);
    await passTime(world.database.db, 3_600_000);
    expect(codes(await runOf('full'))).toEqual(['github_budget_spent', null]);
  });

  test('issues that are switched off and numbers that nobody has end it at once', async () => {
    await world.github!.switchIssues({ repo, enabled: false });
    await push('off');
    expect(await runOf('off')).toMatchObject({
      status: 'failed',
      code: 'github_refused',
      message: expect.stringContaining('Issues are disabled'),
    });
    await world.github!.switchIssues({ repo, enabled: true });
    await push('refused');
    expect(await runOf('refused')).toMatchObject({ status: 'failed', code: 'github_not_found' });
  });

  test('labels, people and the end of an issue, with what was left out', async () => {
    await push('tidy');
    const { steps } = await runOf('tidy');
    expect(steps.map(({ outputs }) => outputs)).toMatchObject([
      { labels: ['bug'], dropped: [{ field: 'labels', value: 'unknown' }] },
      { assignees: ['ada'], dropped: [{ field: 'assignees', value: 'stranger' }], unmapped: ['jane@example.com'] },
      { closed: true },
    ]);
    expect((await world.github!.issues(repo))[0]).toMatchObject({ state: 'closed', state_reason: 'not_planned' });
  });
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hurryWrites } from '../support/hurry-writes.ts';
import { configOf, quiet, track } from '../support/story.ts';
import { adminToken, startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';
import { passTime } from '../support/time-travel.ts';

interface Run {
  status: string;
  code: string | null;
  message: string | null;
  steps: { status: string; outputs: ApiObject; attempts: { code: string | null }[] }[];
}

let world: TestApp;
const repo = 'acme/app';
const retry = ['1s', '1s', '1s'];
const on = (file: string, ...branches: string[]) => ({ on: { push: { paths: [file], ...(branches.length > 0 && { branches }) } } });
const steps = (...list: [uses: string, input: object][]) => ({ steps: list.map(([uses, input]) => ({ uses, with: input })), retry });

const about = { context: 'deploy/staging', description: 'x'.repeat(200) };
const watches = {
  pull: {
    ...on('pull', 'topic'),
    ...steps([
      'github/pull-request',
      { title: 'Merge ${{ ref.name }}', body: 'By hand', labels: ['ready'], reviewers: ['bob', 'eve'], team_reviewers: ['core', 'none'] },
    ]),
  },
  again: { ...on('again', 'topic'), ...steps(['github/pull-request', { title: 'Another title', body: 'New text', update: true }]) },
  empty: { ...on('empty'), ...steps(['github/pull-request', { head: 'main', base: 'copy', title: 'Nothing in it' }]) },
  asked: {
    ...on('asked'),
    ...steps(['github/reviewers', { number: 1, users: 'eve, bob' }], ['github/reviewers', { number: 1, users: ['eve', 'repowatch[bot]'] }]),
  },
  sent: { ...on('sent'), ...steps(['github/dispatch', { event_type: 'deploy', client_payload: { sha: '${{ after }}' } }]) },
  unsent: { ...on('unsent'), ...steps(['github/dispatch', { event_type: 'deploy', client_payload: { late: true } }]) },
  crowded: {
    ...on('crowded'),
    ...steps([
      'github/dispatch',
      { event_type: 'deploy', client_payload: Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`key${index}`, index])) },
    ]),
  },
  begun: { ...on('begun'), ...steps(['github/workflow', { workflow: 'deploy.yml', inputs: { dry: true } }]) },
  unknown: { ...on('unknown'), ...steps(['github/workflow', { workflow: 'deploy.yml', inputs: { what: 'x' } }]) },
  told: {
    ...on('told'),
    ...steps(
      ['github/check', { name: 'licences', summary: 'Looking' }],
      [
        'github/check',
        { name: 'licences', conclusion: 'failure', summary: 'One', annotations: [{ path: 'told', line: 1, message: 'no' }] },
      ],
      ['github/status', { state: 'success', ...about }],
      ['github/status', { state: 'success', ...about }],
    ),
  },
  access: { ...on('access'), ...steps(['github/access', { action: 'add_collaborator', identifier: 'eve', permission: 'admin' }]) },
};

beforeAll(async () => {
  world = await startTestApp({
    github: true,
    events: ['push', 'create', 'delete', 'repository', 'repository_dispatch'],
    permissions: {
      metadata: 'read',
      contents: 'write',
      pull_requests: 'write',
      actions: 'write',
      checks: 'write',
      statuses: 'write',
      administration: 'write',
      members: 'read',
    },
  });
  await hurryWrites(world.database.db);
  await track(world, 'app', {
    '.github/repowatch.yml': configOf(watches),
    '.github/workflows/deploy.yml': 'on:\n  workflow_dispatch:\n    inputs:\n      dry:\n        type: boolean\n',
  });
  const github = world.github!;
  for (const login of ['bob', 'eve']) await github.createAccount(login);
  await github.addCollaborator({ repo, login: 'bob' });
  await github.createTeam({ organization: 'acme', slug: 'core', repositories: ['app'] });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const push = (path: string, branch = 'main') => world.github!.commitFile({ repo, branch, path, content: String(Math.random()) });

/** The newest run of a watch, once it is as it is wanted. */
async function runOf(watch: string, isWanted = (run: Run) => ['succeeded', 'failed', 'dead'].includes(run.status)): Promise<Run> {
  return await world.eventually(`run of ${watch}`, async () => {
    const [row] = await world.list(`/api/runs?watch=${watch}&limit=1`);
    const run = row && (await world.api<Run>(`/api/runs/${String(row['id'])}`));
    return run && isWanted(run) ? run : undefined;
  });
}
const codes = (run: Run) => run.steps[0]!.attempts.map(({ code }) => code);
const lose = (path: string, more: object = {}) =>
  world.github!.setFailure({ method: 'POST', path, after: true, disconnect: true, ...more });

describe('pull requests', () => {
  test('one is opened although the answer is lost; who cannot be asked is told', async () => {
    await lose('/pulls');
    await push('pull', 'topic');
    const run = await runOf('pull');
    expect(codes(run)).toEqual(['github_unavailable', null]);
    expect(run.steps[0]!.outputs).toMatchObject({
      number: 1,
      existing: false,
      dropped: [
        { field: 'users', value: 'eve' },
        { field: 'teams', value: 'none' },
      ],
    });
    expect(await world.github!.pullRequests(repo)).toMatchObject([
      { title: 'Merge topic', labels: [{ name: 'ready' }], requested_reviewers: [{ login: 'bob' }], requested_teams: [{ slug: 'core' }] },
    ]);
  });

  test('the one that is open is the answer, and says what it is told to', async () => {
    await push('again', 'topic');
    expect((await runOf('again')).steps[0]!.outputs).toMatchObject({ number: 1, updated: true });
    expect(await world.github!.pullRequests(repo)).toMatchObject([{ title: 'Another title', body: expect.stringContaining('New text') }]);
  });

  test('without commits there is none', async () => {
    const sha = await push('empty');
    await world.github!.updateRef({ repo, ref: 'refs/heads/copy', sha });
    expect(['github_nothing_to_merge', 'github_refused']).toContain((await runOf('empty')).code);
  });

  test('asking for reviews fails only when nobody can be asked', async () => {
    await push('asked');
    const run = await runOf('asked');
    expect(run.steps[0]).toMatchObject({ status: 'succeeded', outputs: { users: ['bob'], dropped: [{ value: 'eve' }] } });
    expect(run).toMatchObject({ status: 'failed', code: 'github_reviewers_refused' });
  });
});

describe('starting workflows', () => {
  test('a dispatch whose answer is lost is heard of, and not sent again', async () => {
    await lose('/dispatches');
    const sha = await push('sent');
    const run = await runOf('sent');
    const { id } = run.steps[0]!.outputs as { id: string };
    expect(codes(run).at(-1)).toBeNull();
    expect(run.steps[0]!.outputs).toMatchObject({ event_type: 'deploy', found: true });
    expect(await world.github!.dispatches()).toEqual([
      { repository: repo, eventType: 'deploy', clientPayload: { sha, repowatch: { id } } },
    ]);
    await quiet(world);
    expect(await world.list('/api/deliveries?event=repository_dispatch')).toMatchObject([{ status: 'ignored', code: 'own_effect' }]);
  });

  test('one that never arrived is sent when nothing was heard of it for long enough', async () => {
    await lose('/dispatches', { after: false });
    await push('unsent');
    await runOf('unsent', (run) => run.status === 'waiting' && run.steps[0]?.attempts.at(-1)?.code === 'github_busy');
    expect(await world.github!.dispatches()).toHaveLength(1);
    await world.database.db.raw(
      `update github_claims set known = 'sent ' || to_char(now() at time zone 'utc' - interval '3 minutes', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') where known like 'sent %'`,
    );
    await passTime(world.database.db, 180_000);
    expect((await runOf('unsent')).steps[0]!.outputs).toMatchObject({ found: false });
    expect(await world.github!.dispatches()).toHaveLength(2);
  });

  test('one with no room for our key is never repeated blindly', async () => {
    await lose('/dispatches');
    await push('crowded');
    const run = await runOf('crowded');
    expect(codes(run)).toEqual(['github_unavailable', 'github_outcome_unknown']);
    expect(await world.github!.dispatches()).toHaveLength(3);
  });

  test('a workflow is started once, and its run is known', async () => {
    await lose('/deploy.yml/dispatches');
    await push('begun');
    const run = await runOf('begun');
    const [started, ...more] = await world.github!.workflowRuns(repo);
    expect(more).toEqual([]);
    expect(started).toMatchObject({ event: 'workflow_dispatch', head_branch: 'main', inputs: { dry: 'true' } });
    expect(run.steps[0]!.outputs).toMatchObject({ run_id: String(started!['id']), url: started!['html_url'], found: true });
    await push('begun');
    const next = await runOf('begun', (one) => one.status === 'succeeded' && one.steps[0]!.outputs['run_id'] !== String(started!['id']));
    expect(next.steps[0]!.outputs).toMatchObject({ found: false });
    await push('unknown');
    expect(await runOf('unknown')).toMatchObject({ code: 'github_refused', message: expect.stringContaining('Unexpected inputs') });
  });
});

describe('words on a commit', () => {
  test('a check and a status are there once, whatever is lost', async () => {
    await lose('/check-runs');
    const sha = await push('told');
    expect(await runOf('told')).toMatchObject({ status: 'succeeded' });
    const ours = (await world.github!.checkRuns(repo)).filter((run) => run['name'] === 'licences');
    expect(ours).toMatchObject([{ head_sha: sha, status: 'completed', conclusion: 'failure', annotations: [{ path: 'told' }] }]);
    const statuses = (await world.github!.statuses(repo)).filter((status) => status['context'] === about.context);
    expect(statuses).toMatchObject([{ sha, description: `${'x'.repeat(139)}…` }]);
  });
});

describe('access', () => {
  test('a file cannot give it unless the operator lets files do that', async () => {
    await push('access');
    expect(await runOf('access')).toMatchObject({ status: 'failed', code: 'access_switched_off' });
    expect((await world.github!.access(repo)).invitations).toEqual([]);
  });

  test('people give it by the API: invited is not a member, and nobody is invited twice', async () => {
    const give = (body: object) => world.api(`/api/repos/${repo}/access`, { method: 'POST', body });
    const eve = { action: 'add_collaborator', identifier: 'eve', permission: 'push' };
    expect(await give(eve)).toMatchObject({ state: 'invited', permission: 'write', changed: true });
    expect(await give(eve)).toMatchObject({ state: 'invited', changed: false });
    expect(await give({ ...eve, identifier: 'bob', permission: 'admin' })).toMatchObject({ state: 'member', permission: 'admin' });
    expect(await give({ ...eve, action: 'remove_collaborator' })).toMatchObject({ state: 'removed' });
    expect(await give({ action: 'add_team', identifier: 'core', permission: 'pull' })).toMatchObject({ state: 'member' });
    expect(await world.github!.access(repo)).toMatchObject({
      collaborators: [{ login: 'bob', role_name: 'admin' }],
      invitations: [],
      teams: { core: 'pull' },
    });
    const audit = await world.list('/api/audit?action=access.changed');
    expect(audit).toHaveLength(5);
    expect(audit[0]).toMatchObject({ after: { action: 'add_team', identifier: 'core' } });
    const { status } = await post(`/api/repos/${repo}/access`, { action: 'promote', identifier: 'eve' });
    expect([400, 422]).toContain(status);
  });
});

const post = async (path: string, body: object) =>
  await fetch(`${world.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('pull requests by the API', () => {
  test('are opened and handed out, once', async () => {
    await push('by-hand', 'hand');
    const wish = { title: 'By hand', head: 'hand', base: 'main', body: 'Please' };
    await lose('/pulls');
    const first = await post(`/api/repos/${repo}/pulls`, wish);
    const opened = (await first.json()) as ApiObject;
    expect([first.status, opened]).toMatchObject([201, { existing: false }]);
    expect((await post(`/api/repos/${repo}/pulls`, wish)).status).toBe(200);
    const asked = await world.api(`/api/repos/${repo}/pulls/${String(opened['number'])}/reviewers`, {
      method: 'POST',
      body: { reviewers: ['bob'] },
    });
    expect(asked).toMatchObject({ users: ['bob'], dropped: [] });
    expect((await world.github!.pullRequests(repo)).filter((pull) => pull['title'] === 'By hand')).toHaveLength(1);
  });
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestBench, type ApiReply, type TestBench } from './test-bench.ts';

let bench: TestBench;
let token: string;

function ask(path: string, method = 'GET', body?: unknown): Promise<ApiReply> {
  return bench.call(path.startsWith('/orgs') ? path : `/repos/acme/app${path}`, { token, method, ...(body === undefined ? {} : { body }) });
}

const workflow = 'on:\n  workflow_dispatch:\n    inputs:\n      sha:\n        required: true\n';

beforeAll(async () => {
  bench = await createTestBench({
    permissions: {
      metadata: 'read',
      contents: 'write',
      pull_requests: 'write',
      actions: 'write',
      administration: 'write',
      members: 'read',
    },
  });
  const { standIn } = bench;
  await standIn.createRepository({
    owner: 'acme',
    name: 'app',
    files: {
      a: 'a',
      '.github/workflows/deploy.yml': workflow,
      '.github/workflows/hear.yml': 'on:\n  repository_dispatch:\n    types: [deploy]\n',
    },
  });
  for (const login of ['bob', 'eve']) await standIn.createAccount(login);
  await standIn.commitFile({ repo: 'acme/app', branch: 'topic', path: 'b', content: 'b' });
  await standIn.createTeam({ organization: 'acme', slug: 'core', repositories: ['app'] });
  await standIn.addCollaborator({ repo: 'acme/app', login: 'bob' });
  await standIn.installApp('acme', 'all');
  token = await bench.installationToken('acme');
});
afterAll(async () => bench[Symbol.asyncDispose]());

describe('work that steps bring about', () => {
  test('a pull request is opened once per head and base; reviewers are taken all together or not at all', async () => {
    const wish = { title: 'T', head: 'topic', base: 'main' };
    expect(await ask('/pulls', 'POST', wish)).toMatchObject({ status: 201, json: { number: 1, user: { login: 'repowatch[bot]' } } });
    expect((await ask('/pulls', 'POST', wish)).text).toContain('already exists');
    expect((await ask('/pulls', 'POST', { ...wish, head: 'main' })).text).toContain('No commits between');
    expect((await ask('/pulls?head=acme:topic&base=main')).list).toHaveLength(1);
    expect((await ask('/pulls/1/requested_reviewers', 'POST', { reviewers: ['bob', 'eve'] })).status).toBe(422);
    const asked = await ask('/pulls/1/requested_reviewers', 'POST', { reviewers: ['bob'], team_reviewers: ['core'] });
    expect(asked).toMatchObject({ status: 201, json: { requested_reviewers: [{ login: 'bob' }], requested_teams: [{ slug: 'core' }] } });
    await ask('/pulls/1', 'PATCH', { title: 'U' });
    expect(await bench.standIn.pullRequests('acme/app')).toMatchObject([{ title: 'U' }]);
    expect(await bench.standIn.issues('acme/app')).toEqual([]);
  });

  test('workflows are started by name and by event', async () => {
    const path = '/actions/workflows/deploy.yml/dispatches';
    const inputs = { sha: 'x' };
    expect((await ask(path, 'POST', { ref: 'main', inputs })).status).toBe(204);
    const told = await ask(path, 'POST', { ref: 'main', inputs, return_run_details: true });
    expect(told).toMatchObject({ status: 200, json: { workflow_run_id: expect.any(Number) } });
    expect((await ask(path, 'POST', { ref: 'main', inputs: { what: 1 } })).text).toContain('Unexpected inputs');
    expect((await ask('/actions/workflows/none.yml/dispatches', 'POST', { ref: 'main' })).status).toBe(404);
    await ask('/dispatches', 'POST', { event_type: 'deploy' });
    await ask('/dispatches', 'POST', { event_type: 'other' });
    expect((await ask('/actions/runs?event=repository_dispatch')).json).toMatchObject({ total_count: 1 });
    expect((await ask('/actions/workflows/deploy.yml/runs?event=workflow_dispatch&actor=repowatch[bot]')).json.total_count).toBe(2);
  });

  test('access is given to people, who have to accept it, and to teams', async () => {
    expect((await ask('/collaborators/eve', 'PUT', { permission: 'push' })).status).toBe(201);
    expect((await ask('/collaborators/bob', 'PUT', { permission: 'admin' })).status).toBe(204);
    expect((await ask('/collaborators/bob/permission')).json).toMatchObject({ role_name: 'admin' });
    expect((await ask('/invitations')).list).toHaveLength(1);
    expect((await ask('/orgs/acme/teams/core/repos/acme/app', 'PUT', { permission: 'pull' })).status).toBe(204);
    expect((await ask('/orgs/acme/teams/none/repos/acme/app', 'PUT', {})).status).toBe(404);
    expect((await bench.standIn.access('acme/app')).teams).toEqual({ core: 'pull' });
  });
});

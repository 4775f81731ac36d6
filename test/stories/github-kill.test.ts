import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { createStandIn } from '../../src/stand-in/stand-in.ts';
import { serverSettings } from '../support/crash-world.ts';
import { createTestDatabase } from '../support/database.ts';
import { hurryWrites } from '../support/hurry-writes.ts';
import { createServerProcess } from '../support/server-process.ts';
import { configOf } from '../support/story.ts';
import { adminToken, eventually, webhookSecret, type ApiObject } from '../support/test-app.ts';

// Server processes start and end, and a busy machine takes its time for that.
jest.setTimeout(240_000);

const repo = 'acme/app';
const watch = (uses: string, input: object) => ({ on: 'manual', steps: [{ uses, with: input }], retry: ['1s', '1s', '1s'] });

/** What each watch writes, and with which request; the answers to all of them are lost. */
const writes = {
  issue: { path: '/issues', ...watch('github/issue', { title: 'Once' }) },
  comment: { path: '/comments', ...watch('github/comment', { number: 1, body: 'Said once' }) },
  pull: { path: '/pulls', ...watch('github/pull-request', { head: 'topic', title: 'Opened once' }) },
  check: { path: '/check-runs', ...watch('github/check', { name: 'licences', conclusion: 'success', summary: 'Fine' }) },
  dispatch: { path: '/dispatches', ...watch('github/dispatch', { event_type: 'deploy' }) },
  workflow: { path: '/deploy.yml/dispatches', ...watch('github/workflow', { workflow: 'deploy.yml' }) },
};

test('a process killed between a write and its answer is followed by one that finds what was written', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'repowatch-kill-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const database = stack.use(await createTestDatabase());
  await hurryWrites(database.db);
  const github = stack.use(
    await createStandIn({
      directory,
      webhookSecret,
      permissions: {
        metadata: 'read',
        contents: 'write',
        issues: 'write',
        pull_requests: 'write',
        actions: 'write',
        checks: 'write',
        statuses: 'write',
      },
      events: ['push', 'repository_dispatch'],
    }),
  );
  const credentials = { APP_ID: String(github.appId), PRIVATE_KEY: github.privateKey };
  const addresses = { GITHUB_API_URL: github.apiUrl, GITHUB_URL: github.url };
  const server = stack.use(await createServerProcess({ ...serverSettings(database.url), ...credentials, ...addresses }));
  await server.start();
  await github.setWebhookUrl(`${server.url}/api/github/webhooks`);
  await github.createAccount('acme', 'Organization');
  const watches = Object.fromEntries(Object.entries(writes).map(([key, { path: _path, ...rest }]) => [key, rest]));
  const files = { '.github/repowatch.yml': configOf(watches), '.github/workflows/deploy.yml': 'on:\n  workflow_dispatch:\n' };
  await github.createRepository({ owner: 'acme', name: 'app', files });
  await github.commitFile({ repo, branch: 'topic', path: 'a', content: 'a' });
  await github.installApp('acme', 'all');
  const api = async <T = ApiObject>(path: string, method = 'GET'): Promise<T> =>
    (await (await fetch(server.url + path, { method, headers: { authorization: `Bearer ${adminToken}` } })).json()) as T;
  await eventually('the configuration', async () => (await api(`/api/repos/${repo}`).catch(() => undefined))?.['config_status'] === 'ok');

  const begin = async (key: string): Promise<[key: string, id: string]> => {
    const { path } = writes[key as keyof typeof writes];
    await github.setFailure({ method: 'POST', path, after: true, hang: true });
    const { runs } = await api<{ runs: { id: string }[] }>(`/api/repos/${repo}/watches/${key}/run`, 'POST');
    await eventually(`the write of ${key}`, async () => (await github.apiCalls({ method: 'POST', path })).length > 0);
    return [key, runs[0]!.id];
  };
  const ids: [key: string, id: string][] = [];
  for (const key of Object.keys(writes)) ids.push(await begin(key));
  // Where its echo is lost as well, a dispatch is left alone for two minutes: that has a test of its own.
  await eventually('the echo of the dispatch', async () => {
    const { data } = await api<{ data: unknown[] }>('/api/deliveries?event=repository_dispatch');
    return data.length > 0;
  });
  await server.end('SIGKILL');
  await github.clearFailures();
  await server.start();

  for (const [key, id] of ids) {
    const run = await eventually(`the run of ${key}`, async () => {
      const now = await api<{ status: string; steps: { attempts: { status: string }[] }[] }>(`/api/runs/${id}`);
      return ['succeeded', 'failed', 'dead'].includes(now.status) && now;
    });
    expect([key, run.status, run.steps[0]!.attempts.at(0)?.status]).toEqual([key, 'succeeded', 'interrupted']);
  }
  expect((await github.issues(repo)).map(({ title }) => title)).toEqual(['Once']);
  expect(await github.comments({ repo, number: 1 })).toMatchObject([{ body: expect.stringMatching(/^Said once/) }]);
  expect((await github.pullRequests(repo)).map(({ title }) => title)).toEqual(['Opened once']);
  expect((await github.checkRuns(repo)).filter(({ name }) => name === 'licences')).toHaveLength(1);
  expect(await github.dispatches()).toHaveLength(1);
  expect(await github.workflowRuns(repo)).toHaveLength(1);
});

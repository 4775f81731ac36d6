import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestBench, type ApiReply, type TestBench } from './test-bench.ts';

let bench: TestBench;
let token: string;
let first: string;

function ask(path: string, options: { method?: string; body?: unknown } = {}): Promise<ApiReply> {
  return bench.call(`/repos/acme/app${path}`, { token, ...options });
}

beforeAll(async () => {
  bench = await createTestBench({ events: ['issues', 'issue_comment', 'repository_dispatch'] });
  await bench.standIn.createRepository({ owner: 'acme', name: 'app', files: { a: 'a' } });
  await bench.standIn.installApp('acme', 'all');
  token = await bench.installationToken('acme');
  first = (await bench.standIn.refs('acme/app'))['refs/heads/main'] ?? '';
});
afterAll(async () => bench[Symbol.asyncDispose]());

describe('writing back', () => {
  test('a check run is made, found, finished', async () => {
    const made = await ask('/check-runs', {
      method: 'POST',
      body: { name: 'repowatch/config', head_sha: first, status: 'in_progress', external_id: 'e1' },
    });
    expect(made).toMatchObject({ status: 201, json: { status: 'in_progress', conclusion: null, external_id: 'e1' } });
    const output = { title: 'ok', summary: 'fine', annotations: [{ path: 'a' }] };
    await ask(`/check-runs/${made.json.id}`, { method: 'PATCH', body: { conclusion: 'success', output } });
    const found = await ask('/commits/main/check-runs?check_name=repowatch/config');
    expect(found.json).toMatchObject({
      total_count: 1,
      check_runs: [{ id: made.json.id, status: 'completed', conclusion: 'success', output: { title: 'ok', annotations_count: 1 } }],
    });
    const annotations = Array.from({ length: 51 }, () => ({}));
    const many = await ask(`/check-runs/${made.json.id}`, { method: 'PATCH', body: { output: { ...output, annotations } } });
    expect(many.status).toBe(422);
    expect((await ask('/check-runs', { method: 'POST', body: { name: 'x', head_sha: '1'.repeat(40) } })).status).toBe(422);
  });

  test('issues, comments and dispatches', async () => {
    const issue = await ask('/issues', { method: 'POST', body: { title: 'Broken', body: 'text', labels: ['bug'] } });
    expect(issue).toMatchObject({ status: 201, json: { number: 1, state: 'open', user: { login: 'repowatch[bot]', type: 'Bot' } } });
    expect((await ask('/issues/1/comments', { method: 'POST', body: { body: 'seen' } })).status).toBe(201);
    expect((await ask('/issues')).json).toMatchObject([{ title: 'Broken', comments: 1, labels: [{ name: 'bug' }] }]);
    expect((await ask('/issues?state=closed')).json).toEqual([]);
    const dispatch = { event_type: 'deploy', client_payload: { sha: first } };
    expect((await ask('/dispatches', { method: 'POST', body: dispatch })).status).toBe(204);
    expect(await bench.standIn.dispatches()).toEqual([{ repository: 'acme/app', eventType: 'deploy', clientPayload: { sha: first } }]);
    await bench.standIn.settled();
    const events = bench.receiver.received.map(({ event, payload }) => [
      event,
      payload['action'],
      (payload['sender'] as { login: string }).login,
    ]);
    expect(events).toEqual([
      ['installation', 'created', 'octocat'],
      ['issues', 'opened', 'repowatch[bot]'],
      ['issue_comment', 'created', 'repowatch[bot]'],
      ['repository_dispatch', 'deploy', 'repowatch[bot]'],
    ]);
    await bench.standIn.archiveRepository('acme/app');
    expect((await ask('/issues', { method: 'POST', body: { title: 'x' } })).status).toBe(403);
  });
});

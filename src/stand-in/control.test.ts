import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStandIn } from './stand-in.ts';
import { createTestBench, type TestBench } from './test-bench.ts';

let bench: TestBench;

beforeAll(async () => {
  bench = await createTestBench();
});
afterAll(async () => bench[Symbol.asyncDispose]());

async function control(
  operation: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; result?: unknown; message?: string }> {
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(`${bench.standIn.url}/_control/${operation}`, { method: 'POST', headers, ...content });
  return { status: response.status, ...((await response.json()) as object) };
}

test('every operation can be driven from another process', async () => {
  expect(await control('createAccount', ['globex', 'Organization'])).toMatchObject({ status: 200, result: { login: 'globex' } });
  const created = await control('createRepository', { owner: 'globex', name: 'app', files: { a: 'a' } });
  expect(created.result).toMatchObject({ fullName: 'globex/app', defaultBranch: 'main', cloneUrl: `${bench.standIn.url}/globex/app.git` });
  await control('installApp', ['globex', 'all']);
  const { result: sha } = await control('commitFile', { repo: 'globex/app', branch: 'main', path: 'b', content: 'b' });
  expect(await control('settled')).toMatchObject({ status: 200, result: null });
  expect((await control('refs', ['globex/app'])).result).toEqual({ 'refs/heads/main': sha });
  expect((await control('deliveries', { event: 'push' })).result).toMatchObject([
    { repository: 'globex/app', state: 'answered', statusCode: 200, response: { body: 'noted' }, request: { payload: { after: sha } } },
  ]);
  expect((await control('app')).result).toMatchObject({
    appId: bench.standIn.appId,
    apiUrl: bench.standIn.apiUrl,
    privateKey: bench.standIn.privateKey,
  });
});

test('mistakes are told, and browsers kept out', async () => {
  expect(await control('createRepository', { owner: 'nobody', name: 'x' })).toMatchObject({
    status: 422,
    message: expect.stringContaining('nobody'),
  });
  expect((await control('close')).status).toBe(404);
  expect((await control('toString')).status).toBe(404);
  expect((await control('settled', [], { origin: 'https://evil.example' })).status).toBe(403);
});

test('a machine without git is told what to install', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'stand-in-'));
  await expect(createStandIn({ directory, webhookSecret: 'x', path: directory })).rejects.toMatchObject({ code: 'git_missing' });
  await rm(directory, { recursive: true });
});

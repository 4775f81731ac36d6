import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestBench, type TestBench } from './test-bench.ts';

let bench: TestBench;
let token: string;

beforeAll(async () => {
  bench = await createTestBench();
  await bench.standIn.createRepository({ owner: 'acme', name: 'app', files: { 'a.txt': 'a' } });
  await bench.standIn.installApp('acme', 'all');
  token = await bench.installationToken('acme');
});

afterAll(async () => {
  await bench[Symbol.asyncDispose]();
});

const list = () => fetch(`${bench.standIn.apiUrl}/installation/repositories`, { headers: { authorization: `Bearer ${token}` } });

test('the true answer is cut in the middle: the connection breaks, or it looks as if that were all', async () => {
  const whole = await (await list()).text();
  await bench.standIn.setFailure({ cut: 'quiet' });
  expect(await (await list()).text()).toBe(whole.slice(0, Math.floor(whole.length / 2)));
  await bench.standIn.setFailure({ cut: 'broken' });
  await expect(list().then((response) => response.text())).rejects.toThrow(/terminated/);
  expect(await (await list()).text()).toBe(whole);
});

test('a field of the true answer says something else', async () => {
  await bench.standIn.setFailure({ fields: { total_count: 7 } });
  const { json } = await bench.call('/installation/repositories', { token });
  expect(json).toMatchObject({ total_count: 7, repositories: [{ name: 'app' }] });
});

test('an answer that never comes', async () => {
  await bench.standIn.setFailure({ hang: true });
  const request = fetch(`${bench.standIn.apiUrl}/meta`, { signal: AbortSignal.timeout(100) });
  await expect(request).rejects.toThrow(/timeout/);
});

test('only the requests of one account, those for its token too', async () => {
  await bench.standIn.createAccount('other', 'Organization');
  await bench.standIn.installApp('other', 'all');
  const others = await bench.installationToken('other');
  await bench.standIn.setFailure({ account: 'Other', status: 502, times: 2 });
  expect((await bench.call('/installation/repositories', { token })).status).toBe(200);
  expect((await bench.call('/installation/repositories', { token: others })).status).toBe(502);
  expect(await bench.installationToken('other')).toBeUndefined();
  expect((await bench.call('/installation/repositories', { token: others })).status).toBe(200);
});

import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { startHttp, testActions, testToken, withToken, type TestHttpServer } from '../../test/support/http.ts';
import { failed } from '../core/outcome.ts';
import { problemSchema } from './schemas/problem.ts';

let base: TestDatabase;
let server: TestHttpServer;

beforeAll(async () => {
  base = await createTestDatabase();
  server = await startHttp(base.db);
});

afterAll(async () => {
  await server.close(1_000);
  await base[Symbol.asyncDispose]();
});

const get = (path: string, headers: Record<string, string> = withToken) => fetch(`${server.base}${path}`, { headers });

/** Every refusal must have the one shape; answers its body. */
async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = problemSchema.strict().parse(await response.json());
  expect(problem.status).toBe(response.status);
  return problem;
}

describe('who is let in', () => {
  test.each(['/api/runs', '/api/openapi.json', '/api/nothing', '/metrics', '/%61pi/runs'])('%s needs the token', async (path) => {
    const response = await get(path, {});
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(await problemOf(response)).toMatchObject({ code: 'unauthorized' });
  });

  test('the right token opens, in either case of the scheme', async () => {
    expect((await get('/api/runs')).status).toBe(200);
    expect((await get('/api/runs', { authorization: `bearer ${testToken}` })).status).toBe(200);
    expect((await get('/metrics')).status).toBe(200);
  });

  test.each(['/healthz', '/readyz', '/ping', '/version'])('%s is public', async (path) => {
    expect((await get(path, {})).status).toBe(200);
  });

  test('guessing is slowed down, and does not keep out who has the right token', async () => {
    await using own = await startHttp(base.db);
    const guess = (token: string) => fetch(`${own.base}/api/runs`, { headers: { authorization: `Bearer ${token}` } });
    for (let index = 0; index < 10; index += 1) expect((await guess(`wrong-${index}`)).status).toBe(401);
    expect((await guess(testToken)).status).toBe(200);
    const refused = await guess('wrong-again');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await problemOf(refused)).toMatchObject({ code: 'too_many_attempts' });
  });
});

describe('refusals', () => {
  const post = (path: string, body: string, type = 'application/json') =>
    fetch(`${server.base}${path}`, { method: 'POST', body, headers: { ...withToken, 'content-type': type } });

  test('an unknown address', async () => {
    expect(await problemOf(await get('/api/nothing'))).toMatchObject({ status: 404, code: 'not_found', instance: '/api/nothing' });
    expect((await get('/probot')).status).toBe(404);
    expect((await get('/probot/setup')).status).toBe(404);
  });

  test('a known address with another method', async () => {
    const response = await fetch(`${server.base}/api/runs/7/replay`, { headers: withToken });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    expect(await problemOf(response)).toMatchObject({ code: 'method_not_allowed' });
  });

  test.each(['{', '{"__proto__":{"a":1}}', '{"constructor":{"prototype":{}}}'])('a body that is not good JSON: %s', async (body) => {
    expect(await problemOf(await post('/api/reconcile', body))).toMatchObject({ status: 400, code: 'request_malformed' });
  });

  test('another content type', async () => {
    expect(await problemOf(await post('/api/reconcile', 'a=b', 'application/x-www-form-urlencoded'))).toMatchObject({ status: 415 });
  });

  test('a body over 1 MiB', async () => {
    const body = JSON.stringify({ repository: 'a'.repeat(1024 * 1024) });
    expect(await problemOf(await post('/api/reconcile', body))).toMatchObject({ status: 413, code: 'request_too_large' });
  });

  test('every wrong field is named, unknown ones too', async () => {
    const response = await fetch(`${server.base}/api/secrets/TOKEN`, {
      method: 'PUT',
      body: JSON.stringify({ value: '', scope: 'galaxy', colour: 'red' }),
      headers: { ...withToken, 'content-type': 'application/json' },
    });
    const problem = await problemOf(response);
    expect(problem).toMatchObject({ status: 422, code: 'request_invalid' });
    expect(problem.errors?.map(({ path }) => path).sort()).toEqual(['colour', 'scope', 'value']);
  });

  test.each(['limit=0', 'limit=101', 'limit=x', 'colour=red', 'status=happy', 'cursor=AAAA', 'guid=%00'])('a query: %s', async (query) => {
    expect(await problemOf(await get(`/api/deliveries?${query}`))).toMatchObject({ status: 422, code: 'request_invalid' });
  });

  test.each(['abc', '-1', '99999999999999999999', '1%00'])('an id that is none: %s', async (id) => {
    expect(await problemOf(await get(`/api/runs/${id}`))).toMatchObject({ status: 404, code: 'not_found' });
  });

  test('an address that cannot be decoded', async () => {
    expect(await problemOf(await get('/api/runs/%zz'))).toMatchObject({ status: 400, code: 'request_malformed' });
  });

  test("an action's no keeps its code", async () => {
    const no = async () => failed('conflict', 'Run 5 is still running. Wait for its end.');
    await using own = await startHttp(base.db, { actions: { ...testActions, replayRun: no } });
    const response = await fetch(`${own.base}/api/runs/5/replay`, { method: 'POST', headers: withToken });
    expect(await problemOf(response)).toMatchObject({ status: 409, code: 'conflict', detail: 'Run 5 is still running. Wait for its end.' });
  });

  test('a fault tells nobody its inside', async () => {
    const health = () => Promise.reject(new Error('password=hunter2'));
    await using own = await startHttp(base.db, { health });
    const response = await fetch(`${own.base}/readyz`);
    const text = await response.clone().text();
    expect(await problemOf(response)).toMatchObject({ status: 500, code: 'internal_error' });
    expect(text).not.toMatch(/hunter2|server\.test/);
    expect(own.lines.join('')).toContain('request failed');
  });

  test('a database that is away is a 503', async () => {
    await using gone = await createTestDatabase();
    await using own = await startHttp(gone.db);
    await gone.db.destroy();
    expect((await fetch(`${own.base}/api/runs`, { headers: withToken })).status).toBe(503);
    expect((await fetch(`${own.base}/healthz`)).status).toBe(200);
  });
});

describe('headers', () => {
  test('nothing is kept, framed, sniffed or shared with other origins', async () => {
    const { headers } = await get('/api/runs', { ...withToken, origin: 'https://evil.example' });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  test("a sender's request id is kept only when it is harmless", async () => {
    expect((await get('/healthz', { 'x-request-id': 'abc-1.2_3' })).headers.get('x-request-id')).toBe('abc-1.2_3');
    expect((await get('/healthz', { 'x-request-id': 'a b"c' })).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('the intake', () => {
  test.each(['', '?x=1'])('takes its exact path without the router or the token: %s', async (query) => {
    const response = await fetch(`${server.base}/api/github/webhooks${query}`, { method: 'POST' });
    expect([response.status, await response.text()]).toEqual([202, 'taken']);
  });

  test('does not take a longer path', async () => {
    expect((await get('/api/github/webhooks/x')).status).toBe(404);
    expect((await get('/api/github/webhooksx')).status).toBe(404);
  });

  test('refuses headers over 16 KiB', async () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.end(`POST /api/github/webhooks HTTP/1.1\r\nhost: x\r\nbig: ${'a'.repeat(17_000)}\r\n\r\n`);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 431 /);
  });
});

test('closing finishes what is under way and closes idle connections', async () => {
  let answer: () => void = () => undefined;
  const started = Promise.withResolvers<void>();
  const own = await startHttp(base.db, {
    intake: (_request, response) => {
      answer = () => void response.writeHead(202).end('late');
      started.resolve();
    },
  });
  const idle = await fetch(`${own.base}/healthz`);
  await idle.text();
  const response = new Promise<{ status: number | undefined }>((resolve, reject) => {
    const sent = httpRequest(`${own.base}/api/github/webhooks`, { method: 'POST' }, (message) => {
      message.resume().on('end', () => resolve({ status: message.statusCode }));
    });
    sent.on('error', reject).end();
  });
  await started.promise;
  const closed = own.close(30_000);
  answer();
  expect(await response).toEqual({ status: 202 });
  await closed;
  await expect(fetch(`${own.base}/healthz`)).rejects.toThrow();
});

test('more than the limit a minute is 429 for that requester alone; health has no limit', async () => {
  await using limited = await startHttp(base.db, { settings: { host: '127.0.0.1', port: 0, adminToken: testToken, rateLimit: 3 } });
  const ask = async (path: string, headers: Record<string, string> = withToken) => await fetch(`${limited.base}${path}`, { headers });
  const left = [];
  for (let i = 0; i < 3; i += 1) left.push((await ask('/api/meta/statuses')).headers.get('ratelimit-remaining'));
  expect(left).toEqual(['2', '1', '0']);
  const refused = await ask('/api/meta/errors');
  const { code } = (await refused.json()) as { code: string };
  expect([refused.status, code, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, 'rate_limited', true]);
  expect([(await ask('/healthz')).status, (await ask('/api/docs', {})).status]).toEqual([200, 200]);
});

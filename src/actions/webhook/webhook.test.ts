import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { actionTools, createTestDoor } from '../../../test/support/action-tools.ts';
import { attemptContext, pushFacts } from '../../../test/support/attempt-context.ts';
import type { AttemptContext } from '../action.ts';
import { buildEnvelope } from './envelope.ts';
import { kind } from './index.ts';
import { webhookInput } from './webhook-input.ts';

const door = createTestDoor();

let received: { method: string; headers: IncomingHttpHeaders; body: string }[] = [];
let answer: (response: ServerResponse) => void = (response) => void response.end();
const sink = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => (body += text));
  request.on('end', () => {
    received.push({ method: request.method!, headers: request.headers, body });
    answer(response);
  });
});
let url = '';

beforeAll(async () => {
  sink.listen(0, '127.0.0.1');
  await once(sink, 'listening');
  url = `http://127.0.0.1:${(sink.address() as AddressInfo).port}/in?token=geheim`;
});
afterAll(async () => {
  await door.close();
  sink.close();
});
beforeEach(() => {
  received = [];
  answer = (response) => void response.end();
});

const send = (input: object, changes: Partial<AttemptContext<unknown>> = {}) =>
  kind.run(attemptContext(webhookInput.parse({ url, ...input }), changes), actionTools({ door }));

describe('what a receiver gets', () => {
  test('by default a signed thin envelope that the reference library accepts', async () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    expect(await send({ secret }, { now: () => new Date() })).toMatchObject({ result: 'succeeded', outputs: { status: 200 } });
    const { method, headers, body } = received[0]!;
    expect(method).toBe('POST');
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'RepoWatch/1.2.3', 'webhook-id': 'key-1' });
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual({
      type: 'branch.updated',
      timestamp: '2026-11-21T12:00:00.000Z',
      data: {
        change_id: '42',
        sequence: 42,
        origin: 'webhook',
        repository: { id: '9', full_name: 'acme/app' },
        ref: { kind: 'branch', name: 'main', full: 'refs/heads/main' },
        before: 'a'.repeat(40),
        after: 'b'.repeat(40),
        forced: false,
        commit_count: 1,
        head_commit: { id: 'b'.repeat(40), message: 'Say it "; x' },
        actor: { id: '5', login: 'ada', type: 'User' },
        run_id: '71',
        watch: 'notify',
        links: { compare: 'https://github.test/acme/app/compare/a...b', commit: 'https://github.test/acme/app/commit/b' },
      },
    });
  });

  test('text as it stands, data as JSON, both signed as sent; nothing with GET', async () => {
    await send({ body: 'plain ✓', secret: 's' });
    await send({ body: { a: [1, null] }, headers: { 'Content-Type': 'application/vnd.x+json', 'X-Count': 3 } });
    await send({ body: null });
    await send({ method: 'GET' });
    expect(received.map(({ body, headers }) => [body, headers['content-type']])).toEqual([
      ['plain ✓', 'text/plain; charset=utf-8'],
      ['{"a":[1,null]}', 'application/vnd.x+json'],
      ['null', 'application/json'],
      ['', undefined],
    ]);
    expect(received[1]!.headers['x-count']).toBe('3');
  });

  test('the id stays over attempts, the timestamp is the attempt’s', async () => {
    await send({}, { attempt: 1, now: () => new Date(1_000_000) });
    await send({}, { attempt: 2, now: () => new Date(2_000_000) });
    expect(received.map(({ headers }) => [headers['webhook-id'], headers['webhook-timestamp']])).toEqual([
      ['key-1', '1000'],
      ['key-1', '2000'],
    ]);
  });

  test('an envelope stays below 20 kB whatever strangers write', () => {
    const hostile = '\u0000\u001b日😀\ud800'.repeat(20_000);
    const hostileRecord = new Proxy({}, { get: () => hostile });
    const facts = pushFacts({
      change: hostileRecord,
      repository: hostileRecord,
      ref: hostileRecord,
      commit: hostileRecord,
      actor: hostileRecord,
    });
    const text = JSON.stringify(buildEnvelope(facts));
    expect(Buffer.byteLength(text)).toBeLessThan(20_000);
    expect(text).not.toMatch(/\\u0000|\\ud8/i);
  });

  test('an envelope of a change without ref, commit or actor has nulls', () => {
    const facts = pushFacts({ ref: null, before: null, after: null, commit: null, commits: [], actor: null });
    expect(buildEnvelope(facts)).toMatchObject({ data: { ref: null, before: null, head_commit: null, actor: null } });
  });
});

describe('what is kept', () => {
  test('outputs as data when the answer is small JSON, as text otherwise', async () => {
    answer = (response) => response.setHeader('content-type', 'application/json; charset=utf-8').end('{"a":1,"__proto__":{"b":2}}');
    expect(await send({})).toMatchObject({
      outputs: { status: 200, body: { a: 1 }, headers: { 'content-type': 'application/json; charset=utf-8' } },
    });
    answer = (response) => response.setHeader('content-type', 'application/json').end(JSON.stringify(['x'.repeat(5000)]));
    const long = await send({});
    expect(long).toMatchObject({ record: { response: { truncated: true } } });
    expect(long.result === 'succeeded' && String(long.outputs['body']).length).toBe(4096);
    answer = (response) => response.end('{"a":1}');
    expect(await send({})).toMatchObject({ outputs: { body: '{"a":1}' } });
  });

  test('the signature is, credentials are not', async () => {
    const headers = { Authorization: 'Bearer abc', 'X-Api-Key': 'abc', 'X-Auth-Token': 'abc', Cookie: 'a=abc', 'x-plain': 'shown' };
    const outcome = await send({ headers, secret: 'geheim', body: 'b'.repeat(9000) });
    const { request } = outcome.record;
    expect(request?.headers).toMatchObject({
      authorization: '***',
      'x-api-key': '***',
      'x-auth-token': '***',
      cookie: '***',
      'x-plain': 'shown',
      'webhook-signature': received[0]!.headers['webhook-signature'],
    });
    expect(request?.body).toBe('b'.repeat(4096));
    expect(received[0]!.headers['authorization']).toBe('Bearer abc');
  });

  test('a secret is masked before the text is cut, so no half of it stays', async () => {
    const mask = (text: string) => text.replaceAll('geheim', '***');
    answer = (response) => response.writeHead(500, { location: '/geheim' }).end(`${'x'.repeat(4093)}geheim and more`);
    const outcome = await send({ body: `${'y'.repeat(4093)}geheim and more` }, { mask });
    expect(outcome.record.request).toMatchObject({ body: `${'y'.repeat(4093)}***`, url: url.replace('geheim', '***') });
    expect(outcome.record.response).toMatchObject({ body: `${'x'.repeat(4093)}***`, headers: { location: '/***' }, truncated: true });
    expect(JSON.stringify(outcome)).not.toContain('geh');
  });

  test('a message never shows path or query, where tokens live', async () => {
    answer = (response) => response.writeHead(404).end();
    const outcome = await send({});
    expect(outcome).toMatchObject({ code: 'webhook_rejected', message: expect.not.stringContaining('geheim') });
  });
});

describe('inputs', () => {
  test.each([
    [{ headers: { 'webhook-id': 'mine' } }],
    [{ headers: { 'Webhook-Signature': 'mine' } }],
    [{ headers: { host: 'other' } }],
    [{ headers: { 'x-branch': '日本' } }],
    [{ secret: 'whsec_not base64' }],
    [{ body: 'x'.repeat(1024 * 1024 + 1) }],
    [{ body: { big: 10n } }],
    [{ url: 'not an address' }],
  ])('%j fails for good, before anything is sent', async (input) => {
    expect(await send(input)).toMatchObject({ result: 'failed', code: 'action_input_invalid', retryable: false });
    expect(received).toEqual([]);
  });

  test.each([
    [{}],
    [{ url: 5 }],
    [{ url, methd: 'PUT' }],
    [{ url, method: 'TRACE' }],
    [{ url, secret: '' }],
    [{ url, success: 'fine' }],
    [{ url, success: [] }],
    [{ url, headers: { a: { b: 1 } } }],
  ])('%j is refused by the schema', (input) => {
    expect(webhookInput.safeParse(input).success).toBe(false);
  });

  test('success names statuses', async () => {
    answer = (response) => response.writeHead(404).end();
    expect(await send({ success: [200, '404'] })).toMatchObject({ result: 'succeeded', outputs: { status: 404 } });
    expect(await send({ success: '200-204' })).toMatchObject({ result: 'failed', code: 'webhook_rejected' });
  });
});

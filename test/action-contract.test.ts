import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { AttemptContext, AttemptOutcome } from '../src/actions/action.ts';
import { createDoor, type Door } from '../src/actions/door.ts';
import { parseOutboundAllow } from '../src/actions/outbound-allow.ts';
import { createRegistry, type ActionRegistry } from '../src/actions/registry.ts';
import { createScriptKind } from '../src/actions/script/index.ts';
import { createScriptPool, type ScriptPool } from '../src/actions/script/pool.ts';
import { createWebhookKind } from '../src/actions/webhook/index.ts';
import { catalogue } from '../src/core/error-catalogue.ts';
import { createLog } from '../src/core/log.ts';
import { failed } from '../src/core/outcome.ts';
import { attemptContext } from './support/attempt-context.ts';

/** How each kind is made to call the sink once, and what a bad input of it looks like. */
const kinds = {
  webhook: { input: (url: string) => ({ url }), bad: { url: 5 } },
  script: {
    input: (url: string) => ({
      run: `export default async ({ fetch, run }) => {
        const answer = await fetch(${JSON.stringify(url)}, { method: 'POST', headers: { 'webhook-id': run.idempotency_key } });
        if (!answer.ok) throw new Error('answered ' + answer.status);
        return { text: (await answer.text()).slice(0, 1000) };
      };`,
      timeout: '30s',
    }),
    bad: { run: 5 },
  },
};

let registry: ActionRegistry;
let pool: ScriptPool;
let door: Door;
let url = '';
let received: IncomingHttpHeaders[] = [];
let answer: (response: ServerResponse) => void;
const sink = createServer((request, response) => {
  received.push(request.headers);
  request.resume().on('end', () => answer(response));
});

beforeAll(async () => {
  sink.listen(0, '127.0.0.1');
  await once(sink, 'listening');
  url = `http://127.0.0.1:${(sink.address() as AddressInfo).port}/`;
  const allow = parseOutboundAllow('127.0.0.1');
  if (!allow.ok) throw new Error(allow.message);
  door = createDoor({ allow: allow.value });
  pool = createScriptPool({ size: 2, log: createLog({ level: 'silent' }) });
  const readFile = async () => failed('github_not_found', 'no file');
  registry = createRegistry([createWebhookKind({ door, version: '0.0.0' }), createScriptKind({ pool, door, readFile })]);
});
afterAll(async () => {
  await pool.close();
  await door.close();
  sink.close();
  sink.closeAllConnections();
});
beforeEach(() => {
  received = [];
  answer = (response) => void response.end('fine');
});

describe.each(Object.entries(kinds))('the contract of the kind %s', (name, { input, bad }) => {
  const kind = () => registry.find(name)!;
  const run = (changes: Partial<AttemptContext<unknown>> = {}): Promise<AttemptOutcome> =>
    kind().run(attemptContext(kind().schema.parse(input(url)), changes));

  test('its schema refuses bad inputs and unknown keys, and can be written as JSON Schema', () => {
    expect(kind().schema.safeParse(bad).success).toBe(false);
    expect(kind().schema.safeParse({ ...input(url), unknown_key: 1 }).success).toBe(false);
    expect(kind().schema.safeParse(input(url)).success).toBe(true);
    const schema = z.toJSONSchema(kind().schema, { io: 'input' });
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
    expect(Object.keys(schema.properties ?? {})).toEqual(expect.arrayContaining([...kind().secretFields, ...Object.keys(input(url))]));
  });

  test('success has outputs and a record that JSON can hold', async () => {
    const outcome = await run();
    expect(outcome.result).toBe('succeeded');
    expect(JSON.parse(JSON.stringify(outcome))).toEqual(outcome);
  });

  test('every attempt carries the one idempotency key', async () => {
    await run({ attempt: 1, idempotencyKey: 'one-key' });
    await run({ attempt: 2, idempotencyKey: 'one-key' });
    expect(received.map((headers) => headers['webhook-id'])).toEqual(['one-key', 'one-key']);
  });

  test('an aborted attempt ends at once, before or during the work', async () => {
    const before = await run({ signal: AbortSignal.abort() });
    expect(before).toMatchObject({ result: 'failed', code: 'interrupted', retryable: true });
    expect(received).toEqual([]);
    const stop = new AbortController();
    answer = () => stop.abort();
    expect(await run({ signal: stop.signal })).toMatchObject({ result: 'failed', code: 'interrupted', retryable: true });
  });

  test('a receiver that never answers costs the time of the attempt and no more', async () => {
    answer = () => {};
    const outcome = await run({ timeoutMs: 300 });
    expect(outcome).toMatchObject({ result: 'failed', code: expect.stringMatching(/_timeout$|^script_failed$/) });
  });

  test('an oversized answer is cut or refused, never stored', async () => {
    answer = (response) => void response.on('error', () => {}).end('x'.repeat(3 * 1024 * 1024));
    expect(JSON.stringify(await run()).length).toBeLessThan(20_000);
  });

  test('a failure has a code of the catalogue, a sentence, and says whether trying again helps', async () => {
    for (const status of [302, 404, 410, 503]) {
      answer = (response) => void response.writeHead(status).end();
      const outcome = await run();
      if (outcome.result !== 'failed') throw new Error(`${status} was taken for success`);
      expect(catalogue).toHaveProperty(outcome.code);
      expect(outcome.message).toContain(String(status));
      expect(outcome.retryable).toBe(name === 'webhook' && status === 503);
    }
  });

  test('a refused destination is final and nothing leaves', async () => {
    const inner = url.replace('127.0.0.1', '127.0.0.2');
    const outcome = await kind().run(attemptContext(kind().schema.parse(input(inner))));
    expect(outcome).toMatchObject({ result: 'failed', retryable: false, message: expect.stringContaining('OUTBOUND_ALLOW') });
    expect(received).toEqual([]);
  });
});

test('the registry knows its kinds by name and nothing else', () => {
  expect(registry.list().map((kind) => kind.name)).toEqual(['webhook', 'script']);
  for (const name of ['bash', '', '__proto__', 'constructor']) expect(registry.find(name)).toBeUndefined();
  expect(() => createRegistry([...registry.list(), ...registry.list()])).toThrow('same name');
});

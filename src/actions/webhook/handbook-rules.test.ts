import { createPublicKey, verify } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { actionTools, createTestDoor } from '../../../test/support/action-tools.ts';
import { attemptContext, pushFacts } from '../../../test/support/attempt-context.ts';
import { changeTypes } from '../../changes/change.ts';
import { toCompatibilityBodies } from '../../changes/compatibility-bodies.ts';
import { sampleChange } from '../../http/change-catalogue.ts';
import { createEnvelopeSchema } from '../../http/envelope-catalogue.ts';
import { buildContexts } from '../../watches/contexts.ts';
import { nextRetryAt, standardRetry } from '../../watches/retry.ts';
import type { AttemptContext } from '../action.ts';
import type { Door, DoorRequest } from '../door.ts';
import type { RunFacts } from '../run-facts.ts';
import { buildEnvelope } from './envelope.ts';
import { kind } from './index.ts';
import { createSigningKey } from './signing-key.ts';
import { webhookInput } from './webhook-input.ts';

const real = createTestDoor();
let asked: DoorRequest[] = [];
const door: Door = { request: (request) => (asked.push(request), real.request(request)), close: () => real.close() };

interface Received {
  headers: Record<string, string>;
  body: string;
}
let received: Received[] = [];
let answer: (response: ServerResponse) => void;
const sink = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => (body += text));
  request.on('end', () => {
    received.push({ headers: request.headers as IncomingHttpHeaders & Record<string, string>, body });
    answer(response);
  });
});
let url = '';

beforeAll(async () => {
  sink.listen(0, '127.0.0.1');
  await once(sink, 'listening');
  url = `http://127.0.0.1:${(sink.address() as AddressInfo).port}/in`;
});
afterAll(async () => {
  await real.close();
  sink.close();
});
beforeEach(() => {
  received = [];
  asked = [];
  answer = (response) => void response.end('ok');
});

const send = (input: object = {}, changes: Partial<AttemptContext<unknown>> = {}) =>
  kind.run(attemptContext(webhookInput.parse({ url, ...input }), { now: () => new Date(), ...changes }), actionTools({ door }));
const json = (index = 0) => JSON.parse(received[index]!.body) as Record<string, unknown>;

/** Verifies a `v1a` signature with nothing but the public key and node:crypto. */
function verifiesWith(publicKey: string, { headers, body }: Received): boolean {
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(publicKey.slice('whpk_'.length), 'base64')]);
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  const content = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
  const signatures = headers['webhook-signature']!.split(' ').filter((text) => text.startsWith('v1a,'));
  return signatures.some((text) => verify(null, content, key, Buffer.from(text.slice(4), 'base64')));
}

const factsOf = (type: (typeof changeTypes)[number]): RunFacts => {
  const change = sampleChange(type);
  const { vars: _vars, ...contexts } = buildContexts({ change, githubUrl: 'https://github.com' });
  return { ...contexts, run: { id: '71', watch: 'notify', replay: false }, compatibility: toCompatibilityBodies(change) };
};

describe('L1: three headers, an id without dots, the seconds of this attempt', () => {
  test('HMAC and ed25519, alone, together and while keys are replaced: every receiver is content', async () => {
    const [oldKey, newKey, first, second] = [
      createSigningKey('hmac'),
      createSigningKey('hmac'),
      createSigningKey('ed25519'),
      createSigningKey('ed25519'),
    ];
    await send({ secret: oldKey.secret });
    await send({ secret: [oldKey.secret, newKey.secret] });
    await send({ secret: [first.secret, second.secret] });
    const outcome = await send({ secret: [newKey.secret, first.secret] });
    const reads = (key: { secret: string }, index: number) =>
      new Webhook(key.secret).verify(received[index]!.body, received[index]!.headers);
    expect(reads(oldKey, 0)).toEqual(json(0));
    expect(reads(oldKey, 1)).toEqual(reads(newKey, 1));
    expect([verifiesWith(first.publicKey!, received[2]!), verifiesWith(second.publicKey!, received[2]!)]).toEqual([true, true]);
    expect(reads(newKey, 3)).toEqual(json(3));
    expect(verifiesWith(first.publicKey!, received[3]!)).toBe(true);
    expect(verifiesWith(second.publicKey!, received[3]!)).toBe(false);
    expect(() => reads(oldKey, 3)).toThrow();
    expect(received.map(({ headers }) => headers['webhook-signature']!.replaceAll(/,[A-Za-z0-9+/=]+/g, ''))).toEqual([
      'v1',
      'v1 v1',
      'v1a v1a',
      'v1 v1a',
    ]);
    expect(outcome).toMatchObject({ outputs: { public_keys: [first.publicKey] } });
    for (const { headers } of received) expect(headers['webhook-id']).toMatch(/^[^.]+$/);
  });
});

test('L2: secrets have 24 to 64 bytes and their prefixes; a private key is known by its halves', () => {
  const { secret } = createSigningKey('hmac');
  expect(secret).toMatch(/^whsec_/);
  expect(Buffer.from(secret.slice(6), 'base64')).toHaveLength(32);
  const pair = createSigningKey('ed25519');
  expect([pair.secret.slice(0, 5), pair.publicKey!.slice(0, 5)]).toEqual(['whsk_', 'whpk_']);
  const bytes = Buffer.from(pair.secret.slice(5), 'base64');
  expect(bytes.subarray(32).toString('base64')).toBe(pair.publicKey!.slice(5));
});

test('L3: what is sent again has the same id and a fresh timestamp, which the reference accepts', async () => {
  const { secret } = createSigningKey('hmac');
  await send({ secret }, { attempt: 1, now: () => new Date(Date.now() - 3_600_000) });
  await send({ secret }, { attempt: 2 });
  const [old, fresh] = received;
  expect(old!.headers['webhook-id']).toBe(fresh!.headers['webhook-id']);
  expect(() => new Webhook(secret).verify(old!.body, old!.headers)).toThrow();
  expect(new Webhook(secret).verify(fresh!.body, fresh!.headers)).toEqual(json(1));
});

describe('L4: type, timestamp, data; small; other formats', () => {
  const validate = new Ajv2020({ strict: false }).compile(createEnvelopeSchema());

  test('the body of every type of change is as its published schema says, and below 20 kB', () => {
    const flaws = changeTypes.flatMap((type) => {
      const envelope = JSON.parse(JSON.stringify(buildEnvelope(factsOf(type)))) as { type: string };
      const fits = validate(envelope) && /^[a-zA-Z0-9_.]+$/.test(envelope.type) && Buffer.byteLength(JSON.stringify(envelope)) < 20_000;
      return fits ? [] : [[type, validate.errors?.[0]?.message]];
    });
    expect(flaws).toEqual([]);
    expect(validate({ ...buildEnvelope(factsOf('branch.updated')), more: 1 })).toBe(false);
  });

  test('github: GitHub’s payload, its headers, its signature', async () => {
    const event = { ref: 'refs/heads/main', after: 'b'.repeat(40) };
    await send(
      { format: 'github', secret: 'geheim' },
      { facts: pushFacts({ event, delivery: { guid: '72d3162e-cc78-11e3-81ab-4c9367dc0958', event: 'push' } }) },
    );
    await send({ format: 'github' });
    await send({ format: 'github', secret: [createSigningKey('ed25519').secret, 'geheim'] });
    const { createHmac } = await import('node:crypto');
    expect(json()).toEqual(event);
    expect(received[0]!.headers).toMatchObject({
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      'x-hub-signature-256': `sha256=${createHmac('sha256', 'geheim').update(received[0]!.body).digest('hex')}`,
      'webhook-id': 'key-1',
    });
    // A push that GitHub never announced.
    expect(json(1)).toMatchObject({
      ref: 'refs/heads/main',
      before: 'a'.repeat(40),
      after: 'b'.repeat(40),
      repository: { id: 9, full_name: 'acme/app' },
    });
    expect(received[1]!.headers['x-github-delivery']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(await send({ format: 'github' }, { facts: factsOf('run.dead') })).toMatchObject({
      code: 'webhook_format_unavailable',
      retryable: false,
    });
    expect(received[2]!.headers['x-hub-signature-256']).toBe(
      `sha256=${createHmac('sha256', 'geheim').update(received[2]!.body).digest('hex')}`,
    );
    expect(received).toHaveLength(3);
  });

  test('webgme: one request for each event, each with a key of its own; those that were taken are not sent again', async () => {
    const facts = { ...factsOf('branch.updated'), compatibility: toCompatibilityBodies(sampleChange('branch.updated')) };
    const events = facts.compatibility.map(({ event }) => event);
    expect(events.at(-1)).toBe('BRANCH_HASH_UPDATED');
    answer = (response) => void response.writeHead(received.length === events.length ? 503 : 200).end();
    const failed = await send({ format: 'webgme', hook_id: 'h1' }, { facts });
    expect(failed).toMatchObject({ result: 'failed', retryable: true, progress: { sent: events.length - 1, of: events.length } });
    expect(received.map((_one, index) => json(index)['event'])).toEqual(events);
    expect(Object.keys(json())).toEqual(['event', 'projectId', 'owner', 'projectName', 'hookId', 'data']);
    expect(json()).toMatchObject({ projectId: 'acme+app', hookId: 'h1' });
    const ids = received.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(events.length);
    answer = (response) => void response.end();
    const again = await send(
      { format: 'webgme', hook_id: 'h1' },
      { facts, ...(failed.result === 'failed' && { progress: failed.progress! }) },
    );
    expect(again).toMatchObject({ result: 'succeeded', outputs: { sent: events.length } });
    expect(received.slice(events.length).map(({ headers }) => headers['webhook-id'])).toEqual([ids.at(-1)]);
    expect(await send({ format: 'webgme', events: ['TAG_CREATED'] }, { facts })).toMatchObject({
      result: 'succeeded',
      outputs: { sent: 0 },
    });
  });

  test('radar: the body of Repo Radar; a body of one’s own excludes a format', async () => {
    await send({ format: 'radar' }, { facts: { ...pushFacts(), params: { target: 'prod' } } });
    expect(json()).toEqual({
      project: { id: '9', name: 'app', repoUrl: null },
      branch: 'main',
      commit: { sha: 'b'.repeat(40), message: 'Say it "; x', author: 'Ada', date: '2026-11-21T11:59:00Z' },
      isManualTrigger: false,
      params: { target: 'prod' },
    });
    expect(webhookInput.safeParse({ url, body: 'x', format: 'radar' }).success).toBe(false);
  });
});

test.each([
  [204, {}, { result: 'succeeded' }, 'fine'],
  [302, {}, { code: 'webhook_redirected', retryable: false }, 'fine'],
  [404, {}, { code: 'webhook_rejected', retryable: false }, 'fine'],
  [410, {}, { code: 'webhook_gone', retryable: false }, 'gone'],
  [429, { 'retry-after': '30' }, { code: 'webhook_failed', retryable: true, retryAfterSeconds: 30 }, 'failing'],
  [500, { 'retry-after': '99999999' }, { retryable: true, retryAfterSeconds: 99_999_999 }, 'failing'],
  [502, {}, { code: 'webhook_failed', retryable: true }, 'failing'],
  [504, {}, { code: 'webhook_failed', retryable: true }, 'failing'],
])('L5: %i %j means %j, and of the destination: %s', async (...row) => {
  const [status, headers, outcome, sign] = row;
  answer = (response) => void response.writeHead(status, headers).end();
  expect(await send()).toMatchObject(outcome);
  expect(asked[0]!.sign!(status)).toBe(sign);
});

test('L6: the schedule of Standard Webhooks, about 75 hours; Retry-After makes a wait longer, by a day at most', () => {
  expect(standardRetry).toEqual([5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]);
  expect(kind.defaultTimeoutMs).toBe(15_000);
  const now = new Date(0);
  const wait = (retryAfterSeconds: number) =>
    nextRetryAt({ schedule: standardRetry, attempt: 1, now, retryAfterSeconds, random: () => 0.5 })!.getTime() / 1000;
  expect([wait(0), wait(60), wait(1e9)]).toEqual([5, 60, 86_400]);
});

test.each(['http://127.0.0.2/', 'https://10.0.0.1/', 'https://[::ffff:169.254.169.254]/', 'https://user:pass@1.1.1.1/'])(
  'L7: %s is not called (all spellings: test/private-addresses.test.ts)',
  async (address) => {
    expect(await send({ url: address })).toMatchObject({ code: 'destination_not_allowed', retryable: false });
  },
);

test('L8: destinations and runs can be managed: several, by event, with their failures, and sent again one by one or many at once', async () => {
  const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
  const missing = [
    'GET /api/destinations',
    'POST /api/destinations/:id/enable',
    'GET /api/runs',
    'POST /api/runs/:id/replay',
    'POST /api/runs/replay',
  ].filter((route) => {
    const [method, path] = route.split(' ');
    return !readme.split('\n').some((line) => line.startsWith(`| ${method!.padEnd(6)} | \`${path}\` `));
  });
  expect(missing).toEqual([]);
});

test('L9: the number rises with every change of a repository; order is not promised, the number tells it', async () => {
  for (const id of ['41', '42', '1000']) await send({}, { facts: pushFacts({ change: { ...pushFacts().change, id } }) });
  expect(received.map((_one, index) => (json(index)['data'] as { sequence: number }).sequence)).toEqual([41, 42, 1000]);
});

test('L10: of an answer its status, a few headers and 4 KB are kept, masked before they are cut', async () => {
  answer = (response) =>
    void response.writeHead(500, { 'x-secret': 'geheim', server: 'a geheim' }).end(`${'x'.repeat(4090)}geheim${'y'.repeat(9_000_000)}`);
  const { record } = await send({}, { mask: (text) => text.replaceAll('geheim', '***') });
  expect(record.response).toMatchObject({ status: 500, truncated: true, body: `${'x'.repeat(4090)}***yyy`, headers: { server: 'a ***' } });
  expect(JSON.stringify(record)).not.toContain('geheim');
});

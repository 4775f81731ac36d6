import { createHmac } from 'node:crypto';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { serverSettings } from '../support/crash-world.ts';
import { createTestDatabase } from '../support/database.ts';
import { pushPayload } from '../support/payloads.ts';
import { createServerProcess } from '../support/server-process.ts';
import { deliver, signatureOf, startTestApp, webhookSecret, type TestApp } from '../support/test-app.ts';

const floodScript = fileURLToPath(new URL('../support/flood.ts', import.meta.url));
const mib = 1024 * 1024;
const maxBytes = 25 * mib;
const previousSecret = 'the webhook secret of last week';

let world: TestApp;
let slow: Promise<{ answers: string[]; tookMs: number }>;
beforeAll(async () => {
  world = await startTestApp({ settings: { WEBHOOK_SECRET_PREVIOUS: previousSecret } });
  // It takes the 20 s of the limit: meanwhile the other tests do their work.
  slow = dribble();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

interface Answer {
  status: number;
  code: string;
}

/** Headers of a delivery; undefined leaves one out. */
function headersFor(body: Buffer, changes: Record<string, string | undefined> = {}): Record<string, string> {
  const headers: Record<string, string | undefined> = {
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-github-delivery': crypto.randomUUID(),
    'x-hub-signature-256': signatureOf(body),
    ...changes,
  };
  return Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Posts parts one after the other with backpressure, so that this side keeps nothing; answers when the server does. */
function post(headers: Record<string, string>, parts: Iterable<Buffer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${world.url}/api/github/webhooks`, { method: 'POST', headers, agent: false });
    let answered = false;
    request.on('response', (response) => {
      answered = true;
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        request.destroy();
        resolve({ status: response.statusCode ?? 0, code: String((JSON.parse(text) as { code?: string }).code) });
      });
    });
    request.on('error', (error) => answered || reject(error));
    Readable.from(parts).pipe(request);
  });
}

const send = (body: Buffer, changes?: Record<string, string | undefined>) => post(headersFor(body, changes), [body]);

/** A push of exactly so many bytes. */
function pushOf(bytes: number): Buffer {
  const head = Buffer.from(JSON.stringify(pushPayload()).replace(/\}$/, ',"padding":"'));
  return Buffer.concat([head, Buffer.alloc(bytes - head.length - 2, 'x'), Buffer.from('"}')]);
}

function* zeros(bytes: number): Generator<Buffer> {
  const part = Buffer.alloc(64 * 1024, 'x');
  for (let left = bytes; left > 0; left -= part.length) yield left < part.length ? part.subarray(0, left) : part;
}

const body = Buffer.from(JSON.stringify(pushPayload()));
const hex = createHmac('sha256', webhookSecret).update(body).digest('hex');

describe('the door', () => {
  test.each<[string, Record<string, string | undefined>, number, string]>([
    ['no signature', { 'x-hub-signature-256': undefined }, 401, 'signature_missing'],
    ['only SHA-1', { 'x-hub-signature-256': undefined, 'x-hub-signature': `sha1=${'a'.repeat(40)}` }, 401, 'signature_missing'],
    ['a wrong signature', { 'x-hub-signature-256': signatureOf(body, 'another secret altogether') }, 401, 'signature_invalid'],
    ['a short signature', { 'x-hub-signature-256': `sha256=${hex.slice(0, 63)}` }, 401, 'signature_invalid'],
    ['an empty signature', { 'x-hub-signature-256': 'sha256=' }, 401, 'signature_invalid'],
    ['a signature of another kind', { 'x-hub-signature-256': `sha512=${hex}` }, 401, 'signature_invalid'],
    ['the well-known secret', { 'x-hub-signature-256': signatureOf(body, 'development') }, 401, 'signature_invalid'],
    ['no event', { 'x-github-event': undefined }, 400, 'header_missing'],
    ['no GUID', { 'x-github-delivery': undefined }, 400, 'header_missing'],
    ['an event with a line break in disguise', { 'x-github-event': 'push%0d%0a' }, 400, 'header_invalid'],
    ['a GUID that is too long', { 'x-github-delivery': 'g'.repeat(101) }, 400, 'header_invalid'],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'content_type_unsupported'],
    ['no content type', { 'content-type': undefined }, 415, 'content_type_unsupported'],
    ['a compressed body', { 'content-encoding': 'gzip' }, 415, 'content_type_unsupported'],
  ])('%s is refused', async (...[, changes, status, code]) => {
    expect(await send(body, changes)).toEqual({ status, code });
  });

  test('the previous secret, upper-case digits and a charset are fine', async () => {
    expect((await send(body, { 'x-hub-signature-256': signatureOf(body, previousSecret) })).status).toBe(202);
    expect((await send(body, { 'x-hub-signature-256': `sha256=${hex.toUpperCase()}` })).status).toBe(202);
    expect((await send(body, { 'content-type': 'application/json; charset=utf-8' })).status).toBe(202);
  });

  test.each(['null', '0', '[]', '"x"', 'true', '', '{bad', '{"a":1}}', '\ufeff{}'])(
    'the signed body %j is no object and refused',
    async (text) => {
      expect(await send(Buffer.from(text))).toEqual({ status: 400, code: 'body_not_json' });
    },
  );

  test('every byte of an accepted body is kept, also those that are no UTF-8', async () => {
    const odd = Buffer.concat([
      Buffer.from('{"ref":"refs/heads/\\u0000", "x":"'),
      Buffer.from([0xff, 0xfe, 0xc3, 0x28]),
      Buffer.from('"}\n '),
    ]);
    const guid = crypto.randomUUID();
    expect((await send(odd, { 'x-github-delivery': guid })).status).toBe(202);
    const settled = await world.settled(guid);
    expect(settled).toMatchObject({ status: 'ignored' });
    const row = await world.database.db('deliveries').where({ guid }).first<{ body: Buffer }>('body');
    expect(row.body.equals(odd)).toBe(true);
    expect(await world.api(`/api/deliveries/${String(settled['id'])}`)).toMatchObject({
      payload_encoding: 'base64',
      payload: odd.toString('base64'),
    });
  });

  test('25 MiB are accepted, one byte more is not, declared or not, and 30 MB are refused before they have arrived', async () => {
    const full = pushOf(maxBytes);
    const guid = crypto.randomUUID();
    expect((await send(full, { 'x-github-delivery': guid, 'content-length': String(full.length) })).status).toBe(202);
    expect(await world.list(`/api/deliveries?guid=${guid}`)).toMatchObject([{ body_size: maxBytes }]);
    const over = pushOf(maxBytes + 1);
    const refused = { status: 413, code: 'body_too_large' };
    expect(await send(over, { 'content-length': String(over.length) })).toEqual(refused);
    expect(await send(over, { 'transfer-encoding': 'chunked' })).toEqual(refused);
    let sent = 0;
    const counted = function* () {
      for (const part of zeros(30_000_000)) {
        sent += part.length;
        yield part;
      }
    };
    expect(await post(headersFor(body, { 'content-length': '30000000' }), counted())).toEqual(refused);
    expect(sent).toBeLessThan(20_000_000);
  });

  test('24 large bodies with a wrong signature at once take little memory and delay no good sender', async () => {
    // A process of its own, so that its memory is the server's and nobody else's.
    await using database = await createTestDatabase();
    await using server = await createServerProcess(serverSettings(database.url));
    await server.start();
    const sendGood = async () => {
      const started = performance.now();
      expect((await deliver(server.url, { event: 'push', payload: pushPayload() })).status).toBe(202);
      return performance.now() - started;
    };
    await sendGood();
    const before = await readMemory(server.pid, 'VmRSS');
    const headers = JSON.stringify(headersFor(body, { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }));
    const child = spawn(process.execPath, [floodScript, `${server.url}/api/github/webhooks`, '24', String(maxBytes), headers]);
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const flood = new AbortController();
    child.once('close', () => flood.abort());
    const good: number[] = [];
    while (!flood.signal.aborted) good.push(await sendGood());
    expect(new Set(JSON.parse(said) as number[])).toEqual(new Set([401, 503]));
    expect((await readMemory(server.pid, 'VmHWM')) - before).toBeLessThan(150 * mib);
    expect(good.toSorted((a, b) => a - b)[Math.floor(good.length / 2)]).toBeLessThan(250);
    expect(Math.max(...good)).toBeLessThan(3_000);
  });

  test('too many and too large headers are refused without a word to the application', async () => {
    const many = Array.from({ length: 300 }, (_, index) => `x-filler-${index}: ${'y'.repeat(100)}\r\n`).join('');
    expect(await raw(`POST /api/github/webhooks HTTP/1.1\r\nhost: x\r\n${many}\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
    expect(await raw(`POST /api/github/webhooks HTTP/1.1\r\nhost: x\r\nx-big: ${'z'.repeat(64 * 1024)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    );
    const short = Array.from({ length: 300 }, (_, index) => `a${index}: b\r\n`).join('');
    expect(await raw(`POST /api/github/webhooks HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n${short}\r\n{}`)).toMatch(/^HTTP\/1\.1 4\d\d /);
  });

  test('a body that dribbles in and headers that never end are cut off', async () => {
    const { answers, tookMs } = await slow;
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(tookMs).toBeLessThan(25_000);
  }, 40_000);
});

/** Memory of a process in bytes, now or at its peak, where the system tells (Linux); else 0. */
async function readMemory(pid: number | undefined, what: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return 1024 * Number(new RegExp(`^${what}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0);
}

/** Sends a body and headers drop by drop, and answers what was said at the end and after how long. */
async function dribble(): Promise<{ answers: string[]; tookMs: number }> {
  const started = Date.now();
  const lines = Object.entries(headersFor(body)).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `POST /api/github/webhooks HTTP/1.1\r\nhost: x\r\n${lines.join('')}content-length: 1000\r\n\r\n`;
  const answers = await Promise.all([raw(head, ' '), raw('POST /api/github/webhooks HTTP/1.1\r\nhost: x\r\n', 'x: y\r\n')]);
  return { answers, tookMs: Date.now() - started };
}

/** Sends bytes over a connection of its own, then more of them every half second, and answers what came back once it is closed. */
function raw(text: string, dribble?: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(world.url).port), '127.0.0.1');
    let answer = '';
    const drip = dribble === undefined ? undefined : setInterval(() => socket.write(dribble), 500);
    const end = () => {
      clearInterval(drip);
      resolve(answer);
    };
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      answer += chunk;
      if (dribble === undefined) socket.destroy();
    });
    socket.on('error', () => undefined).on('close', end);
    socket.write(text);
  });
}

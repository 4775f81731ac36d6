import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import { RepoWatchError } from '../core/errors.ts';
import { createDoor, type Door, type DoorRequest, type ResolveName } from './door.ts';
import { parseOutboundAllow } from './outbound-allow.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

function open(allow: string, options: { resolveName?: ResolveName; maxPerOrigin?: number } = {}): Door {
  const parsed = parseOutboundAllow(allow);
  if (!parsed.ok) throw new Error(parsed.message);
  const door = createDoor({ allow: parsed.value, ...options });
  cleanups.push(() => door.close());
  return door;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(async () => {
    const closed = once(server, 'close');
    server.close();
    (server as { closeAllConnections?: () => void }).closeAllConnections?.();
    await closed;
  });
  return (server.address() as AddressInfo).port;
}

const serve = (handler: (request: IncomingMessage, response: ServerResponse) => void) => listen(createServer(handler));

function ask(url: string, more: Partial<DoorRequest> = {}): DoorRequest {
  return { url, method: 'POST', headers: {}, timeoutMs: 10_000, signal: new AbortController().signal, maxBodyBytes: 4096, ...more };
}

/** Answers names from a list; each look-up takes the next answer, the last one stays. */
function lieAbout(...answers: string[][]): ResolveName & { asked: string[] } {
  const asked: string[] = [];
  const resolve: ResolveName = (hostname, callback) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)]!;
    asked.push(hostname);
    queueMicrotask(() =>
      callback(
        null,
        answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      ),
    );
  };
  return Object.assign(resolve, { asked });
}

describe('where the door leads', () => {
  const hosts = `
    127.0.0.1 0x7f.1 0177.0.0.1 2130706433 127.1 0 [::1] [::ffff:127.0.0.1] [::7f00:1] [fec0::1]
    [64:ff9b::7f00:1] [2002:7f00:1::] [fd00::1] 169.254.169.254 100.64.0.1 [4000::1] %31%32%37.0.0.1 127。0。0。1
  `;
  test.each(hosts.trim().split(/\s+/))('not to https://%s', async (host) => {
    expect(await open('').request(ask(`https://${host}/`))).toMatchObject({ ok: false, code: 'destination_not_allowed' });
  });

  test.each([
    ['http://example.com/', 'destination_not_allowed'],
    ['http://1.1.1.1/', 'destination_not_allowed'],
    ['ftp://example.com/', 'destination_not_allowed'],
    ['file:///etc/passwd', 'destination_not_allowed'],
    ['https://user@example.com/', 'destination_not_allowed'],
    ['https://user:word@example.com/', 'destination_not_allowed'],
    ['/relative', 'action_input_invalid'],
    ['https://', 'action_input_invalid'],
  ])('%s ends as %s', async (url, code) => {
    expect(await open('').request(ask(url))).toMatchObject({ ok: false, code });
  });

  test('a name with one inner address among public ones is refused, and so is one that changes its mind', async () => {
    const mixed = lieAbout(['1.1.1.1', '10.0.0.1']);
    expect(await open('', { resolveName: mixed }).request(ask('https://mixed.example/'))).toMatchObject({
      ok: false,
      code: 'destination_not_allowed',
    });
    expect(mixed.asked).toEqual(['mixed.example']);
    for (const inner of ['127.0.0.1', '::1', '::ffff:10.0.0.1', 'fe80::1%eth0'])
      expect(await open('', { resolveName: lieAbout([inner]) }).request(ask('https://inner.example/'))).toMatchObject({
        code: 'destination_not_allowed',
      });
  });

  test('every new connection is looked up and judged again', async () => {
    let hits = 0;
    const port = await serve((_request, response) => {
      hits += 1;
      response.setHeader('connection', 'close').end('ok');
    });
    const resolveName = lieAbout(['127.0.0.1'], ['127.0.0.2']);
    const door = open('127.0.0.1', { resolveName });
    const url = `http://rebinding.example:${port}/`;
    expect(await door.request(ask(url))).toMatchObject({ ok: true });
    expect(await door.request(ask(url))).toMatchObject({ ok: false, code: 'destination_not_allowed' });
    expect(hits).toBe(1);
  });

  test('a permitted name and a permitted range let http in, at their port only', async () => {
    const port = await serve((_request, response) => response.end('in'));
    const resolveName = lieAbout(['127.0.0.1']);
    expect(await open(`inner.example:${port}`, { resolveName }).request(ask(`http://inner.example:${port}/`))).toMatchObject({ ok: true });
    expect(await open('127.0.0.0/8', { resolveName }).request(ask(`http://inner.example:${port}/`))).toMatchObject({ ok: true });
    expect(await open('127.0.0.1:1', { resolveName }).request(ask(`http://inner.example:${port}/`))).toMatchObject({
      code: 'destination_not_allowed',
    });
    expect(await open('10.0.0.0/8', { resolveName }).request(ask(`http://inner.example:${port}/`))).toMatchObject({
      code: 'destination_not_allowed',
    });
  });

  test('the caller can refuse a destination with a code of its own', async () => {
    const checkDestination = () => {
      throw new RepoWatchError('secret_destination_not_allowed', 'not there');
    };
    const answer = await open('').request(ask('https://example.com/', { checkDestination }));
    expect(answer).toEqual({ ok: false, code: 'secret_destination_not_allowed', message: 'not there' });
  });
});

describe('what the door sends', () => {
  test('exactly the given bytes, and headers that cannot frame a second request', async () => {
    let seen: { method: string; url: string; headers: NodeJS.Dict<string | string[]>; body: string } | undefined;
    const port = await serve((request, response) => {
      request.setEncoding('utf8').on('data', (body: string) => {
        seen = { method: request.method!, url: request.url!, headers: request.headers, body };
        response.end();
      });
    });
    const request = ask(`http://127.0.0.1:${port}/a%20b?c=%0d%0aX`, {
      method: 'PUT',
      body: '{"ö":1}',
      headers: { 'X-One': '1', 'x-one': '2' },
    });
    expect(await open('127.0.0.1').request(request)).toMatchObject({ ok: true, value: { status: 200 } });
    expect(seen).toMatchObject({ method: 'PUT', url: '/a%20b?c=%0d%0aX', body: '{"ö":1}' });
    expect(seen!.headers).toMatchObject({ 'x-one': '2', 'content-length': '8', host: `127.0.0.1:${port}` });
  });

  test.each([
    [{ Host: 'evil' }],
    [{ 'content-length': '1' }],
    [{ 'Transfer-Encoding': 'chunked' }],
    [{ connection: 'upgrade' }],
    [{ 'x-branch': '日本語' }],
    [{ 'x-branch': 'a\r\nx-evil: 1' }],
    [{ 'x-branch': 'a\0b' }],
    [{ 'bad name': '1' }],
    [{ '': '1' }],
    [{ 'x-large': 'x'.repeat(20_000) }],
  ])('%j is an input error, not an exception', async (headers) => {
    expect(await open('').request(ask('https://example.com/', { headers }))).toMatchObject({
      ok: false,
      code: 'action_input_invalid',
    });
  });
});

describe('what the door takes from a hostile endpoint', () => {
  test('a redirect is an answer', async () => {
    let hits = 0;
    const port = await serve((_request, response) => {
      hits += 1;
      response.writeHead(302, { location: 'http://127.0.0.1/inner' }).end();
    });
    expect(await open('127.0.0.1').request(ask(`http://127.0.0.1:${port}/`))).toMatchObject({ value: { status: 302 } });
    expect(hits).toBe(1);
  });

  test('an endless body is read as far as it is kept, and the connection ended', async () => {
    const gone = Promise.withResolvers<void>();
    const port = await serve((_request, response) => {
      const write = () => {
        while (response.write('x'.repeat(1000)));
      };
      response.on('drain', write).on('close', gone.resolve);
      write();
    });
    const answer = await open('127.0.0.1').request(ask(`http://127.0.0.1:${port}/`));
    expect(answer).toMatchObject({ ok: true, value: { status: 200, truncated: true } });
    expect(answer.ok && answer.value.body.toString()).toBe('x'.repeat(4096));
    await gone.promise;
  });

  test('a compressed body stays as it is', async () => {
    const port = await serve((_request, response) => response.setHeader('content-encoding', 'gzip').end('not really gzip'));
    const answer = await open('127.0.0.1').request(ask(`http://127.0.0.1:${port}/`));
    expect(answer.ok && answer.value.body.toString()).toBe('not really gzip');
  });

  test('a body that dribbles ends at the deadline', async () => {
    const port = await serve((_request, response) => {
      const timer = setInterval(() => response.write('x'), 10);
      response.on('close', () => clearInterval(timer));
    });
    const answer = await open('127.0.0.1').request(ask(`http://127.0.0.1:${port}/`, { timeoutMs: 200 }));
    expect(answer).toMatchObject({ ok: false, code: 'webhook_timeout' });
  });

  test('an endpoint that never answers delays no other', async () => {
    const silent = await serve(() => {});
    const lively = await serve((_request, response) => response.end());
    const door = open('127.0.0.1', { maxPerOrigin: 2 });
    const stop = new AbortController();
    const stuck = Array.from({ length: 20 }, () =>
      door.request(ask(`http://127.0.0.1:${silent}/`, { signal: stop.signal, timeoutMs: 60_000 })),
    );
    expect(await door.request(ask(`http://127.0.0.1:${lively}/`))).toMatchObject({ ok: true });
    stop.abort();
    for (const answer of await Promise.all(stuck)) expect(answer).toMatchObject({ ok: false, code: 'interrupted' });
  });

  test.each([
    ['a huge head', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, 'webhook_failed'],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n', 'webhook_failed'],
    ['nothing', '', 'webhook_unreachable'],
  ])('%s is a failure with a code', async (_name, text, code) => {
    const port = await listen(createTcpServer((socket) => socket.on('error', () => {}).once('data', () => socket.end(text))));
    expect(await open('127.0.0.1').request(ask(`http://127.0.0.1:${port}/`))).toMatchObject({ ok: false, code });
  });

  test('a closed port and an unknown name are unreachable; a signal that was aborted before is interrupted', async () => {
    const server = createTcpServer();
    const port = await listen(server);
    await cleanups.pop()!();
    expect(await open('127.0.0.1').request(ask(`http://127.0.0.1:${port}/`))).toMatchObject({ code: 'webhook_unreachable' });
    const unknown: ResolveName = (hostname, callback) =>
      callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' }), []);
    expect(await open('', { resolveName: unknown }).request(ask('https://nowhere.example/'))).toMatchObject({
      code: 'webhook_unreachable',
    });
    expect(await open('127.0.0.1').request(ask(`http://127.0.0.1:${port}/`, { signal: AbortSignal.abort() }))).toMatchObject({
      code: 'interrupted',
    });
  });
});

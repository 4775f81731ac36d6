import { createHmac, generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { kind } from '../actions/webhook/index.ts';
import { actionTools, createTestDoor } from '../../test/support/action-tools.ts';
import { attemptContext } from '../../test/support/attempt-context.ts';
import { judgeSignature } from './judge-signature.ts';
import { listen, type ListenOptions } from './listen.ts';
import type { HeardRequest } from './listening-server.ts';

const key = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;

/** Listens while something is done, and answers exit code and what was printed. */
async function whileListening(
  options: Partial<ListenOptions>,
  work: (url: string) => Promise<void>,
): Promise<{ code: number; lines: string[] }> {
  const stop = new AbortController();
  const lines: string[] = [];
  const heard = Promise.withResolvers<string>();
  const context = {
    environment: {},
    version: '1.2.3',
    print: (line: string) => void lines.push(line),
    tell: (line: string) => heard.resolve(/http:\S+?(?=;)/.exec(line)?.[0] ?? line),
    attended: false,
    listenForStop: () => stop.signal,
  };
  const listening = listen(context, { port: '0', host: '127.0.0.1', ...options });
  await work(await heard.promise);
  stop.abort();
  return { code: await listening, lines };
}

const results = async (url: string) => ((await (await fetch(`${url}/results`)).json()) as { data: HeardRequest[] }).data;

test('what RepoWatch sends is verified by its key and by no other, over tries with one id, and kept', async () => {
  const door = createTestDoor();
  for (const [secret, verdict] of [
    [key, 'verified'],
    ['another', 'invalid'],
  ] as const) {
    const { code, lines } = await whileListening({ secret: [secret], status: ['503', '200'], quiet: true }, async (url) => {
      const send = () =>
        kind.run(attemptContext(kind.schema.parse({ url: `${url}/in`, secret: key }), { now: () => new Date() }), actionTools({ door }));
      expect([(await send()).result, (await send()).result]).toEqual(['failed', 'succeeded']);
      expect(await results(url)).toMatchObject([
        { number: 2, signature: verdict, status: 200, repeated: true, body: { type: 'branch.updated' } },
        { number: 1, signature: verdict, status: 503, repeated: false },
      ]);
    });
    expect(code).toBe(0);
    expect(lines).toEqual([
      expect.stringMatching(`POST /in  ${verdict}  branch.updated .*answered 503`),
      expect.stringMatching('again  answered 200'),
    ]);
  }
  await door.close();
});

test('it says how it is used, prints headers and bodies without what would move the cursor, and each request as JSON', async () => {
  const { lines } = await whileListening({}, async (url) => {
    expect(await (await fetch(url)).json()).toMatchObject({ usage: { 'GET /results': expect.any(String) }, received: 0 });
    expect((await fetch(`${url}/result`)).status).toBe(404);
    await fetch(`${url}/x`, { method: 'PUT', body: 'plain \u001b[2J text', headers: { 'x-own': 'yes' } });
  });
  expect(lines[0]).toContain('PUT /x  unchecked');
  expect(lines).toContain('  x-own: yes');
  expect(lines.at(-1)).toBe('  plain ?[2J text');
  const { lines: json } = await whileListening(
    { json: true },
    async (url) => void (await fetch(`${url}/y`, { method: 'POST', body: '{"n":1}' })),
  );
  expect(json.map((line) => JSON.parse(line) as HeardRequest)).toMatchObject([{ path: '/y', body: { n: 1 }, signature: 'unchecked' }]);
});

test('a bad port or status, and a port that is taken, are said before anything is heard', async () => {
  const context = { environment: {}, version: '', print: () => {}, attended: false, listenForStop: () => AbortSignal.abort() };
  const said: string[] = [];
  const tell = (line: string) => void said.push(line);
  for (const options of [{ port: 'x' }, { port: '70000' }, { port: '0', status: ['20'] }])
    expect(await listen({ ...context, tell }, { host: '127.0.0.1', ...options })).toBe(1);
  await whileListening({}, async (url) => {
    expect(await listen({ ...context, tell }, { host: '127.0.0.1', port: new URL(url).port })).toBe(1);
  });
  expect(said.map((line) => /--port|--status/.exec(line)?.[0])).toEqual(['--port', '--port', '--status', '--port']);
});

test('every way to sign is judged as a receiver has to', () => {
  const now = new Date('2026-11-21T12:00:00Z');
  const body = Buffer.from('{"a":1}');
  const at = (time: Date) => ({
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(time.getTime() / 1000)),
    'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')} ${new Webhook(key).sign('msg_1', time, body.toString())}`,
  });
  const { publicKey } = generateKeyPairSync('ed25519');
  const whpk = `whpk_${publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')}`;
  const hub = { 'x-hub-signature-256': `sha256=${createHmac('sha256', 'plain').update(body).digest('hex')}` };
  const cases = [
    [at(now), [key], 'verified'],
    [at(now), ['other', key], 'verified'],
    [at(now), [whpk], 'invalid'],
    [at(now), ['whpk_AAAA'], 'invalid'],
    [at(now), [], 'unchecked'],
    [at(new Date(now.getTime() - 400_000)), [key], 'late'],
    [{ ...at(now), 'webhook-id': 'msg_2' }, [key], 'invalid'],
    [{}, [key], 'unsigned'],
    [hub, ['plain'], 'verified'],
    [hub, ['plaim'], 'invalid'],
    [{ 'x-hub-signature-256': 'sha256=zz' }, ['plain'], 'invalid'],
  ] as const;
  for (const [headers, keys, verdict] of cases) expect(judgeSignature({ headers, body }, keys, now)).toBe(verdict);
});

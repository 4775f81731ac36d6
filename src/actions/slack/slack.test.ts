import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { actionTools, createTestDoor } from '../../../test/support/action-tools.ts';
import { attemptContext } from '../../../test/support/attempt-context.ts';
import type { AttemptContext, AttemptOutcome } from '../action.ts';
import type { Door } from '../door.ts';
import { kind, slackInput } from './index.ts';
import { escapeBlocks, escapeText } from './escape.ts';
import { judgeSlackAnswer } from './judge.ts';

let server: Server;
let door: Door;
let origin: string;
let answer: (response: ServerResponse) => void;
const received: { request: IncomingMessage; body: Record<string, unknown> }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    request.on('end', () => {
      received.push({ request, body: JSON.parse(text) as Record<string, unknown> });
      answer(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  door = createTestDoor();
});
afterAll(async () => {
  await door.close();
  server.close();
});
beforeEach(() => {
  received.length = 0;
  answer = (response) => response.end('{"ok":true,"channel":"C1","ts":"1763726400.000100"}');
});

async function send(input: object, changes: Partial<AttemptContext<unknown>> = {}): Promise<AttemptOutcome> {
  return await kind.run(attemptContext(slackInput.parse(input), changes), actionTools({ door }));
}

const bot = () => ({ api_url: `${origin}/api/`, token: 'xoxb-very-secret', channel: 'C1' });
const path = '/services/T000/B000/geheimgeheim';

describe('as a bot', () => {
  test('it posts once, recognisably, with previews off, and answers ts and channel', async () => {
    const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: '<!here> *b* <@U1>' } }, { type: 'divider' }];
    const outcome = await send({ ...bot(), text: 'fix: <!channel> & <https://x.test|x>', blocks, thread_ts: '1763726400.000100' });
    expect(outcome).toMatchObject({ result: 'succeeded', outputs: { ts: '1763726400.000100', channel: 'C1' } });
    const [{ request, body }] = received as [(typeof received)[0]];
    expect(request).toMatchObject({ method: 'POST', url: '/api/chat.postMessage', headers: { authorization: 'Bearer xoxb-very-secret' } });
    expect(body).toEqual({
      channel: 'C1',
      text: 'fix: &lt;!channel> & <https://x.test|x>',
      blocks: [{ type: 'section', text: { type: 'mrkdwn', text: '&lt;!here> *b* &lt;@U1>' } }, { type: 'divider' }],
      thread_ts: '1763726400.000100',
      unfurl_links: false,
      unfurl_media: false,
      client_msg_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    });
    await send({ ...bot(), text: 'again' });
    await send({ ...bot(), text: 'again' }, { idempotencyKey: 'key-2' });
    const ids = received.map((entry) => entry.body['client_msg_id']);
    expect(ids).toEqual([ids[0], ids[0], expect.not.stringContaining(String(ids[0]))]);
    expect(JSON.stringify(outcome)).not.toContain('very-secret');
  });

  test('what Slack says decides whether it is tried again', async () => {
    answer = (response) => response.end('{"ok":false,"error":"channel_not_found"}');
    expect(await send({ ...bot(), text: 'x' })).toMatchObject({
      code: 'slack_refused',
      retryable: false,
      message: expect.stringContaining('invite'),
    });
    answer = (response) => response.writeHead(429, { 'retry-after': '77' }).end('{"ok":false,"error":"ratelimited"}');
    expect(await send({ ...bot(), text: 'x' })).toMatchObject({ code: 'slack_failed', retryable: true, retryAfterSeconds: 77 });
  });

  test('an answer longer than what is read is understood by its beginning', async () => {
    answer = (response) => response.end(`{"ok":true,"channel":"C1","ts":"1.2","message":{"text":"${'x'.repeat(300_000)}"}}`);
    expect(await send({ ...bot(), text: 'x' })).toMatchObject({ result: 'succeeded', outputs: { ts: '1.2', channel: 'C1' } });
  });
});

describe('by an incoming webhook', () => {
  test('its address is never stored, shown or repeated', async () => {
    answer = (response) => response.end(`ok ${path}`);
    const sent = await send({ url: origin + path, text: 'hello' });
    expect(sent).toMatchObject({
      result: 'succeeded',
      outputs: { ts: null, channel: null },
      record: { request: { url: `${origin}/***` }, response: { body: 'ok ***' } },
    });
    expect(received[0]).toMatchObject({ request: { url: path, headers: { 'webhook-id': 'key-1' } }, body: { text: 'hello' } });
    expect(received[0]!.body).not.toHaveProperty('client_msg_id');
    answer = (response) => response.writeHead(404).end('no_service');
    const refused = await send({ url: origin + path, text: 'hello' });
    expect(refused).toMatchObject({ code: 'slack_refused', retryable: false, message: expect.stringContaining('`no_service`') });
    expect(JSON.stringify([sent, refused])).not.toContain('geheim');
  });
});

test.each([
  [
    'safe',
    'a <!channel> <@U1> <#C1> <!subteam^S1> <https://x.test|x> *b* & <b>',
    'a &lt;!channel> &lt;@U1> &lt;#C1> &lt;!subteam^S1> <https://x.test|x> *b* & <b>',
  ],
  ['plain', '<!here> a & b', '&lt;!here&gt; a &amp; b'],
  ['raw', '<!here> <@U1>', '<!here> <@U1>'],
] as const)('%s escapes %s', (markup, text, escaped) => {
  expect(escapeText(text, markup)).toBe(escaped);
});

test('blocks are escaped where they are markup, and nowhere else', () => {
  const blocks = [
    {
      type: 'context',
      elements: [
        { type: 'mrkdwn', text: '<!here>' },
        { type: 'plain_text', text: '<!here>' },
      ],
    },
    { type: 'rich_text', elements: [{ type: 'broadcast', range: 'here' }] },
  ];
  const escaped = structuredClone(blocks);
  (escaped[0]!.elements[0] as { text: string }).text = '&lt;!here>';
  expect(escapeBlocks(blocks, 'safe')).toEqual(escaped);
  expect(escapeBlocks(blocks, 'raw')).toEqual(blocks);
});

const now = new Date('2026-11-21T12:00:00Z');
test.each([
  [200, '{"ok":true,"ts":"1.2","channel":"C1"}', true, 'sent'],
  [200, 'ok', false, 'sent'],
  [200, '{"ok":false,"error":"invalid_auth"}', true, 'slack_refused'],
  [200, '{"ok":false,"error":"no_text"}', true, 'slack_refused'],
  [200, '{"ok":false,"error":"invalid_blocks"}', true, 'slack_refused'],
  [200, '{"ok":false,"error":"constructor"}', true, 'slack_refused'],
  [200, '{"ok":false,"error":"internal_error"}', true, 'slack_failed'],
  [200, '{"ok":false,"error":"ratelimited"}', true, 'slack_failed'],
  [200, '{"ok":false}', true, 'slack_failed'],
  [200, '<html>', true, 'slack_failed'],
  [302, '', true, 'slack_refused'],
  [400, 'invalid_payload', false, 'slack_refused'],
  [403, 'action_prohibited', false, 'slack_refused'],
  [410, 'channel_is_archived', false, 'slack_refused'],
  [429, '', false, 'slack_failed'],
  [500, 'rollup_error', false, 'slack_failed'],
  [503, '', true, 'slack_failed'],
] as [number, string, boolean, string][])('%d %s is judged (bot: %s): %s', (...[status, body, isBot, word]) => {
  const verdict = judgeSlackAnswer({ status, headers: {}, body, truncated: false }, { isBot, now });
  expect(verdict.result === 'failed' ? verdict.code : verdict.result).toBe(word);
});

test.each([
  [{ text: 'x' }, 'url'],
  [{ url: 'https://x.test', token: 'xoxb-1', channel: 'C1', text: 'x' }, 'token'],
  [{ token: 'xoxb-1', text: 'x' }, 'channel'],
  [{ url: 'https://x.test', channel: 'C1', text: 'x' }, 'channel'],
  [{ url: 'https://x.test' }, 'text'],
  [{ url: 'https://x.test', blocks: [] }, 'blocks'],
  [{ url: 'https://x.test', blocks: Array.from({ length: 51 }, () => ({ type: 'divider' })) }, 'blocks'],
  [{ url: 'https://x.test', blocks: [{ text: 'no type' }] }, 'blocks.0.type'],
  [{ url: 'https://x.test', text: 'x', thread_ts: 'yesterday' }, 'thread_ts'],
])('%j is refused at %s', (input, place) => {
  const parsed = slackInput.safeParse(input);
  expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toContain(place);
});

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { catalogue } from '../../core/error-catalogue.ts';
import { toStorableText } from '../../core/storable.ts';
import type { ActionKind, ActionTools, AttemptContext, AttemptOutcome, AttemptRecord } from '../action.ts';
import type { DoorResponse } from '../door.ts';
import { cutText } from '../plain-json.ts';
import { escapeBlocks, escapeText, markups } from './escape.ts';
import { judgeSlackAnswer } from './judge.ts';

/** How long a text can be that Slack takes, in characters; the rest is cut. */
const maxText = 40_000;

const block = z.looseObject({ type: z.string().min(1).max(100) });

/** `with:` of a slack step. */
export const slackInput = z
  .strictObject({
    url: z
      .string()
      .min(1)
      .max(8192)
      .optional()
      .describe('The address of an incoming webhook. It is a credential: take it from a secret. Either this, or token and channel.'),
    token: z.string().min(1).max(1000).optional().describe('A bot token with the scope chat:write (xoxb-…), from a secret.'),
    channel: z.string().min(1).max(200).optional().describe('With token: the id of a channel or person, such as C0123456789, or #name.'),
    api_url: z
      .string()
      .min(1)
      .max(8192)
      .default('https://slack.com/api')
      .describe('With token: where the Web API is, for GovSlack or a proxy.'),
    text: z
      .string()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe('The message, at most 40,000 characters. With blocks: what notifications show.'),
    blocks: z.array(block).min(1).max(50).optional().describe('Blocks of Slack’s Block Kit, as they are.'),
    mrkdwn: z
      .enum(markups)
      .default('safe')
      .describe('How text is read: safe, where nobody is called by <!channel>, <@…> or <#…> in it; plain, where nothing is markup; raw.'),
    thread_ts: z
      .string()
      .regex(/^\d{1,20}\.\d{1,20}$/, 'must be the ts of a message, such as 1763726400.000100')
      .optional()
      .describe('The ts of the message to answer in a thread, for example the output of an earlier step.'),
    unfurl: z.boolean().default(false).describe('Whether Slack shows previews of links.'),
  })
  .superRefine(({ url, token, channel, text, blocks }, context) => {
    const complain = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (url === undefined && token === undefined) complain('url', 'is missing: give the url of an incoming webhook, or token and channel');
    if (url !== undefined && token !== undefined) complain('token', 'cannot stand beside url: choose one of them');
    if (token !== undefined && channel === undefined) complain('channel', 'is missing: with token it says where the message goes');
    if (url !== undefined && channel !== undefined)
      complain('channel', 'cannot stand beside url: an incoming webhook has its channel already');
    if (text === undefined && blocks === undefined) complain('text', 'is missing: give text, blocks or both');
  });

type SlackInput = z.output<typeof slackInput>;
type Context = AttemptContext<SlackInput>;
type Mask = Context['mask'];

/** How much of what was sent and answered is stored, in bytes (handbook L10), and how much of an answer is read. */
const keptBytes = 4096;
const readBytes = 256 * 1024;

/** Writes a message to Slack, by an incoming webhook or as a bot. */
export const kind: ActionKind<typeof slackInput> = {
  name: 'slack',
  title: 'Write a message to Slack',
  schema: slackInput,
  secretFields: ['url', 'token'],
  permissions: {},
  defaultTimeoutMs: 15_000,
  run: sendMessage,
};

async function sendMessage(context: Context, { door, version }: ActionTools): Promise<AttemptOutcome> {
  const { input, idempotencyKey } = context;
  const isBot = input.token !== undefined;
  const address = isBot ? `${input.api_url.replace(/\/+$/, '')}/chat.postMessage` : input.url!;
  const body = JSON.stringify(buildMessage(input, isBot ? idempotencyKey : undefined));
  const headers: Record<string, string> = {
    'user-agent': `RepoWatch/${version}`,
    'content-type': 'application/json; charset=utf-8',
    'accept-encoding': 'identity',
    'webhook-id': idempotencyKey,
    ...(isBot && { authorization: `Bearer ${input.token}` }),
  };
  const mask = createMask(context);
  const shown = { ...headers, ...(isBot && { authorization: '***' }) };
  const record: AttemptRecord = {
    request: {
      method: 'POST',
      url: showAddress(address, isBot, mask),
      headers: shown,
      body: cutText(mask(toStorableText(body)), keptBytes),
    },
  };
  const answer = await door.request({
    url: address,
    method: 'POST',
    headers,
    body,
    timeoutMs: context.timeoutMs,
    signal: context.signal,
    maxBodyBytes: readBytes,
    checkDestination: (target) => context.checkDestination(target),
  });
  if (!answer.ok)
    return { result: 'failed', code: answer.code, message: answer.message, retryable: catalogue[answer.code].retryable, record };
  record.response = recordResponse(answer.value, mask);
  const { status, headers: answered, truncated } = answer.value;
  const text = answer.value.body.toString('utf8');
  const verdict = judgeSlackAnswer({ status, headers: answered, body: text, truncated }, { isBot, now: context.now() });
  if (verdict.result === 'sent') return { result: 'succeeded', outputs: { ts: verdict.ts, channel: verdict.channel }, record };
  return { ...verdict, retryable: catalogue[verdict.code].retryable, record };
}

/** The message as Slack takes it. Slack drops a second one of the same `client_msg_id`; incoming webhooks know nothing of that kind. */
function buildMessage(input: SlackInput, key: string | undefined): Record<string, unknown> {
  const { channel, text, blocks, mrkdwn, thread_ts, unfurl } = input;
  return {
    ...(channel !== undefined && { channel }),
    ...(text !== undefined && { text: escapeText(text.slice(0, maxText).toWellFormed(), mrkdwn) }),
    ...(blocks !== undefined && { blocks: escapeBlocks(blocks, mrkdwn) }),
    ...(mrkdwn === 'plain' && { mrkdwn: false }),
    ...(thread_ts !== undefined && { thread_ts }),
    unfurl_links: unfurl,
    unfurl_media: unfurl,
    ...(key !== undefined && { client_msg_id: toUuid(key) }),
  };
}

/** A UUID of version 8 (RFC 9562) that always is the same for the same key. */
function toUuid(key: string): string {
  const bytes = createHash('sha256').update(`slack:${key}`).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** The address of an incoming webhook is a credential, whether or not it came from a secret: only its host is shown. */
function showAddress(address: string, isBot: boolean, mask: (text: string) => string): string {
  return isBot ? mask(address) : `${URL.parse(address)?.origin ?? ''}/***`;
}

/** Hides the token and the path of the webhook beside the values of secrets, in case Slack repeats them. */
function createMask(context: Context): Mask {
  const { input } = context;
  const path = URL.parse(input.url ?? '')?.pathname ?? '';
  const own = [input.token ?? '', input.url ?? '', path].filter((value) => value.length >= 8);
  return (text, of) =>
    context.mask(
      own.reduce((masked, value) => masked.replaceAll(value, '***'), text),
      of,
    );
}

function recordResponse(answer: DoorResponse, mask: Mask): NonNullable<AttemptRecord['response']> {
  const names = ['content-type', 'date', 'retry-after', 'x-slack-req-id', 'x-slack-failure'];
  const headers = Object.fromEntries(
    names.flatMap((name) => {
      const value = answer.headers[name];
      return value === undefined ? [] : [[name, mask(toStorableText(value)).slice(0, 500)]];
    }),
  );
  const whole = mask(toStorableText(answer.body.toString('utf8')), { cut: answer.truncated });
  const body = cutText(whole, keptBytes);
  return { status: answer.status, headers, body, truncated: answer.truncated || body.length < whole.length };
}

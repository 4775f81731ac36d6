import { z } from 'zod';
import type { ErrorCode } from '../../core/error-catalogue.ts';
import { catalogue } from '../../core/error-catalogue.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { toStorableText } from '../../core/storable.ts';
import type { ActionKind, ActionTools, AttemptContext, AttemptOutcome, AttemptRecord } from '../action.ts';
import type { DoorResponse } from '../door.ts';
import { isCredentialHeader } from '../outbound-headers.ts';
import { cutText, parsePlainJson } from '../plain-json.ts';
import { buildEnvelope } from './envelope.ts';
import { judgeAnswer, parseStatusRange } from './judge.ts';
import { readSigningKey, signMessage } from './signature.ts';

const statusRule = z
  .union([z.int(), z.string()])
  .refine((rule) => parseStatusRange(rule) !== undefined, 'Write a status such as 202, a family such as 2xx, or a range such as 200-204.');

/** `with:` of a webhook step. */
export const webhookInput = z.strictObject({
  url: z.string().min(1).max(8192).describe('Where to send: https, or http to a destination that the operator lists in OUTBOUND_ALLOW.'),
  method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE', 'GET']).default('POST'),
  headers: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String))
    .default({})
    .describe('Further headers; they may replace content-type and user-agent, not the ones that frame or sign the request.'),
  body: z
    .unknown()
    .optional()
    .describe('Text is sent as it stands, everything else as JSON. Without it: an envelope with type, timestamp and data.'),
  secret: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1).max(2)])
    .optional()
    .describe('Signing key (Standard Webhooks): whsec_ and base64, or plain text. Two of them while a key is being replaced.'),
  success: z
    .union([statusRule, z.array(statusRule).min(1)])
    .default('2xx')
    .describe('Which statuses count as success.'),
});

type WebhookInput = z.output<typeof webhookInput>;
type Context = AttemptContext<WebhookInput>;

/** How much of a body is stored and handed on, in bytes (handbook L10). */
const keptBytes = 4096;
/** How much is read: a secret that straddles the cut is masked whole before the cut is made. */
const readBytes = 2 * keptBytes;
const maxBodyBytes = 1024 * 1024;

/** What of an answer's headers is kept. */
const keptHeaders = [
  'content-type',
  'content-length',
  'date',
  'server',
  'retry-after',
  'location',
  'x-request-id',
  'cf-ray',
  'x-amzn-requestid',
];

/** Posts to a receiver, signed after Standard Webhooks 1.0.0. */
export const kind: ActionKind<typeof webhookInput> = {
  name: 'webhook',
  title: 'Send a webhook',
  schema: webhookInput,
  secretFields: ['secret'],
  permissions: {},
  defaultTimeoutMs: 15_000,
  run: sendWebhook,
};

async function sendWebhook(context: Context, { door, version }: ActionTools): Promise<AttemptOutcome> {
  const prepared = prepareRequest(context, version);
  if (!prepared.ok) return failure(prepared.code, prepared.message, {});
  const { method, url } = context.input;
  const { headers, body } = prepared.value;
  const record: AttemptRecord = { request: recordRequest(context, headers, body) };
  const answer = await door.request({
    url,
    method,
    headers,
    ...(body !== '' && { body }),
    timeoutMs: context.timeoutMs,
    signal: context.signal,
    maxBodyBytes: readBytes,
    checkDestination: (target) => context.checkDestination(target),
  });
  if (!answer.ok) return failure(answer.code, answer.message, record);
  const response = recordResponse(context, answer.value);
  record.response = response;
  const { success } = context.input;
  const ranges = [success].flat().flatMap((rule) => parseStatusRange(rule) ?? []);
  const where = new URL(url).origin;
  const verdict = judgeAnswer({ where, status: answer.value.status, headers: answer.value.headers }, ranges, context.now());
  if (verdict.result === 'failed') return { ...verdict, record };
  const outputs = { status: response.status, body: readOutput(response), headers: response.headers };
  return { result: 'succeeded', outputs, record };
}

function failure(code: ErrorCode, message: string, record: AttemptRecord): AttemptOutcome {
  return { result: 'failed', code, message, retryable: catalogue[code].retryable, record };
}

/** The exact text that is sent and the headers that go with it. */
function prepareRequest(
  context: Context,
  version: string,
): Outcome<{ headers: Record<string, string>; body: string }, 'action_input_invalid'> {
  const { input } = context;
  const body = renderBody(context);
  if (!body.ok) return body;
  const keys: Buffer[] = [];
  for (const secret of [input.secret ?? []].flat()) {
    const key = readSigningKey(secret);
    if (!key.ok) return key;
    keys.push(key.value);
  }
  const signed = signMessage({ id: context.idempotencyKey, timestamp: context.now(), body: body.value }, keys);
  const given = Object.fromEntries(Object.entries(input.headers).map(([name, value]) => [name.toLowerCase(), value]));
  const override = Object.keys(given).find((name) => /^webhook-(?:id|timestamp|signature)$/.test(name));
  if (override !== undefined)
    return failed('action_input_invalid', `The header ${override} is set by RepoWatch and cannot be given; remove it.`);
  const defaults: Record<string, string> = { 'user-agent': `RepoWatch/${version}`, 'accept-encoding': 'identity' };
  if (body.value !== '') defaults['content-type'] = typeof input.body === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
  return ok({ headers: { ...defaults, ...given, ...signed }, body: body.value });
}

function renderBody({ input, facts }: Context): Outcome<string, 'action_input_invalid'> {
  const { body, method } = input;
  if (body === undefined && method === 'GET') return ok('');
  let text: string | undefined;
  try {
    text = typeof body === 'string' ? body.toWellFormed() : JSON.stringify(body === undefined ? buildEnvelope(facts) : body);
  } catch {
    text = undefined;
  }
  if (text === undefined) return failed('action_input_invalid', 'The body cannot be written as JSON; give text or plain data.');
  return Buffer.byteLength(text) <= maxBodyBytes ? ok(text) : failed('action_input_invalid', 'The body is larger than 1 MiB; send less.');
}

function recordRequest(context: Context, headers: Record<string, string>, body: string): NonNullable<AttemptRecord['request']> {
  const shown = Object.entries(headers).map(([name, value]) => [name, isCredentialHeader(name) ? '***' : context.mask(value)]);
  return {
    method: context.input.method,
    url: context.mask(context.input.url),
    headers: Object.fromEntries(shown),
    body: cutText(context.mask(toStorableText(body)), keptBytes),
  };
}

function recordResponse(context: Context, answer: DoorResponse): NonNullable<AttemptRecord['response']> {
  const headers: Record<string, string> = {};
  for (const name of keptHeaders) {
    const value = answer.headers[name];
    if (value !== undefined) headers[name] = context.mask(toStorableText(value)).slice(0, 500);
  }
  const whole = context.mask(toStorableText(answer.body.toString('utf8')));
  const body = cutText(whole, keptBytes);
  return { status: answer.status, headers, body, truncated: answer.truncated || body.length < whole.length };
}

/** JSON as data when the whole of it is there, otherwise the text. */
function readOutput(response: { headers: Record<string, string>; body: string; truncated: boolean }): unknown {
  const isJson = /^application\/(?:[\w.+-]+\+)?json\b/i.test(response.headers['content-type'] ?? '');
  const parsed = isJson && !response.truncated ? parsePlainJson(response.body) : undefined;
  return parsed === undefined ? response.body : parsed;
}

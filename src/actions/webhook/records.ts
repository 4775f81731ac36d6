import { toStorableText } from '../../core/storable.ts';
import type { AttemptContext, AttemptRecord } from '../action.ts';
import type { DoorResponse } from '../door.ts';
import { isCredentialHeader } from '../outbound-headers.ts';
import { cutText, parsePlainJson } from '../plain-json.ts';
import type { WebhookInput } from './webhook-input.ts';

type Context = AttemptContext<WebhookInput>;

/** How much of a body is stored and handed on, in bytes (handbook L10). */
const keptBytes = 4096;
/** How much of an answer is read: a secret that straddles the cut is masked whole before the cut is made. */
export const readBytes = 2 * keptBytes;
/** So much of a large body is looked at for what is kept of it, in characters. */
const maskedLength = 64 * 1024;

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

/** What was sent, as it is stored: without credentials, masked before it is cut. */
export function recordRequest(context: Context, headers: Record<string, string>, body: string): NonNullable<AttemptRecord['request']> {
  const shown = Object.entries(headers).map(([name, value]) => [name, isCredentialHeader(name) ? '***' : context.mask(value)]);
  return {
    method: context.input.method,
    url: context.mask(context.input.url),
    headers: Object.fromEntries(shown),
    body: cutText(context.mask(toStorableText(body.slice(0, maskedLength)), { cut: body.length > maskedLength }), keptBytes),
  };
}

/** What came back, as it is stored: a few headers and the first 4 KB. */
export function recordResponse(context: Context, answer: DoorResponse): NonNullable<AttemptRecord['response']> {
  const headers: Record<string, string> = {};
  for (const name of keptHeaders) {
    const value = answer.headers[name];
    if (value !== undefined) headers[name] = context.mask(toStorableText(value)).slice(0, 500);
  }
  const whole = context.mask(toStorableText(answer.body.toString('utf8')), { cut: answer.truncated });
  const body = cutText(whole, keptBytes);
  return { status: answer.status, headers, body, truncated: answer.truncated || body.length < whole.length };
}

/** JSON as data when the whole of it is there, otherwise the text. */
export function readOutput(response: { headers: Record<string, string>; body: string; truncated: boolean }): unknown {
  const isJson = /^application\/(?:[\w.+-]+\+)?json\b/i.test(response.headers['content-type'] ?? '');
  const parsed = isJson && !response.truncated ? parsePlainJson(response.body) : undefined;
  return parsed === undefined ? response.body : parsed;
}

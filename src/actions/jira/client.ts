import type { z } from 'zod';
import { catalogue } from '../../core/error-catalogue.ts';
import { toStorableText } from '../../core/storable.ts';
import type { AttemptContext, AttemptRecord } from '../action.ts';
import type { Door } from '../door.ts';
import { cutText, parsePlainJson } from '../plain-json.ts';
import type { TicketAnswer, TicketFailure } from '../tickets/provider.ts';
import type { JiraConnection } from './connection.ts';
import { judgeJiraAnswer } from './judge-answer.ts';

/** One request to Jira. */
interface JiraRequest<T> {
  method: 'GET' | 'POST';
  /** Below `/rest/api/N`, encoded. */
  path: string;
  body?: unknown;
  /** What it is about, for messages. */
  what: string;
  /** What the answer must be; undefined when it has no body that matters. */
  answer?: z.ZodType<T>;
}

/** What came back of a request: a value, or why not, with the status when there was one. */
type JiraReply<T> = { ok: true; value: T } | (TicketFailure & { status?: number });

/** Calls one Jira in the name of one connection. */
export interface JiraClient {
  connection: JiraConnection;
  request<T = null>(request: JiraRequest<T>): Promise<JiraReply<T>>;
  /** The last exchange, masked and cut, as an attempt keeps it. */
  exchange(): AttemptRecord;
}

/** The longest one request may take. Milliseconds. */
const maxRequestMs = 15_000;
/** The longest answer that is read: a workflow with hundreds of open steps. Bytes. */
const readBytes = 512 * 1024;
const keptBytes = 4096;
const keptHeaders = [
  'content-type',
  'date',
  'retry-after',
  'ratelimit-reason',
  'x-ratelimit-reset',
  'x-ratelimit-remaining',
  'x-arequestid',
  'atl-traceid',
];

/** Opens a client for one attempt: everything goes through the door, and stops when the attempt's time is over. */
export function createJiraClient(
  context: AttemptContext<unknown>,
  connection: JiraConnection,
  tools: { door: Door; version: string },
): JiraClient {
  const ends = performance.now() + context.timeoutMs;
  const api = `${connection.url}/rest/api/${connection.flavor === 'cloud' ? 3 : 2}`;
  let record: AttemptRecord = {};
  return {
    connection,
    exchange: () => record,
    async request({ method, path, body, what, answer }) {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const url = `${api}${path}`;
      const headers = headersOf(context, {
        method,
        authorization: connection.authorization,
        version: tools.version,
        hasBody: text !== undefined,
      });
      record = {
        request: {
          method,
          url: context.mask(url),
          headers: { ...headers, authorization: '***' },
          body: cutText(context.mask(toStorableText(text ?? '')), keptBytes),
        },
      };
      const reply = await tools.door.request({
        url,
        method,
        headers,
        ...(text !== undefined && { body: text }),
        timeoutMs: Math.max(1, Math.min(maxRequestMs, ends - performance.now())),
        signal: context.signal,
        maxBodyBytes: readBytes,
        checkDestination: (target) => context.checkDestination(target),
      });
      if (!reply.ok)
        return { ok: false, code: reply.code, message: reply.message, retryable: catalogue[reply.code].retryable, stopsAll: true };
      const { status, headers: answered, truncated } = reply.value;
      const whole = reply.value.body.toString('utf8');
      record.response = { status, ...keep(context, { headers: answered, whole, truncated }) };
      const json = truncated ? undefined : parsePlainJson(whole);
      if (status < 200 || status > 299)
        return { ...judgeJiraAnswer({ status, headers: answered, body: json, what }, context.now()), status };
      return readValue(answer, json, { what, url: connection.url }) as JiraReply<never>;
    },
  };
}

function headersOf(
  context: AttemptContext<unknown>,
  { method, authorization, version, hasBody }: { method: string; authorization: string; version: string; hasBody: boolean },
): Record<string, string> {
  return {
    accept: 'application/json',
    'accept-encoding': 'identity',
    authorization,
    'user-agent': `RepoWatch/${version}`,
    ...(hasBody && { 'content-type': 'application/json' }),
    ...(method !== 'GET' && { 'x-repowatch-id': context.idempotencyKey }),
  };
}

function keep(
  context: AttemptContext<unknown>,
  { headers, whole, truncated }: { headers: Record<string, string>; whole: string; truncated: boolean },
): { headers: Record<string, string>; body: string; truncated: boolean } {
  const shown = keptHeaders.flatMap((name): [string, string][] => {
    const value = headers[name];
    return value === undefined ? [] : [[name, context.mask(toStorableText(value)).slice(0, 500)]];
  });
  const masked = context.mask(toStorableText(whole));
  const body = cutText(masked, keptBytes);
  return { headers: Object.fromEntries(shown), body, truncated: truncated || body.length < masked.length };
}

function readValue<T>(
  answer: z.ZodType<T> | undefined,
  json: unknown,
  { what, url }: { what: string; url: string },
): TicketAnswer<T | null> {
  if (answer === undefined) return { ok: true, value: null };
  const parsed = answer.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  const message = `What ${url} answered about ${what} is not what Jira answers. Check the address of the connection.`;
  return { ok: false, code: 'ticket_answer_invalid', message, retryable: false, stopsAll: true };
}

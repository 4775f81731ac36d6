import type { ErrorCode } from '../../core/error-catalogue.ts';
import { catalogue } from '../../core/error-catalogue.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import type { ActionKind, ActionTools, AttemptContext, AttemptOutcome, AttemptRecord } from '../action.ts';
import { standardSign, type DestinationSign } from '../destination-sign.ts';
import { judgeAnswer, parseStatusRange, type StatusRange } from './judge.ts';
import { renderMessages, type Message } from './messages.ts';
import { readBytes, readOutput, recordRequest, recordResponse } from './records.ts';
import { readSigningSecret, type SigningKey } from './signing-key.ts';
import { signForGitHub, signMessage } from './signature.ts';
import { webhookInput, type WebhookInput } from './webhook-input.ts';

type Context = AttemptContext<WebhookInput>;

/** Posts to a receiver, signed after Standard Webhooks 1.0.0. */
export const kind: ActionKind<typeof webhookInput> = {
  name: 'webhook',
  title: 'Send a webhook',
  schema: webhookInput,
  secretFields: ['secret', 'client_key'],
  permissions: {},
  defaultTimeoutMs: 15_000,
  run: sendWebhook,
};

/** What all messages of a step share. */
interface Sending {
  context: Context;
  tools: ActionTools;
  keys: SigningKey[];
  success: StatusRange[];
  /** When the time of the try is over, by performance.now(). */
  deadline: number;
}

async function sendWebhook(context: Context, tools: ActionTools): Promise<AttemptOutcome> {
  const { input } = context;
  const messages = renderMessages(context);
  if (!messages.ok) return failure(messages.code, messages.message, {});
  const keys = readKeys(input);
  if (!keys.ok) return failure(keys.code, keys.message, {});
  const success = [input.success].flat().flatMap((rule) => parseStatusRange(rule) ?? []);
  const sending: Sending = { context, tools, keys: keys.value, success, deadline: performance.now() + context.timeoutMs };
  const publicKeys = keys.value.flatMap((key) => (key.kind === 'ed25519' ? [key.publicKey] : []));
  const shared = publicKeys.length > 0 ? { public_keys: publicKeys } : {};
  if (input.format !== 'webgme') {
    const outcome = await sendMessage(sending, messages.value[0]!);
    return outcome.result === 'failed' ? outcome : { ...outcome, outputs: { ...outcome.outputs, ...shared } };
  }
  return await sendAll(sending, messages.value, shared);
}

/** Sends several messages in order. Those that were taken in an earlier try are not sent again. */
async function sendAll(sending: Sending, messages: Message[], shared: Record<string, unknown>): Promise<AttemptOutcome> {
  const before = Number(sending.context.progress?.['sent'] ?? 0);
  let last: AttemptOutcome = { result: 'succeeded', outputs: {}, record: {} };
  for (const [index, message] of messages.entries()) {
    if (index < before) continue;
    last = await sendMessage(sending, message);
    if (last.result === 'failed') return { ...last, progress: { sent: index, of: messages.length } };
  }
  return { ...last, outputs: { ...last.outputs, ...shared, sent: messages.length, of: messages.length } };
}

async function sendMessage(sending: Sending, message: Message): Promise<AttemptOutcome> {
  const { context, tools, deadline, success } = sending;
  const { method, url, ca, client_cert: cert, client_key: key } = context.input;
  const headers = prepareHeaders(sending, message);
  if (!headers.ok) return failure(headers.code, headers.message, {});
  const record: AttemptRecord = { request: recordRequest(context, headers.value, message.body) };
  const hasIdentity = ca !== undefined || cert !== undefined || key !== undefined;
  const answer = await tools.door.request({
    url,
    method,
    headers: headers.value,
    ...(message.body !== '' && { body: message.body }),
    timeoutMs: Math.max(1, deadline - performance.now()),
    signal: context.signal,
    maxBodyBytes: readBytes,
    checkDestination: (target) => context.checkDestination(target),
    sign: (status) => signOf(status, success),
    ...(hasIdentity && {
      tls: { ...(ca !== undefined && { ca }), ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) },
    }),
  });
  if (!answer.ok) return failure(answer.code, answer.message, record);
  const response = recordResponse(context, answer.value);
  record.response = response;
  const where = new URL(url).origin;
  const verdict = judgeAnswer({ where, status: answer.value.status, headers: answer.value.headers }, success, context.now());
  if (verdict.result === 'failed') return { ...verdict, record };
  return { result: 'succeeded', outputs: { status: response.status, body: readOutput(response), headers: response.headers }, record };
}

/** What the receiver takes for success is a good sign; 410 switches the address off (handbook L5). */
function signOf(status: number, success: StatusRange[]): DestinationSign {
  if (success.some(({ from, to }) => status >= from && status <= to)) return 'fine';
  return status === 410 ? 'gone' : standardSign(status);
}

function failure(code: ErrorCode, message: string, record: AttemptRecord): AttemptOutcome {
  return { result: 'failed', code, message, retryable: catalogue[code].retryable, record };
}

function readKeys(input: WebhookInput): Outcome<SigningKey[], 'action_input_invalid'> {
  const keys: SigningKey[] = [];
  for (const secret of [input.secret ?? []].flat()) {
    const key = readSigningSecret(secret);
    if (!key.ok) return key;
    keys.push(key.value);
  }
  return ok(keys);
}

/** Names that say what was sent or prove who did; a step that could set them could lie with them. */
const ownHeaders = /^(?:webhook-(?:id|timestamp|signature)|x-hub-signature-256)$/;

/** The headers that go with a message: our own, those of its format, those of the step, and the signatures over exactly this body. */
function prepareHeaders({ context, tools, keys }: Sending, message: Message): Outcome<Record<string, string>, 'action_input_invalid'> {
  const { input } = context;
  const given = Object.fromEntries(Object.entries(input.headers).map(([name, value]) => [name.toLowerCase(), value]));
  const override = Object.keys(given).find((name) => ownHeaders.test(name));
  if (override !== undefined)
    return failed('action_input_invalid', `The header ${override} is set by RepoWatch and cannot be given; remove it.`);
  const signed = signMessage({ id: message.id, timestamp: context.now(), body: message.body }, keys);
  // Nobody but us has the private key of ed25519: a receiver written for GitHub cannot check with it.
  const secret = [input.secret ?? []].flat().find((text) => !text.startsWith('whsk_'));
  if (input.format === 'github' && secret !== undefined) signed['x-hub-signature-256'] = signForGitHub(message.body, secret);
  return ok({ 'user-agent': `RepoWatch/${tools.version}`, 'accept-encoding': 'identity', ...message.headers, ...given, ...signed });
}

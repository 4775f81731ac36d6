import { ok, failed, type Outcome } from '../../core/outcome.ts';
import type { AttemptContext } from '../action.ts';
import { buildEnvelope } from './envelope.ts';
import { buildGitHubBody } from './github-body.ts';
import { buildRadarBody } from './radar-body.ts';
import type { WebhookInput } from './webhook-input.ts';

/** One request of a step. */
export interface Message {
  /** The `webhook-id`: the step's key; with several messages each has its own, made from it. */
  id: string;
  body: string;
  /** Headers that belong to the body. */
  headers: Record<string, string>;
}

type Context = Pick<AttemptContext<WebhookInput>, 'input' | 'facts' | 'idempotencyKey'>;
type Rendered = Outcome<Message[], 'action_input_invalid' | 'webhook_format_unavailable'>;

/** The largest body, in bytes; GitHub's own payloads have up to 25 MiB. */
const maxBodyBytes = 1024 * 1024;
const maxGitHubBytes = 25 * 1024 * 1024;

const json = { 'content-type': 'application/json' };

/** What a step sends: one message as a rule; with `format: webgme` one for each event that the change is there, in order, perhaps none. */
export function renderMessages({ input, facts, idempotencyKey: id }: Context): Rendered {
  const { body, method, format } = input;
  if (format === 'webgme') return renderOlderEvents({ input, facts, idempotencyKey: id });
  if (format === 'radar') return one({ id, value: buildRadarBody(facts, input.params), headers: json });
  if (format === 'github') {
    const built = buildGitHubBody(facts, id);
    return built.ok ? one({ id, value: built.value.body, headers: { ...json, ...built.value.headers }, max: maxGitHubBytes }) : built;
  }
  if (body === undefined && method === 'GET') return ok([{ id, body: '', headers: {} }]);
  if (typeof body === 'string') return one({ id, value: body, headers: { 'content-type': 'text/plain; charset=utf-8' } });
  return one({ id, value: body === undefined ? buildEnvelope(facts) : body, headers: json });
}

function renderOlderEvents({ input, facts, idempotencyKey }: Context): Rendered {
  const wanted = (facts.compatibility ?? []).filter(({ event }) => input.events === undefined || input.events.includes(event));
  const messages: Message[] = [];
  for (const [index, body] of wanted.entries()) {
    const hookId = input.hook_id ?? facts.run.watch;
    const { event, projectId, owner, projectName, data } = body;
    const rendered = one({
      id: `${idempotencyKey}_${index + 1}`,
      value: { event, projectId, owner, projectName, hookId, data },
      headers: json,
    });
    if (!rendered.ok) return rendered;
    messages.push(...rendered.value);
  }
  return ok(messages);
}

function one({
  id,
  value,
  headers,
  max = maxBodyBytes,
}: {
  id: string;
  value: unknown;
  headers: Record<string, string>;
  max?: number;
}): Rendered {
  let body: string | undefined;
  try {
    body = typeof value === 'string' ? value.toWellFormed() : JSON.stringify(value);
  } catch {
    body = undefined;
  }
  if (body === undefined) return failed('action_input_invalid', 'The body cannot be written as JSON; give text or plain data.');
  if (Buffer.byteLength(body) > max) return failed('action_input_invalid', `The body is larger than ${max / 1024 / 1024} MiB; send less.`);
  return ok([{ id, body, headers: body === '' ? {} : headers }]);
}

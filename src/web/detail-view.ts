import type { AttemptDetail } from '../http/schemas/run.ts';
import type { DeliveryDetail } from '../http/schemas/delivery.ts';
import { html, type Html } from './html.ts';

/** More text than this is cut on the page; the REST side has all of it. Characters. */
const shownText = 20_000;

function block(title: string, text: string): Html {
  const cut = text.length > shownText;
  return html`<section class="block">
    <h4>${title}</h4>
    <pre>${text.slice(0, shownText)}</pre>
    ${cut && html`<p class="muted">Cut after ${shownText} of ${text.length} characters; the REST side has all of it.</p>`}
  </section>`;
}

interface Message {
  method?: unknown;
  url?: unknown;
  status?: unknown;
  headers?: unknown;
  body?: unknown;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value, null, 2));

function messageText(message: Message): string {
  const { method, url, status, headers, body } = message;
  const first = status === undefined ? `${textOf(method)} ${textOf(url)}` : `HTTP ${textOf(status)}`;
  const lines = Object.entries((headers ?? {}) as Record<string, unknown>).map(([name, value]) => `${name}: ${textOf(value)}`);
  return [first, ...lines, '', textOf(body)].join('\n').trim();
}

const isMessage = (value: unknown): value is Message => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a try sent, what came back, and what a script logged. */
export function attemptView(attempt: AttemptDetail): Html {
  const log = Array.isArray(attempt.log) ? attempt.log.map(textOf).join('\n') : '';
  const blocks = [
    isMessage(attempt.request) && block('Request', messageText(attempt.request)),
    isMessage(attempt.response) && block('Response', messageText(attempt.response)),
    log !== '' && block('Log', log),
  ];
  return blocks.some(Boolean) ? html`${blocks}` : html`<p class="muted">Nothing was sent or logged in this try.</p>`;
}

/** A delivery exactly as received. */
export function payloadDetail(delivery: DeliveryDetail): Html {
  const headers = Object.entries(delivery.headers).map(([name, value]) => `${name}: ${textOf(value)}`);
  const payload = delivery.payload_encoding === 'json' ? JSON.stringify(delivery.payload, null, 2) : textOf(delivery.payload);
  return html`${block('Headers', headers.join('\n'))}
  ${block(delivery.payload_encoding === 'json' ? 'Payload' : 'Payload (base64)', payload)}`;
}

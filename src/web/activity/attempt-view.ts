import type { AttemptDetail } from '../../http/schemas/run.ts';
import { html, type Html } from '../html.ts';
import { prettyJson } from '../parts/code-view.ts';

/** More text than this is cut on a page; the REST side has all of it. Characters. */
const shownText = 20_000;

/** A text as it is, cut when it is very long. */
export function longText(text: string, more: { follow?: boolean } = {}): Html {
  const cut = text.length > shownText;
  // Of a log that grows the end is what somebody waits for.
  const shown = !cut ? text : more.follow === true ? text.slice(-shownText) : text.slice(0, shownText);
  return html`<div class="${more.follow === true && 'follow'}"><pre tabindex="0">${shown}</pre></div>
    ${cut && html`<p class="muted cut">${more.follow === true ? 'The last' : 'Cut after'} ${shownText.toLocaleString('en')} of ${text.length.toLocaleString('en')} characters; the REST side has all of it.</p>`}`;
}

interface Message {
  method?: unknown;
  url?: unknown;
  status?: unknown;
  headers?: unknown;
  body?: unknown;
  truncated?: unknown;
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value, null, 2);

const isMessage = (value: unknown): value is Message => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The names and values of headers, one below the other. */
export function headerList(headers: Readonly<Record<string, unknown>>): Html {
  return html`<dl class="headers">
    ${Object.entries(headers).map(
      ([name, value]) =>
        html`<div>
          <dt><bdi>${name}</bdi></dt>
          <dd><bdi>${textOf(value)}</bdi></dd>
        </div>`,
    )}
  </dl>`;
}

function messageView(title: string, { message, id }: { message: Message; id: string }): Html {
  const { method, url, status, headers, body, truncated, ...rest } = message;
  const first = status === undefined ? `${textOf(method)} ${textOf(url)}`.trim() : `HTTP ${textOf(status)}`;
  const known = isMessage(headers) ? (headers as Record<string, unknown>) : {};
  const count = Object.keys(known).length;
  const others = Object.keys(rest).length > 0 ? textOf(rest) : '';
  const text = prettyJson(textOf(body));
  return html`<section class="block">
    <h4>${title}</h4>
    ${first !== '' && html`<p class="http-line"><code>${first}</code></p>`}
    ${
      count > 0 &&
      html`<details id="${id}-headers">
        <summary class="muted">${count === 1 ? '1 header' : `${count} headers`}</summary>
        ${headerList(known)}
      </details>`
    }
    ${text !== '' && longText(text)} ${others !== '' && longText(others)}
    ${truncated === true && html`<p class="muted cut">What came back was longer; only this much of it was kept.</p>`}
  </section>`;
}

/** What a try sent, what came back, and what it logged, also while it goes on. `id` is a name in the page. */
export function attemptView(attempt: AttemptDetail, id: string): Html {
  const log = Array.isArray(attempt.log) ? attempt.log.map(textOf).join('\n') : '';
  const isOpen = attempt.status === 'started';
  const blocks = [
    isMessage(attempt.request) && messageView('Request', { message: attempt.request, id: `${id}-request` }),
    isMessage(attempt.response) && messageView('Answer', { message: attempt.response, id: `${id}-answer` }),
    log !== '' &&
      html`<section class="block">
        <h4>Log${isOpen && html` <span class="tone-attention">goes on</span>`}</h4>
        ${longText(log, { follow: isOpen })}
      </section>`,
  ];
  if (blocks.some((block) => block !== false)) return html`<div class="exchange">${blocks}</div>`;
  return html`<p class="muted">
    ${isOpen ? 'Under way; nothing was answered or logged so far.' : 'Nothing was sent or logged in this try.'}
  </p>`;
}

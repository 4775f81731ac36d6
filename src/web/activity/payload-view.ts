import type { PayloadPart } from '../../http/schemas/delivery.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery } from '../kit/api-client.ts';
import type { View } from '../kit/view.ts';
import { headerList } from './attempt-view.ts';
import { jsonTree } from './json-tree.ts';

/** How much of a payload is shown at once; what GitHub sends is seldom larger. Bytes. */
const shownBytes = 131_072;
/** What is larger is downloaded, not copied. Bytes. */
const copiedBytes = 1_048_576;

/** A number of bytes for people. */
export function describeBytes(bytes: number): string {
  if (bytes < 1_024) return `${bytes} bytes`;
  if (bytes < 1_048_576) return `${(bytes / 1_024).toFixed(1)} KiB`;
  return `${(bytes / 1_048_576).toFixed(1)} MiB`;
}

/** Asks for the part of the payload that the page's address names. */
export async function readPayload(view: View): Promise<{ id: string; from: number; part: PayloadPart }> {
  const id = view.params['id'] ?? '';
  const from = /^\d{1,9}$/.test(view.query['from'] ?? '') ? Number(view.query['from']) : 0;
  const path = withQuery(`/api/deliveries/${encodeURIComponent(id)}/payload`, { from, bytes: shownBytes });
  return { id, from, part: await view.api.get<PayloadPart>(path) };
}

function tools(id: string, size: number): Html {
  return html`<div class="payload-tools">
    <label class="search needs-script"
      ><span class="sr-only">Search in the payload</span>${icon('search')}<input
        type="search"
        data-find="json-${id}"
        placeholder="Search in the payload"
      />
    </label>
    <output class="muted needs-script" data-found="json-${id}"></output>
    <button class="btn btn-sm needs-script" type="button" data-fold="json-${id}" data-open="1">
      ${icon('unfold')}<span>Unfold all</span>
    </button>
    <button class="btn btn-sm needs-script" type="button" data-fold="json-${id}">${icon('fold')}<span>Fold all</span></button>
    ${
      size <= copiedBytes &&
      html`<button class="btn btn-sm needs-script" type="button" data-copy-from="/api/deliveries/${id}/body">
        ${icon('copy')}<span>Copy</span>
      </button>`
    }
    <a class="btn btn-sm" href="/api/deliveries/${id}/body" download>${icon('download')}<span>Download</span></a>
  </div>`;
}

function body({ id, from, part }: { id: string; from: number; part: PayloadPart }): Html {
  if (part.encoding === 'base64') return html`<pre tabindex="0">${part.text}</pre>`;
  // A part from the middle has lost what it stands in: it is shown as it is.
  return from > 0 ? html`<pre tabindex="0">${part.text}</pre>` : html`<div id="json-${id}">${jsonTree(part.text)}</div>`;
}

function partNote({ id, from, part }: { id: string; from: number; part: PayloadPart }): Html | false {
  if (from === 0 && part.next === null) return false;
  const link = (to: number, words: string) => html`<a class="btn btn-sm" href="/deliveries/${id}/payload?from=${to}">${words}</a>`;
  return html`<p class="payload-part muted">
    <span
      >Bytes ${from.toLocaleString('en')} to ${(part.next ?? part.size).toLocaleString('en')} of ${part.size.toLocaleString('en')}.</span
    >
    ${from > 0 && link(0, 'From the beginning')} ${part.next !== null && link(part.next, 'Next part')}
  </p>`;
}

/**
 * A delivery exactly as received: its headers, and its payload or, where that is large, a part of it with the way to the whole. Its headings
 * follow those of the thread that it is unfolded in, unless it `isPage`.
 */
export function payloadView(shown: { id: string; from: number; part: PayloadPart }, isPage = false): Html {
  const { id, part } = shown;
  const heading = (words: Html | string) => (isPage ? html`<h2 class="block-title">${words}</h2>` : html`<h4>${words}</h4>`);
  const what = part.encoding === 'base64' ? 'Payload (base64)' : 'Payload';
  return html`<section class="block">${heading('Headers')} ${headerList(part.headers)}</section>
    <section class="block">
      ${heading(html`${what} <span class="muted">${describeBytes(part.size)}</span>`)} ${tools(id, part.size)} ${partNote(shown)}
      ${body(shown)} ${part.next !== null && partNote(shown)}
    </section>`;
}

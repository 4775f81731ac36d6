import type { ConsideredWatch } from '../../http/schemas/change.ts';
import type { DeliverySummary } from '../../http/schemas/delivery.ts';
import type { ThreadChangeItem, ThreadItem } from '../../http/schemas/thread.ts';
import { changeIcon, howKnown } from '../change-view.ts';
import { html, safeUrl, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { changePath, deliveryPath, repositoryPath, watchPath } from '../kit/paths.ts';
import { may, type View } from '../kit/view.ts';
import { buttonForm } from '../parts/form.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { statusLabel } from '../status-view.ts';
import { eventIcon, eventName, sourceWords } from './delivery-words.ts';
import { runCard } from './run-card.ts';

const open = new Set(['unprocessed', 'processing', 'reprocessing']);

/** How many watches that said no are shown before the rest is folded away. */
const shownRefusals = 3;

/** Where something stands in a file, as a link to the file's lines. */
export function originLink({ repository, line, origin }: Pick<ConsideredWatch, 'repository' | 'line' | 'origin'>): Html | false {
  if (origin === null) return false;
  if (repository === null || line === null) return html`<code class="place">${origin}</code>`;
  return html`<a class="place" href="${repositoryPath(repository, 'config')}#L${line}"><code>${origin}</code></a>`;
}

/** Why a watch did not run: the first part of it that said no, in words, and where that stands. */
function refusalWords(watch: ConsideredWatch): Html {
  return html`<span class="muted"
    >did not run because ${watch.clause !== null && html`<code>${watch.clause}</code>: `}<bdi
      >${watch.reason ?? 'it said no; the reason was not kept'}</bdi
    >
    ${originLink(watch)}</span
  >`;
}

function refusal(watch: ConsideredWatch): Html {
  return html`<li class="watch refused">
    <span class="tone-muted">${icon('circle-slash', 'did not match')}</span>
    <span class="watch-name"><bdi>${watch.watch}</bdi></span> ${refusalWords(watch)}
  </li>`;
}

function refusals(watches: ConsideredWatch[], { id, all }: { id: string; all: boolean }): Html | Html[] {
  if (all || watches.length <= shownRefusals) return watches.map(refusal);
  return html`<li class="watch">
    <details id="refused-${id}">
      <summary class="muted">${watches.length} watches did not run</summary>
      <ul class="watches">
        ${watches.map(refusal)}
      </ul>
    </details>
  </li>`;
}

/** How much of a thread is shown. */
interface Shown {
  view?: View | undefined;
  /** The page is about this thread alone: its runs are unfolded, and everything can be done with them. */
  whole?: boolean;
}

/** Up to this many runs are all unfolded where a thread is shown whole; of more, those that somebody has to look at. */
const unfoldedRuns = 4;

function askedList(change: ThreadChangeItem, { view, whole = false }: Shown): Html {
  const asked = change.considered;
  const keys = [...new Set([...asked.filter(({ matched }) => matched).map(({ key }) => key), ...change.runs.map((run) => run.watch.key)])];
  return html`<ul class="watches">
    ${keys.map((key) => {
      const runs = change.runs.filter((run) => run.watch.key === key);
      const watch = asked.find((one) => one.key === key);
      const name = watch?.watch ?? runs[0]?.watch.name ?? key;
      return html`<li class="watch matched">
        <span class="tone-accent">${icon('eye', 'matched')}</span>
        <a class="watch-name" href="${watchPath(change.repository.full_name, key)}"><bdi>${name}</bdi></a>
        ${whole && watch !== undefined && html`<span class="muted">matched ${originLink(watch)}</span>`}
        <div class="runs">
          ${runs.map((run) => runCard(run, { view, whole, open: whole && (change.runs.length <= unfoldedRuns || run.status !== 'succeeded') }))}
        </div>
      </li>`;
    })}
    ${refusals(
      asked.filter(({ matched }) => !matched),
      { id: change.id, all: whole },
    )}
  </ul>`;
}

function watchList(change: ThreadChangeItem, shown: Shown): Html {
  const notes = change.notes.map((note) => html`<p class="muted no-watch"><bdi>${note}</bdi></p>`);
  if (change.considered.length > 0 || change.runs.length > 0) return html`${notes}${askedList(change, shown)}`;
  return notes.length > 0 ? html`${notes}` : html`<p class="muted no-watch">No watch was there to ask.</p>`;
}

/** A change with the watches that were asked and their runs. */
export function changeView(change: ThreadChangeItem, shown: Shown & { isCurrent?: boolean } = {}): Html {
  const compare = safeUrl(change.compare_url);
  const page = safeUrl(change.page_url);
  return html`<li class="change ${shown.isCurrent === true && 'is-current'}" id="change-${change.id}">
    ${changeIcon(change.type)}
    <div class="change-body">
      <p class="sentence">
        <a class="plain" href="${changePath(change.id)}"><bdi>${change.sentence}</bdi></a>
        ${compare !== null && html`<a class="compare" href="${compare}" rel="noreferrer">Compare</a>`}
        ${page !== null && html`<a class="compare" href="${page}" rel="noreferrer">Open on GitHub</a>`}
      </p>
      ${change.headline !== null && change.headline !== '' && html`<p class="headline"><bdi>${change.headline}</bdi></p>`}
      ${watchList(change, shown)}
    </div>
  </li>`;
}

/** The button that processes a delivery again: only where it makes sense, and for those who may. */
export function retryButton(view: View | undefined, delivery: DeliverySummary): Html | false {
  if (delivery.status !== 'errored' || view === undefined) return false;
  if (!may(view, 'write', { installation: delivery.installation_id, repository: delivery.repository?.id })) return false;
  return buttonForm(`${deliveryPath(delivery.id)}/retry`, { text: 'Retry', icon: 'sync', label: `Retry delivery ${delivery.id}` });
}

function deliveryHead(delivery: DeliverySummary, view: View | undefined): Html {
  return html`<header class="thread-head">
    <span class="thread-icon">${eventIcon(delivery.event)}</span>
    <div class="thread-title">
      <h3>
        <a class="plain event" href="${deliveryPath(delivery.id)}"><bdi>${eventName(delivery)}</bdi></a>
        ${repositoryName(delivery.repository?.full_name ?? null)}
      </h3>
      <p class="muted">
        Delivery <code title="${delivery.guid}">${delivery.guid.slice(0, 8)}</code> · ${sourceWords[delivery.source]} ·
        ${timeAgo(delivery.received_at)}
      </p>
    </div>
    ${statusLabel(delivery.status)} ${retryButton(view, delivery)}
  </header>`;
}

function repositoryName(fullName: string | null): Html | false {
  return fullName !== null && html`<a class="repo" href="${repositoryPath(fullName)}"><bdi>${fullName}</bdi></a>`;
}

/** The head of a thread that no delivery began. */
function unannouncedHead(change: ThreadChangeItem): Html {
  const known = howKnown(change);
  return html`<header class="thread-head">
    <span class="thread-icon thread-icon-done">${icon(known.icon)}</span>
    <div class="thread-title">
      <h3><a class="plain event" href="${changePath(change.id)}">${known.word}</a> ${repositoryName(change.repository.full_name)}</h3>
      <p class="muted">${known.sentence} · ${timeAgo(change.created_at)}</p>
    </div>
    <span class="label label-done">${change.origin === 'reconcile' ? 'found' : 'recorded'}</span>
  </header>`;
}

/** Why a delivery brought no change. */
export function emptyBody(delivery: DeliverySummary): Html {
  if (open.has(delivery.status)) return html`<p class="reason muted">Waiting for a worker.</p>`;
  const text = delivery.reason ?? (delivery.status === 'processed' ? 'Nothing changed.' : 'No reason was kept.');
  return html`<p class="reason muted">${delivery.code !== null && html`<code>${delivery.code}</code> `}<bdi>${text}</bdi></p>`;
}

/** The payload of a delivery, folded; it is loaded when it is opened. */
export function payloadFold(delivery: DeliverySummary, unfolded = false): Html {
  return html`<details
    class="payload"
    id="payload-${delivery.id}"
    hx-get="/deliveries/${delivery.id}/payload/part"
    hx-trigger="${unfolded ? 'load once' : 'toggle once'}"
    hx-target="find .lazy"
    hx-swap="innerHTML"
    ${unfolded && 'open'}
  >
    <summary class="muted">Headers and payload</summary>
    <div class="lazy" id="payload-body-${delivery.id}"><a href="/deliveries/${delivery.id}/payload">Headers and payload</a></div>
  </details>`;
}

/** A thread: delivery, changes, the watches that were asked, their runs and attempts. With a view, its buttons for who may press them. */
export function threadView(thread: ThreadItem, view?: View): Html {
  const { id, delivery, changes } = thread;
  const [first] = changes;
  const head = delivery !== null ? deliveryHead(delivery, view) : first !== undefined && unannouncedHead(first);
  const body =
    changes.length > 0
      ? html`<ol class="changes">
          ${changes.map((change) => changeView(change, { view }))}
        </ol>`
      : delivery !== null && emptyBody(delivery);
  return html`<article class="thread" id="thread-${id}">${head} ${body} ${delivery !== null && payloadFold(delivery)}</article>`;
}

import type { Thread, ThreadChange } from '../http/read/threads.ts';
import type { ConsideredWatch } from '../http/schemas/change.ts';
import type { DeliverySummary } from '../http/schemas/delivery.ts';
import { changeIcon, howKnown } from './change-view.ts';
import { html, safeUrl, type Html } from './html.ts';
import { icon } from './icons.ts';
import { runView } from './run-view.ts';
import { statusLabel } from './status-view.ts';
import { timeAgo } from './parts/relative-time.ts';

const eventIcons: Record<string, string> = {
  push: 'repo-push',
  create: 'git-branch',
  delete: 'git-branch',
  ping: 'broadcast',
  installation: 'plug',
  installation_repositories: 'plug',
  repository: 'repo',
  release: 'rocket',
  pull_request: 'git-pull-request',
  issues: 'issue-opened',
  issue_comment: 'comment',
  member: 'person',
  star: 'star',
};

const sourceWords: Record<DeliverySummary['source'], string> = {
  webhook: 'webhook',
  recovered: 'recovered from GitHub’s record',
  trigger: 'trigger',
  manual: 'by hand',
};

const open = new Set(['unprocessed', 'processing', 'reprocessing']);

/** How many watches that said no are shown before the rest is folded away. */
const shownRefusals = 3;

function refusal(watch: ConsideredWatch): Html {
  return html`<li class="watch refused">
    <span class="tone-muted">${icon('circle-slash', 'did not match')}</span>
    <span class="watch-name">${watch.watch}</span>
    <span class="muted"
      >did not match: ${watch.reason ?? 'no reason was kept'} ${watch.clause !== null && html`<code>${watch.clause}</code>`}
      ${watch.origin !== null && html`<code class="place">${watch.origin}</code>`}</span
    >
  </li>`;
}

function refusals(watches: ConsideredWatch[], change: string): Html | Html[] {
  if (watches.length <= shownRefusals) return watches.map(refusal);
  return html`<li class="watch">
    <details id="refused-${change}">
      <summary class="muted">${watches.length} watches did not match</summary>
      <ul class="watches">
        ${watches.map(refusal)}
      </ul>
    </details>
  </li>`;
}

function watchList(change: ThreadChange): Html {
  const keys = [
    ...new Set([...change.considered.filter(({ matched }) => matched).map(({ key }) => key), ...change.runs.map((run) => run.watch.key)]),
  ];
  const notes = change.notes.map((note) => html`<p class="muted no-watch">${note}</p>`);
  if (change.considered.length === 0 && keys.length === 0)
    return notes.length > 0 ? html`${notes}` : html`<p class="muted no-watch">No watch was there to ask.</p>`;
  return html`${notes}${askedList(change, keys)}`;
}

function askedList(change: ThreadChange, keys: string[]): Html {
  const names = new Map(change.considered.map((watch) => [watch.key, watch.watch]));
  return html`<ul class="watches">
    ${keys.map((key) => {
      const runs = change.runs.filter((run) => run.watch.key === key);
      return html`<li class="watch matched">
        <span class="tone-accent">${icon('eye', 'matched')}</span>
        <span class="watch-name">${names.get(key) ?? runs[0]?.watch.name ?? key}</span>
        <div class="runs">${runs.map(runView)}</div>
      </li>`;
    })}
    ${refusals(
      change.considered.filter(({ matched }) => !matched),
      change.id,
    )}
  </ul>`;
}

function changeView(change: ThreadChange): Html {
  const compare = safeUrl(change.compareUrl);
  const page = safeUrl(change.pageUrl);
  return html`<li class="change" id="change-${change.id}">
    ${changeIcon(change.type)}
    <div class="change-body">
      <p class="sentence">
        <bdi>${change.sentence}</bdi> ${compare !== null && html`<a class="compare" href="${compare}" rel="noreferrer">Compare</a>`}
        ${page !== null && html`<a class="compare" href="${page}" rel="noreferrer">Open on GitHub</a>`}
      </p>
      ${change.headline !== null && change.headline !== '' && html`<p class="headline"><bdi>${change.headline}</bdi></p>`}
      ${watchList(change)}
    </div>
  </li>`;
}

function deliveryHead(delivery: DeliverySummary): Html {
  const name = delivery.action === null ? delivery.event : `${delivery.event}.${delivery.action}`;
  return html`<header class="thread-head">
    <span class="thread-icon">${icon(eventIcons[delivery.event] ?? 'webhook')}</span>
    <div class="thread-title">
      <h3><span class="event">${name}</span> <bdi class="repo">${delivery.repository?.full_name}</bdi></h3>
      <p class="muted">
        Delivery <code title="${delivery.guid}">${delivery.guid.slice(0, 8)}</code> · ${sourceWords[delivery.source]} ·
        ${timeAgo(delivery.received_at)}
      </p>
    </div>
    ${statusLabel(delivery.status)}
    ${delivery.status === 'errored' && html`<button class="btn btn-sm" hx-post="/deliveries/${delivery.id}/retry" hx-swap="outerHTML">${icon('sync')}<span>Retry</span></button>`}
  </header>`;
}

/** The head of a thread that no delivery began. */
function unannouncedHead(change: ThreadChange): Html {
  const known = howKnown(change);
  return html`<header class="thread-head">
    <span class="thread-icon thread-icon-done">${icon(known.icon)}</span>
    <div class="thread-title">
      <h3><span class="event">${known.word}</span> <bdi class="repo">${change.repository.full_name}</bdi></h3>
      <p class="muted">${known.sentence} · ${timeAgo(change.created_at)}</p>
    </div>
    <span class="label label-done">${change.origin === 'reconcile' ? 'found' : 'recorded'}</span>
  </header>`;
}

function emptyBody(delivery: DeliverySummary): Html {
  if (open.has(delivery.status)) return html`<p class="reason muted">Waiting for a worker.</p>`;
  const text = delivery.reason ?? (delivery.status === 'processed' ? 'Nothing changed.' : 'No reason was kept.');
  return html`<p class="reason muted">${delivery.code !== null && html`<code>${delivery.code}</code> `}<bdi>${text}</bdi></p>`;
}

function payloadView(delivery: DeliverySummary): Html {
  return html`<details
    class="payload"
    id="payload-${delivery.id}"
    hx-get="/deliveries/${delivery.id}/payload"
    hx-trigger="toggle once"
    hx-target="find .lazy"
    hx-swap="innerHTML"
  >
    <summary class="muted">Headers and payload</summary>
    <div class="lazy" id="payload-body-${delivery.id}"><p class="muted">Loading…</p></div>
  </details>`;
}

/** A thread: delivery, changes, the watches that were asked, their runs and attempts. */
export function threadView({ key, delivery, changes }: Thread): Html {
  const [first] = changes;
  const head = delivery !== null ? deliveryHead(delivery) : first === undefined ? null : unannouncedHead(first);
  const body =
    changes.length > 0
      ? html`<ol class="changes">
          ${changes.map(changeView)}
        </ol>`
      : delivery !== null && emptyBody(delivery);
  return html`<article class="thread" id="thread-${key}">${head} ${body} ${delivery !== null && payloadView(delivery)}</article>`;
}

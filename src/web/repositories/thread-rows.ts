import type { ThreadItem } from '../../http/schemas/thread.ts';
import { changeIcon } from '../change-view.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { changePath, deliveryPath, runPath } from '../kit/paths.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { statusIcon } from '../status-view.ts';

/** How many runs of one thread are named. */
const shownRuns = 4;

function pathOf({ delivery, changes }: ThreadItem): string {
  return delivery === null ? changePath(changes[0]?.id ?? '0') : deliveryPath(delivery.id);
}

function sentenceOf({ delivery, changes }: ThreadItem): Html {
  const [first, ...others] = changes;
  if (first !== undefined)
    return html`<bdi>${first.sentence}</bdi>${others.length > 0 && html` <span class="muted">and ${others.length} more</span>`}`;
  const name = delivery === null ? 'Change' : [delivery.event, delivery.action].filter(Boolean).join('.');
  return html`<span class="event">${name}</span> <span class="muted"><bdi>${delivery?.reason ?? delivery?.status ?? ''}</bdi></span>`;
}

function runsOf({ changes }: ThreadItem): Html | false {
  const runs = changes.flatMap((change) => change.runs);
  if (runs.length === 0) return html`<span class="muted">no run</span>`;
  return html`${runs
    .slice(0, shownRuns)
    .map(
      (run) =>
        html`<a class="chip chip-link" href="${runPath(run.id)}" title="${run.watch.name}: ${run.status}"
          >${statusIcon(run.status)}<bdi>${run.watch.key}</bdi></a
        >`,
    )}
  ${runs.length > shownRuns && html`<span class="muted">and ${runs.length - shownRuns} more</span>`}`;
}

/** Threads in one or two lines each, newest first; each leads to its page. */
export function threadRows(threads: readonly ThreadItem[]): Html {
  return html`<ol class="rows">
    ${threads.map(
      (thread) =>
        html`<li class="row" data-row id="row-${thread.id}">
          ${thread.changes[0] === undefined ? html`<span class="node">${icon('inbox')}</span>` : changeIcon(thread.changes[0].type)}
          <div class="row-body">
            <p><a class="row-link" data-main href="${pathOf(thread)}">${sentenceOf(thread)}</a></p>
            <p class="row-facts">${runsOf(thread)} <span class="muted row-when">${timeAgo(thread.at)}</span></p>
          </div>
        </li>`,
    )}
  </ol>`;
}

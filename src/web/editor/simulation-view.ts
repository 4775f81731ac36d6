import { html, type Html, type HtmlValue } from '../html.ts';
import { icon } from '../icons.ts';
import { changePath } from '../kit/paths.ts';
import { timeAgo } from '../parts/relative-time.ts';
import type { SimulatedChange, TrialResult } from './simulate-file.ts';

/** Changes that are listed; how many there are is always said. */
const shownChanges = 20;
const shownReasons = 5;

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
const changes = (count: number): string => `${count} ${count === 1 ? 'change' : 'changes'}`;

function changeView(change: SimulatedChange, beside?: HtmlValue): Html {
  const text = html`<bdi>${change.sentence}</bdi>`;
  return html`<li>
    ${change.id === null ? text : html`<a href="${changePath(change.id)}">${text}</a>`} ${beside}
    <span class="muted">${timeAgo(change.happened_at)}</span>
  </li>`;
}

function listOfChanges(list: readonly SimulatedChange[]): Html {
  const more = list.length - shownChanges;
  return html`<ul class="editor-changes">
      ${list.slice(0, shownChanges).map((change) => changeView(change))}
    </ul>
    ${more > 0 && html`<p class="muted">and ${more} more</p>`}`;
}

function comparison(result: TrialResult): Html | false {
  const { added, removed } = result;
  if (added.length + removed.length === 0) return false;
  const show = (title: string, tone: string, list: TrialResult['added']) =>
    list.length > 0 &&
    html`<details class="editor-more" id="simulated-${tone}">
      <summary><span class="tone-${tone}">${title}</span> <span class="counter">${list.length}</span></summary>
      <ul class="editor-changes">
        ${list.slice(0, shownChanges).map(({ watch, change }) => changeView(change, html`<code>${watch}</code>`))}
      </ul>
      ${list.length > shownChanges && html`<p class="muted">and ${list.length - shownChanges} more</p>`}
    </details>`;
  return html`<div class="editor-compared">
    <h3>Compared with what is in force</h3>
    ${show('Runs that are new', 'success', added)} ${show('Runs that would be gone', 'danger', removed)}
  </div>`;
}

function refusalsView({ refused }: TrialResult['watches'][number]): Html | false {
  if (refused.length === 0) return false;
  return html`<h3>Why not on the others</h3>
    ${refused.map(({ clause, changes: list }, index) => {
      const reasons = new Map<string, number>();
      for (const { reason } of list) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      return html`<details class="editor-more" id="refused-${index}">
        <summary>
          <code>${clause}</code> said no to ${changes(list.length)}<span class="muted">: <bdi>${[...reasons.keys()][0]}</bdi></span>
        </summary>
        ${
          reasons.size > 1 &&
          html`<ul class="editor-reasons">
            ${[...reasons].slice(0, shownReasons).map(([reason, count]) => html`<li><span class="counter">${count}</span> <bdi>${reason}</bdi></li>`)}
          </ul>`
        }
        ${listOfChanges(list.map(({ change }) => change))}
      </details>`;
    })}`;
}

const woulds = { run: 'would run', skip: 'would be skipped', depends: 'depends on the steps before it' };

function exampleView({ example }: TrialResult): Html | false {
  if (example === undefined) return false;
  return html`<h3>The newest of them, filled in</h3>
    <p class="muted"><bdi>${example.change.sentence}</bdi>. Nothing is sent; secrets stand by their names.</p>
    <ol class="editor-example">
      ${example.steps.map(
        ({ uses, name, would, reason, with: inputs, problem }) =>
          html`<li>
            <p>
              <code>${uses}</code> ${name !== null && html`<bdi>${name}</bdi>`}
              <span class="muted">${woulds[would]}${reason !== null && html`: ${reason}`}</span>
            </p>
            ${problem !== null && html`<p class="tone-danger">${icon('alert')} ${problem}</p>`}
            <pre class="editor-filled" tabindex="0">${JSON.stringify(inputs, null, 2)}</pre>
          </li>`,
      )}
    </ol>`;
}

function oneWatch(watch: TrialResult['watches'][number], result: TrialResult): Html {
  const { runs, before } = watch;
  const was = before !== undefined && before !== runs && html` <span class="muted">What is in force: ${times(before)}.</span>`;
  return html`<p class="editor-verdict">
      <span class="tone-${runs > 0 ? 'success' : 'attention'}">${icon(runs > 0 ? 'check-circle-fill' : 'circle-slash')}</span>
      <span>
        <strong>${runs > 0 ? `Would have run ${times(runs)}` : 'Would not have run'}</strong> on the last
        ${changes(result.looked)}${runs > 0 && ', here:'}${was}
      </span>
    </p>
    ${listOfChanges(watch.ran)} ${comparison(result)} ${refusalsView(watch)} ${exampleView(result)}`;
}

function allWatches(result: TrialResult): Html {
  const most = Math.max(1, ...result.watches.map(({ runs }) => runs));
  return html`<p>On the last ${changes(result.looked)}:</p>
    <ul class="editor-counts">
      ${result.watches.map(
        ({ id, runs, before }) =>
          html`<li>
            <code>${id}</code> <progress max="${most}" value="${runs}" aria-label="Runs of ${id}"></progress>
            <span>${times(runs)}${before !== undefined && before !== runs && html` <span class="muted">now ${times(before)}</span>`}</span>
          </li>`,
      )}
    </ul>
    ${comparison(result)} ${exampleView(result)}`;
}

/** What a file would have done, or why that cannot be said. */
export function simulationView(result: TrialResult | string, part: string): Html {
  if (typeof result === 'string') return html`<p class="muted">${icon('info')} ${result}</p>`;
  if (result.looked === 0)
    return html`<p class="muted">
      ${icon('info')} No change was recorded in this time. Push something, or look further back; then this says what the file would have
      done.
    </p>`;
  const [watch] = result.watches;
  const cut = !result.complete && html`<p class="muted">The time for a trial was over before the last change. Choose fewer.</p>`;
  if (part !== '' && watch) return html`${oneWatch(watch, result)} ${cut}`;
  return html`${allWatches(result)} ${cut}`;
}

import type { BlockedBy } from '../../http/schemas/run.ts';
import type { ThreadAttemptItem, ThreadRunItem, ThreadStepItem } from '../../http/schemas/thread.ts';
import type { TicketResult } from '../../http/schemas/ticket.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { runPath } from '../kit/paths.ts';
import type { View } from '../kit/view.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { describeDuration, statusIcon, statusLabel } from '../status-view.ts';
import { runActions } from './run-actions.ts';
import { waterfall } from './waterfall.ts';

const kindIcons: Record<string, string> = {
  webhook: 'webhook',
  script: 'code-square',
  email: 'mail',
  slack: 'comment-discussion',
  jira: 'tasklist',
  ticket: 'tasklist',
};

/** The icon of a kind of action. */
function kindIcon(kind: string): Html {
  return icon(kindIcons[kind] ?? (kind.startsWith('github') ? 'mark-github' : 'play'));
}

/** When the next try is, of an attempt that failed. */
function nextTry(at: string | null): Html | false {
  return at !== null && html`<span class="tone-attention next-try">next try ${timeAgo(at)}</span>`;
}

/** How a try went, in one line. */
export function attemptLine(attempt: Omit<ThreadAttemptItem, 'target'>): Html {
  return html`${statusIcon(attempt.status)}
    <span class="number">#${attempt.number}</span>
    <span>${attempt.status}</span>
    ${attempt.http_status !== null && html`<code class="http">HTTP ${attempt.http_status}</code>`}
    ${attempt.code !== null && html`<code>${attempt.code}</code>`}
    <span class="muted">${describeDuration(attempt.duration_ms)}</span>
    ${nextTry(attempt.retry_at)} ${attempt.message !== null && html`<bdi class="message muted">${attempt.message}</bdi>`}`;
}

function attemptRow(attempt: ThreadAttemptItem, { run, position }: { run: string; position: number }): Html {
  const id = `${run}-${position}-${attempt.number}`;
  return html`<li>
    <details
      class="attempt"
      id="attempt-${id}"
      hx-get="/runs/${run}/attempts/${position}/${attempt.number}"
      hx-trigger="toggle once"
      hx-target="find .lazy"
      hx-swap="innerHTML"
    >
      <summary>${attemptLine(attempt)}</summary>
      <div class="lazy" id="lazy-${id}"><a href="${runPath(run)}#attempt-${id}">What was sent and answered</a></div>
    </details>
  </li>`;
}

/** What a step is called, and what it does. */
export function stepTitle(step: Pick<ThreadStepItem, 'key' | 'name' | 'kind' | 'status'>): Html {
  const name = step.name ?? step.key;
  return html`${statusIcon(step.status)} <span class="muted">${kindIcon(step.kind)}</span>
    <strong><bdi>${name ?? step.kind}</bdi></strong> ${name !== null && html`<span class="muted">${step.kind}</span>`}`;
}

function stepRow(step: ThreadStepItem, run: string): Html {
  const target = step.attempts.at(-1)?.target ?? null;
  return html`<li class="step">
    <div class="line">${stepTitle(step)} ${target !== null && html`<code class="target"><bdi>${target}</bdi></code>`}</div>
    ${step.message !== null && step.attempts.length === 0 && html`<p class="muted step-note"><bdi>${step.message}</bdi></p>`}
    <ol class="attempts">
      ${step.attempts.map((attempt) => attemptRow(attempt, { run, position: step.position }))}
    </ol>
  </li>`;
}

function trouble(run: ThreadRunItem): Html | false {
  if (run.status === 'succeeded' || run.status === 'queued') return false;
  const last = run.steps.flatMap((step) => step.attempts).at(-1);
  const text = run.message ?? last?.message ?? null;
  const retry = run.status === 'waiting' && last !== undefined && nextTry(last.retry_at);
  return (
    (text !== null || retry !== false) &&
    html`<p class="trouble">${run.code !== null && html`<code>${run.code}</code> `}<bdi>${text}</bdi> ${retry}</p>`
  );
}

/** What a run waits for that holds it up; that it is another one's turn goes without saying, unless `busy` asks for it. */
export function holdUp(by: BlockedBy | null, busy = false): Html | false {
  if (by === null || (by.reason === 'busy' && !busy)) return false;
  const why = {
    dead: 'which is dead: it has to be redriven or skipped',
    retrying: 'which waits for its next try',
    busy: 'whose turn it is',
  };
  return html`<p class="trouble">
    ${icon('hourglass')} It keeps its place and waits for <a href="${runPath(by.run)}">run ${by.run}</a>, ${why[by.reason]}.
  </p>`;
}

/** How many tickets of a run are shown; the REST side has all of them. */
const shownTickets = 20;

function ticketRow({ key, ticket_id: ticket, from, to, status, code, message }: TicketResult): Html {
  const way = from === null || to === null || from === to ? (to ?? from) : `${from} → ${to}`;
  return html`<li>
    ${statusIcon(status)} <a href="/tickets/${ticket}"><bdi>${key}</bdi></a> ${way !== null && html`<bdi>${way}</bdi>`}
    ${code !== null && html`<code>${code}</code>`} ${message !== null && html`<bdi class="muted">${message}</bdi>`}
  </li>`;
}

/** What steps made of tickets (features.md R122). */
export function ticketList(tickets: readonly TicketResult[]): Html | false {
  const more = tickets.length - shownTickets;
  return (
    tickets.length > 0 &&
    html`<ul class="tickets" aria-label="Tickets">
      ${tickets.slice(0, shownTickets).map(ticketRow)} ${more > 0 && html`<li class="muted">and ${more} more</li>`}
    </ul>`
  );
}

/** As much of a run as it takes to say how long it was at work. */
interface Timed {
  started_at: string | null;
  finished_at: string | null;
  steps?: readonly { attempts: readonly { started_at: string }[] }[];
}

/** How long a run was at work, when it is over. */
export function tookOf({ started_at: started, finished_at: finished, steps = [] }: Timed): string {
  if (started === null || finished === null) return '';
  const first = steps.flatMap(({ attempts }) => attempts.map(({ started_at: at }) => Date.parse(at)));
  return describeDuration(Date.parse(finished) - Math.min(Date.parse(started), ...first));
}

const counted = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;

function unfoldWords(run: ThreadRunItem): string {
  if (run.steps.length === 0) return 'No step has begun yet';
  const tries = run.steps.reduce((sum, step) => sum + step.attempts.length, 0);
  const took = tookOf(run);
  return `${counted(run.steps.length, 'step')}, ${counted(tries, 'attempt')}${took === '' ? '' : ` in ${took}`}`;
}

/** A run: its state at a glance, what can be done with it, and unfolded its time, its steps and their attempts. */
export function runCard(
  run: ThreadRunItem,
  { view, whole = false, open = false }: { view?: View | undefined; whole?: boolean; open?: boolean },
): Html {
  return html`<div class="run run-${run.status}" id="run-${run.id}">
    <div class="run-head">
      ${statusIcon(run.status)} <a class="run-name" href="${runPath(run.id)}">Run ${run.id}</a> ${statusLabel(run.status)}
      ${run.dry_run && html`<span class="chip" title="Nothing is sent">dry run</span>`}
      ${run.replay_of !== null && html`<span class="muted">replay of <a href="${runPath(run.replay_of)}">${run.replay_of}</a></span>`}
      <span class="chips"
        >${run.steps.map((step) => html`<span class="chip">${statusIcon(step.status)}<bdi>${step.key ?? step.kind}</bdi></span>`)}</span
      >
      <span class="run-buttons">${runActions(view, run, !whole)}</span>
    </div>
    ${trouble(run)} ${holdUp(run.blocked_by)} ${ticketList(run.tickets)}
    <details class="run-details" id="run-details-${run.id}" ${open && 'open'}>
      <summary class="muted">${unfoldWords(run)}</summary>
      ${waterfall(run)}
      <ol class="steps">
        ${run.steps.map((step) => stepRow(step, run.id))}
      </ol>
    </details>
  </div>`;
}

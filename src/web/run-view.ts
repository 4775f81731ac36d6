import type { ThreadAttempt, ThreadRun, ThreadStep } from '../http/read/threads.ts';
import type { TicketResult } from '../http/schemas/ticket.ts';
import { html, type Html } from './html.ts';
import { icon } from './icons.ts';
import { describeDuration, statusIcon, statusLabel } from './status-view.ts';
import { timeAgo } from './parts/relative-time.ts';

const kindIcons: Record<string, string> = { webhook: 'webhook', script: 'code-square' };

/** Statuses a run never leaves by itself; only such a run can be done again. */
const over = new Set(['succeeded', 'failed', 'dead', 'cancelled']);

function nextTry(attempt: ThreadAttempt): Html | null {
  return attempt.retryAt === null ? null : html`<span class="tone-attention">next try ${timeAgo(attempt.retryAt)}</span>`;
}

function attemptRow(attempt: ThreadAttempt, at: { run: string; position: number }): Html {
  const id = `${at.run}-${at.position}-${attempt.number}`;
  return html`<li>
    <details
      class="attempt"
      id="attempt-${id}"
      hx-get="/runs/${at.run}/attempts/${at.position}/${attempt.number}"
      hx-trigger="toggle once"
      hx-target="find .lazy"
      hx-swap="innerHTML"
    >
      <summary>
        ${statusIcon(attempt.status)}
        <span class="number">#${attempt.number}</span>
        <span>${attempt.status}</span>
        ${attempt.httpStatus !== null && html`<code class="http">HTTP ${attempt.httpStatus}</code>`}
        ${attempt.code !== null && html`<code>${attempt.code}</code>`}
        <span class="muted">${describeDuration(attempt.durationMs)}</span>
        ${nextTry(attempt)} ${attempt.message !== null && html`<span class="message muted">${attempt.message}</span>`}
      </summary>
      <div class="lazy" id="lazy-${id}"><p class="muted">Loading…</p></div>
    </details>
  </li>`;
}

function stepRow(step: ThreadStep, run: string): Html {
  const target = step.attempts.at(-1)?.target ?? null;
  return html`<li class="step">
    <div class="line">
      ${statusIcon(step.status)}
      <span class="muted">${icon(kindIcons[step.kind] ?? 'play')}</span>
      <strong>${step.name ?? step.key ?? step.kind}</strong>
      ${(step.name ?? step.key) !== null && html`<span class="muted">${step.kind}</span>`}
      ${target !== null && html`<code class="target">${target}</code>`}
    </div>
    ${step.message !== null && step.attempts.length === 0 && html`<p class="muted step-note">${step.message}</p>`}
    <ol class="attempts">
      ${step.attempts.map((attempt) => attemptRow(attempt, { run, position: step.position }))}
    </ol>
  </li>`;
}

function stepChips(run: ThreadRun): Html[] {
  return run.steps.map((step) => html`<span class="chip">${statusIcon(step.status)}${step.key ?? step.kind}</span>`);
}

function trouble(run: ThreadRun): Html | null {
  if (run.status === 'succeeded' || run.status === 'queued') return null;
  const last = run.steps.flatMap((step) => step.attempts).at(-1);
  const text = run.message ?? last?.message ?? null;
  const retry = run.status === 'waiting' && last !== undefined ? nextTry(last) : null;
  if (text === null && retry === null) return null;
  return html`<p class="trouble">${run.code !== null && html`<code>${run.code}</code> `}${text} ${retry}</p>`;
}

/** What a run waits for that holds it up; that it is another one's turn goes without saying. */
function holdUp({ blocked_by: by }: ThreadRun): Html | null {
  if (by === null || by.reason === 'busy') return null;
  const why = by.reason === 'dead' ? 'which is dead: it has to be redriven or skipped' : 'which waits for its next try';
  return html`<p class="trouble">It keeps its place and waits for run ${by.run}, ${why}.</p>`;
}

/** How many tickets of a run are shown; the REST side has all of them. */
const shownTickets = 20;

function ticketRow({ key, from, to, status, code, message }: TicketResult): Html {
  const way = from === null || to === null || from === to ? (to ?? from) : `${from} → ${to}`;
  return html`<li>
    ${statusIcon(status)} <strong><bdi>${key}</bdi></strong> ${way !== null && html`<bdi>${way}</bdi>`}
    ${code !== null && html`<code>${code}</code>`} ${message !== null && html`<span class="muted"><bdi>${message}</bdi></span>`}
  </li>`;
}

/** What steps made of tickets (features.md R122). */
function ticketList({ tickets }: ThreadRun): Html | null {
  if (tickets.length === 0) return null;
  const more = tickets.length - shownTickets;
  return html`<ul class="tickets" aria-label="Tickets">
    ${tickets.slice(0, shownTickets).map(ticketRow)} ${more > 0 && html`<li class="muted">and ${more} more</li>`}
  </ul>`;
}

function duration(run: ThreadRun): string {
  if (run.started_at === null || run.finished_at === null) return '';
  return describeDuration(Date.parse(run.finished_at) - Date.parse(run.started_at));
}

/** A run: its state at a glance, and on request its steps, their attempts, and what was sent and answered. */
export function runView(run: ThreadRun): Html {
  const tries = run.steps.reduce((sum, step) => sum + step.attempts.length, 0);
  return html`<div class="run run-${run.status}" id="run-${run.id}">
    <details class="run-details" id="run-details-${run.id}">
      <summary>
        ${statusIcon(run.status)}
        <span class="run-name">Run ${run.id}</span>
        ${statusLabel(run.status)} ${run.dry_run && html`<span class="chip" title="Nothing is sent">dry run</span>`}
        ${run.replay_of !== null && html`<span class="muted">replay of ${run.replay_of}</span>`}
        <span class="chips">${stepChips(run)}</span>
        <span class="muted facts">${[tries > 1 && `${tries} attempts`, duration(run)].filter(Boolean).join(' · ')}</span>
      </summary>
      <ol class="steps">
        ${run.steps.length === 0 ? html`<li class="muted step">No step has begun yet.</li>` : run.steps.map((step) => stepRow(step, run.id))}
      </ol>
    </details>
    ${over.has(run.status) && html`<button class="btn btn-sm run-action" hx-post="/runs/${run.id}/replay" hx-swap="outerHTML" title="Run this watch on this change again">${icon('sync')}<span>Replay</span></button>`}
    ${trouble(run)} ${holdUp(run)} ${ticketList(run)}
  </div>`;
}

import type { Job } from '../../http/schemas/job.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { describeDuration, statusLabel } from '../status-view.ts';
import { progressBar } from './progress-bar.ts';
import { timeAgo } from './relative-time.ts';

/** What a job does, in words for its progress. */
const labels: Record<Job['kind'], string> = {
  reconcile: 'Repositories compared with GitHub',
  listing: 'Installations listed anew',
  recovery: 'Windows of deliveries scanned',
  replay: 'Runs replayed',
  redrive: 'Runs redriven',
  issues: 'Issues opened',
  rotate_key: 'Values encrypted with the new key',
};

/** How far a job is, what it found, and what went wrong; put it into a live part while it runs. */
export function jobProgress(job: Job): Html {
  return html`<div class="job ${job.status === 'failed' && 'job-failed'}" id="job-${job.id}">
    <p class="job-head">
      ${statusLabel(job.status)} <a href="/jobs/${job.id}">Job ${job.id}</a> <bdi>${job.target}</bdi>
      <span class="muted"
        >by <bdi>${job.requested_by}</bdi>,
        ${timeAgo(job.created_at)}${job.finished_at !== null && `, took ${describeDuration(job.duration_ms)}`}</span
      >
    </p>
    ${progressBar({ label: labels[job.kind], done: job.progress, of: job.total })}
    ${job.repository !== null && job.finished_at === null && html`<p class="muted">Last done: <bdi>${job.repository}</bdi></p>`}
    ${job.kind === 'reconcile' && job.finished_at !== null && html`<p class="muted">${job.changes} ${job.changes === 1 ? 'change was' : 'changes were'} found.</p>`}
    ${
      job.errors.length > 0 &&
      html`<ul class="job-errors">
        ${job.errors.map(({ repository, code, message }) => html`<li class="tone-danger">${icon('x-circle-fill', 'failed')} <bdi>${repository}</bdi> <code>${code}</code> <bdi>${message}</bdi></li>`)}
      </ul>`
    }
  </div>`;
}

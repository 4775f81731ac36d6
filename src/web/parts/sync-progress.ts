import type { InstallationSync, RepositorySync, SyncState, SyncStep } from '../../http/schemas/sync.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { timeAgo } from './relative-time.ts';

type Progress = RepositorySync | InstallationSync;

const tones: Record<SyncState, string> = { paused: 'muted', syncing: 'accent', errored: 'danger', synced: 'success' };
const stateIcons: Record<SyncState, string> = {
  paused: 'circle-slash',
  syncing: 'sync',
  errored: 'x-circle-fill',
  synced: 'check-circle-fill',
};
const stepIcons: Record<SyncStep['status'], { name: string; tone: string }> = {
  done: { name: 'check-circle-fill', tone: 'success' },
  active: { name: 'sync', tone: 'accent' },
  waiting: { name: 'circle', tone: 'muted' },
  failed: { name: 'x-circle-fill', tone: 'danger' },
};

function stepView({ name, title, status, text }: SyncStep): Html {
  const { name: sign, tone } = stepIcons[status];
  return html`<li class="sync-step sync-${status}" id="sync-${name}" ${status === 'active' && html`aria-current="step"`}>
    <span class="tone-${tone} ${status === 'active' && 'turning'} status-icon">${icon(sign, status)}</span>
    <div>
      <strong>${title}</strong>
      <p class="${status === 'failed' ? 'tone-danger' : 'muted'}"><bdi>${text}</bdi></p>
    </div>
  </li>`;
}

/**
 * How far what GitHub has was taken over, step by step: put it into a live part. It holds no form; a button that tries again stands beside
 * it.
 */
export function syncProgress(sync: Progress): Html {
  const { state, step, of, percent, text, steps, error, job, updated_at: at } = sync;
  const list = html`<ol class="sync-steps">
    ${steps.map(stepView)}
  </ol>`;
  return html`<div class="sync sync-is-${state}">
    <p class="sync-head" role="status">
      <span class="tone-${tones[state]} ${state === 'syncing' && 'turning'} status-icon">${icon(stateIcons[state])}</span>
      <strong><bdi>${text}</bdi></strong>
    </p>
    ${
      state !== 'paused' &&
      html`<div class="progress sync-bar">
        <progress aria-label="Taken over from GitHub" value="${percent}" max="100"></progress>
        <span>${state === 'synced' ? 'done' : `step ${step} of ${of}`}, ${percent} %</span>
      </div>`
    }
    ${
      state === 'synced'
        ? html`<details class="sync-more">
            <summary>${of} steps</summary>
            ${list}
          </details>`
        : list
    }
    ${
      error !== null &&
      html`<p class="muted">
        It is tried again by itself${error.retry_at !== null && html`, ${timeAgo(error.retry_at)}`}. Everything else goes on.
      </p>`
    }
    ${
      job !== null &&
      html`<p class="muted">
        <bdi>${job.requested_by}</bdi> asked for a comparison ${timeAgo(job.created_at)}: <a href="/jobs/${job.id}">job ${job.id}</a>,
        ${job.done + job.failed} of ${job.total} done.
      </p>`
    }
    ${state !== 'syncing' && at !== null && html`<p class="muted">GitHub was asked last ${timeAgo(at)}.</p>`}
  </div>`;
}

import { html, type Html } from './html.ts';
import { icon } from './icons.ts';

/** What a status means for the eye: one tone and one icon for each word of the status lists. */
interface StatusLook {
  tone: 'success' | 'danger' | 'attention' | 'accent' | 'muted' | 'done';
  icon: string;
}

const looks: Record<string, StatusLook> = {
  // deliveries
  unprocessed: { tone: 'attention', icon: 'clock' },
  processing: { tone: 'attention', icon: 'sync' },
  reprocessing: { tone: 'attention', icon: 'sync' },
  processed: { tone: 'success', icon: 'check' },
  ignored: { tone: 'muted', icon: 'circle-slash' },
  errored: { tone: 'danger', icon: 'x' },
  // runs, steps, attempts
  queued: { tone: 'attention', icon: 'clock' },
  running: { tone: 'attention', icon: 'sync' },
  started: { tone: 'attention', icon: 'sync' },
  waiting: { tone: 'attention', icon: 'clock' },
  succeeded: { tone: 'success', icon: 'check-circle-fill' },
  failed: { tone: 'danger', icon: 'x-circle-fill' },
  interrupted: { tone: 'danger', icon: 'alert' },
  dead: { tone: 'danger', icon: 'skip-fill' },
  cancelled: { tone: 'muted', icon: 'stop' },
  skipped: { tone: 'muted', icon: 'skip' },
  // jobs
  done: { tone: 'success', icon: 'check-circle-fill' },
  // repositories, their configuration, and what comparing them found
  active: { tone: 'success', icon: 'check' },
  archived: { tone: 'muted', icon: 'archive' },
  disabled: { tone: 'attention', icon: 'circle-slash' },
  removed: { tone: 'danger', icon: 'trash' },
  ok: { tone: 'success', icon: 'check-circle-fill' },
  invalid: { tone: 'danger', icon: 'x-circle-fill' },
  absent: { tone: 'muted', icon: 'dash' },
  load_error: { tone: 'attention', icon: 'alert' },
  not_accessible: { tone: 'muted', icon: 'eye-closed' },
  changed: { tone: 'success', icon: 'git-commit' },
  no_change: { tone: 'muted', icon: 'check' },
  initialized: { tone: 'done', icon: 'star' },
  error: { tone: 'danger', icon: 'x-circle-fill' },
  manual: { tone: 'muted', icon: 'person' },
  // installations
  initiated_on_repowatch: { tone: 'attention', icon: 'hourglass' },
  requested: { tone: 'attention', icon: 'hourglass' },
  initiated_on_github: { tone: 'accent', icon: 'project' },
  unmatched_user: { tone: 'attention', icon: 'question' },
  permissions_pending: { tone: 'attention', icon: 'shield' },
  suspended: { tone: 'attention', icon: 'circle-slash' },
  not_allowed: { tone: 'danger', icon: 'blocked' },
  blocked_by_ip_allow_list: { tone: 'danger', icon: 'lock' },
  deleted: { tone: 'muted', icon: 'trash' },
  disconnected: { tone: 'attention', icon: 'circle-slash' },
  // watches, and what they said
  on: { tone: 'success', icon: 'check' },
  off: { tone: 'muted', icon: 'circle-slash' },
  'dry-run': { tone: 'attention', icon: 'beaker' },
  matched: { tone: 'success', icon: 'check' },
  refused: { tone: 'muted', icon: 'circle-slash' },
  not_asked: { tone: 'muted', icon: 'dash' },
  forgotten: { tone: 'muted', icon: 'history' },
  // issues and pull requests
  open: { tone: 'success', icon: 'issue-opened' },
  closed: { tone: 'done', icon: 'issue-closed' },
  merged: { tone: 'done', icon: 'git-merge' },
  draft: { tone: 'muted', icon: 'git-pull-request-draft' },
  // validations
  success: { tone: 'success', icon: 'check-circle-fill' },
  failure: { tone: 'danger', icon: 'x-circle-fill' },
  neutral: { tone: 'muted', icon: 'square-fill' },
  superseded: { tone: 'muted', icon: 'skip' },
  // tickets
  planned: { tone: 'muted', icon: 'clock' },
  moved: { tone: 'success', icon: 'arrow-right' },
  unchanged: { tone: 'muted', icon: 'dash' },
  commented: { tone: 'accent', icon: 'comment' },
};

const plain: StatusLook = { tone: 'muted', icon: 'dot' };

/** The icon of a status, in its colour. */
export function statusIcon(status: string): Html {
  const look = looks[status] ?? plain;
  const turning = look.icon === 'sync' ? ' turning' : '';
  return html`<span class="tone-${look.tone}${turning} status-icon">${icon(look.icon, status)}</span>`;
}

const classes: Partial<Record<StatusLook['tone'], string>> = { success: 'ok', danger: 'err', attention: 'busy' };

/** The class of a row by its status: `ok`, `err`, `busy`, or `quiet`. */
export function statusClass(status: string): string {
  return classes[(looks[status] ?? plain).tone] ?? 'quiet';
}

/** A status as a label. */
export function statusLabel(status: string): Html {
  return html`<span class="label label-${(looks[status] ?? plain).tone}">${status}</span>`;
}

/** A length of time for people. */
export function describeDuration(ms: number | null): string {
  if (ms === null) return '';
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
}

import type { ChangeSummary } from '../http/schemas/change.ts';
import { html, type Html } from './html.ts';
import { icon } from './icons.ts';

/** The icon of a type, or of all types of its noun. */
const icons: Record<string, string> = {
  branch: 'git-branch',
  'branch.updated': 'git-commit',
  'branch.joined': 'eye',
  'branch.left': 'eye-closed',
  tag: 'tag',
  pull_request: 'git-pull-request',
  'pull_request.merged': 'git-merge',
  'pull_request.closed': 'git-pull-request-closed',
  'pull_request.converted_to_draft': 'git-pull-request-draft',
  issue: 'issue-opened',
  'issue.closed': 'issue-closed',
  issue_comment: 'comment',
  release: 'rocket',
  member: 'person',
  installation: 'plug',
  schedule: 'clock',
  manual: 'play',
  config: 'alert',
  run: 'alert',
  recovery: 'alert',
};

const danger = /\.(?:deleted|removed|invalid|dead|gap|unpublished)$/;
const success = /\.(?:created|opened|merged|published|added)$/;

/** The mark of a change in its thread: what it is about, and whether something came or went. */
export function changeIcon(type: string): Html {
  const name = icons[type] ?? icons[type.split('.', 1)[0]!] ?? 'repo';
  const tone = danger.test(type) ? 'danger' : success.test(type) ? 'success' : 'accent';
  return html`<span class="node node-${tone}">${icon(name)}</span>`;
}

/** How a change became known that no delivery announced. */
export function howKnown({ type, origin }: Pick<ChangeSummary, 'type' | 'origin'>): { word: string; icon: string; sentence: string } {
  switch (type) {
    case 'schedule.due':
      return { word: 'schedule', icon: 'clock', sentence: 'A time came that a watch names' };
    case 'manual.requested':
      return { word: 'by hand', icon: 'play', sentence: 'Somebody asked for it' };
    case 'branch.joined':
    case 'branch.left':
      return { word: 'presence', icon: 'eye', sentence: 'Somebody looks at a branch, or no longer' };
    case 'config.invalid':
    case 'run.dead':
    case 'recovery.gap':
    case 'destination.resting':
    case 'destination.recovered':
    case 'destination.disabled':
      return { word: 'repowatch', icon: 'alert', sentence: 'RepoWatch tells this of itself' };
    default:
      return origin === 'reconcile'
        ? { word: origin, icon: 'git-compare', sentence: 'Found by comparing with GitHub; no delivery announced it' }
        : { word: origin, icon: 'webhook', sentence: 'No delivery announced it' };
  }
}

import type { ProjectLog } from '../../http/schemas/project.ts';
import { count } from '../../core/count.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { branchPath, onGitHub, repositoryPath } from '../kit/paths.ts';
import { timeAgo } from '../parts/relative-time.ts';

type Status = ProjectLog['status'];

/** How each result of a check looks: one word for the row's class, beside the tone and the icon of the dot. */
const looks: Readonly<Record<Status, { className: string; tone: string; icon: string; title: string }>> = {
  changed: { className: 'ok', tone: 'success', icon: 'git-commit', title: 'Changed' },
  no_change: { className: 'quiet', tone: 'muted', icon: 'dash', title: 'No change' },
  initialized: { className: 'info', tone: 'accent', icon: 'eye', title: 'Seen for the first time' },
  manual: { className: 'info', tone: 'accent', icon: 'person', title: 'Asked for' },
  error: { className: 'err', tone: 'danger', icon: 'x-circle-fill', title: 'Could not be compared' },
};

/** The words of the results, for filters. */
export const checkChoices = Object.entries(looks).map(([value, { title }]) => ({ value, title }));

function what({ branch, ref, sha, before, repository, status }: ProjectLog, repositoryUrl: string | null): Html {
  const name =
    branch !== null
      ? html`<a href="${branchPath(repository, branch)}"><bdi>${branch}</bdi></a>`
      : ref !== null && html`<bdi>${ref.name}</bdi>`;
  const commit = sha === null ? undefined : onGitHub(repositoryUrl, `commit/${sha}`);
  const shown =
    sha !== null &&
    (commit == null
      ? html`<code>${sha.slice(0, 7)}</code>`
      : html`<a href="${commit}" rel="noreferrer"><code>${sha.slice(0, 7)}</code></a>`);
  const gone =
    sha === null &&
    before !== null &&
    status === 'changed' &&
    html`<span class="muted">deleted, it was at</span> <code>${before.slice(0, 7)}</code>`;
  return html`${name} ${shown} ${gone}`;
}

function entry(log: ProjectLog, urls: ReadonlyMap<string, string | null>): Html {
  const { id, status, repository, message, author, error, times, requested_by: by, checked_at: at, date, changes } = log;
  const look = looks[status];
  return html`<li class="event ${look.className}" id="check-${id}" data-row data-status="${status}">
    <span class="event-dot tone-${look.tone}">${icon(look.icon, look.title)}</span>
    <div class="event-main">
      <p class="event-title">
        <strong>${look.title}</strong> ${what(log, urls.get(repository) ?? null)}
        ${changes > 1 && html`<span class="muted">${count(changes, 'change')}</span>`}
      </p>
      ${message !== null && html`<p class="event-message one-line"><bdi>${message.split('\n', 1)[0]}</bdi></p>`}
      ${error !== null && html`<p class="event-message tone-danger"><code>${error.code}</code> <bdi>${error.message}</bdi></p>`}
      <p class="muted event-facts">
        <a href="${repositoryPath(repository, 'checks')}"><bdi>${repository}</bdi></a>
        ${author !== null && html`<span>by <bdi>${author}</bdi></span>`} ${date !== null && html`<span>written ${timeAgo(date)}</span>`}
        ${by !== null && html`<span>asked for by <bdi>${by}</bdi></span>`}
        ${times > 1 && html`<span title="Checks in a row with this result">${times} times, last</span>`}
      </p>
    </div>
    <span class="event-time muted">${timeAgo(at)}</span>
  </li>`;
}

/** What comparing with GitHub found, newest first, as a line of time. `urls` are the addresses of repositories on GitHub. */
export function timeline(logs: readonly ProjectLog[], urls: ReadonlyMap<string, string | null>): Html {
  return html`<ol class="timeline">
    ${logs.map((log) => entry(log, urls))}
  </ol>`;
}

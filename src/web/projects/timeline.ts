import type { ProjectLog } from '../../http/schemas/project.ts';
import type { ProjectChange } from '../../http/schemas/project-activity.ts';
import { count } from '../../core/count.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { branchPath, changePath, onGitHub, repositoryPath } from '../kit/paths.ts';
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

const changeLooks: Readonly<Record<string, { icon: string; title: string }>> = {
  'branch.created': { icon: 'git-branch', title: 'New branch' },
  'branch.updated': { icon: 'git-commit', title: 'Changed' },
  'branch.deleted': { icon: 'trash', title: 'Deleted' },
  'tag.created': { icon: 'tag', title: 'New tag' },
  'tag.moved': { icon: 'tag', title: 'Tag moved' },
  'tag.deleted': { icon: 'trash', title: 'Tag deleted' },
};

const noSha = /^0+$/;

function changeEntry(change: ProjectChange, url: string | null): Html {
  const { id, type, repository, ref, after, before, actor, commit, happened_at: at, origin } = change;
  const look = changeLooks[type] ?? { icon: 'git-commit', title: type };
  const sha = after === null || noSha.test(after) ? null : after;
  const name =
    ref !== null &&
    (ref.kind === 'branch' && sha !== null
      ? html`<a href="${branchPath(repository.full_name, ref.name)}"><bdi>${ref.name}</bdi></a>`
      : html`<bdi>${ref.name}</bdi>`);
  const onSite = sha === null ? null : onGitHub(url, `commit/${sha}`);
  const code = html`<code>${(sha ?? before ?? '').slice(0, 7)}</code>`;
  return html`<li class="event ok" id="change-${id}" data-row data-status="changed">
    <span class="event-dot tone-${sha === null ? 'danger' : 'success'}">${icon(look.icon, look.title)}</span>
    <div class="event-main">
      <p class="event-title">
        <a data-main href="${changePath(id)}"><strong>${look.title}</strong></a> ${name}
        ${onSite === null ? code : html`<a href="${onSite}" rel="noreferrer">${code}</a>`}
      </p>
      ${commit !== null && html`<p class="event-message one-line"><bdi>${commit.message.split('\n', 1)[0]}</bdi></p>`}
      <p class="muted event-facts">
        <a href="${repositoryPath(repository.full_name)}"><bdi>${repository.full_name}</bdi></a>
        ${commit?.author != null && html`<span>by <bdi>${commit.author}</bdi></span>`}
        ${actor !== null && actor.login !== commit?.author && html`<span>pushed by <bdi>${actor.login}</bdi></span>`}
        ${origin !== 'webhook' && html`<span>${origin === 'reconcile' ? 'found by comparing' : origin}</span>`}
      </p>
    </div>
    <span class="event-time muted">${timeAgo(at)}</span>
  </li>`;
}

/** A moment of the line: a change, or a look at GitHub. */
export interface Moment {
  at: string;
  view: Html;
}

/** The moments of changes and looks, newest first. A look whose finding is there as a change is left out. */
export function momentsOf(
  { changes, logs }: { changes: readonly ProjectChange[]; logs: readonly ProjectLog[] },
  urls: ReadonlyMap<string, string | null>,
): Moment[] {
  const told = new Set(changes.map(({ repository, ref, after }) => `${repository.full_name} ${ref?.name ?? ''} ${after ?? ''}`));
  const looked = logs.filter(
    ({ status, repository, ref, sha }) => status !== 'changed' || !told.has(`${repository} ${ref?.name ?? ''} ${sha ?? ''}`),
  );
  const moments = [
    ...changes.map((change) => ({ at: change.happened_at, view: changeEntry(change, urls.get(change.repository.full_name) ?? null) })),
    ...looked.map((log) => ({ at: log.checked_at, view: entry(log, urls) })),
  ];
  return moments.toSorted((one, other) => other.at.localeCompare(one.at));
}

/** What happened and what comparing with GitHub found, as a line of time. */
export function timeline(moments: readonly Moment[]): Html {
  return html`<ol class="timeline">
    ${moments.map(({ view }) => view)}
  </ol>`;
}

import type { ProjectItem } from '../../http/schemas/project.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { branchPath, projectPath, repositoryPath, runPath } from '../kit/paths.ts';
import { describeInput, kindLook } from '../parts/kind-look.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { statusIcon, statusLabel } from '../status-view.ts';

/** How many repositories, branches and actions a card names; the rest is counted. */
const shownParts = 4;

function more(all: number, path: string): Html | false {
  return all > shownParts && html`<a class="chip chip-more" href="${path}">+${all - shownParts}</a>`;
}

function repositoriesView({ id, repositories, repository_count: all, follow }: ProjectItem): Html {
  if (all === 0)
    return html`<p class="muted">
      ${icon('repo')} It follows no repository yet. <a href="${projectPath(id, 'settings')}">Choose some</a>.
    </p>`;
  return html`<ul class="card-repos">
    ${repositories.slice(0, shownParts).map(
      ({ full_name: name, html_url: url, enabled }) =>
        html`<li>
          ${icon('repo')} <a href="${repositoryPath(name)}"><bdi>${name}</bdi></a>
          ${url !== null && html`<a class="card-out" href="${url}" target="_blank" rel="noreferrer">${icon('link-external', `${name} on GitHub`)}</a>`}
          ${!enabled && statusLabel('disabled')}
        </li>`,
    )}
    ${(all > shownParts || follow === 'all') && html`<li class="muted">${all > shownParts && html`<a href="${projectPath(id, 'settings')}">${all - shownParts} more</a>`}${follow === 'all' && html`${all > shownParts && ', '}every repository of the account`}</li>`}
  </ul>`;
}

/** The branches of a project, and how often it looks. */
export function branchChips({ id, branches, check_interval: minutes }: ProjectItem): Html {
  return html`<ul class="chips" aria-label="Branches">
    ${branches.slice(0, shownParts).map((branch) => html`<li class="chip">${icon('git-branch')} <bdi>${branch}</bdi></li>`)}
    ${branches.length > shownParts && html`<li>${more(branches.length, projectPath(id, 'settings'))}</li>`}
    <li class="chip" title="How often its repositories are compared with GitHub, beside what webhooks bring">
      ${icon('clock')} every ${minutes} min
    </li>
  </ul>`;
}

function actionChips({ id, actions }: ProjectItem): Html {
  if (actions.length === 0) return html`<p class="muted">No actions yet: changes are recorded, and nothing is done.</p>`;
  return html`<ul class="chips" aria-label="Actions">
    ${actions.slice(0, shownParts).map(({ id: action, name, uses, enabled, with: input }) => {
      const look = kindLook(uses);
      const about = [look.title, describeInput(uses, input), !enabled && 'switched off'].filter(Boolean).join(' · ');
      return html`<li>
        <a class="chip chip-action ${!enabled && 'is-off'}" href="${projectPath(id, `actions/${action}`)}" title="${about}"
          >${icon(look.icon)} <bdi>${name}</bdi></a
        >
      </li>`;
    })}
    ${actions.length > shownParts && html`<li>${more(actions.length, projectPath(id, 'actions'))}</li>`}
  </ul>`;
}

/** What happened last: in one line what was found, in one what was done. */
export function lastResults({ last_check: check, last_run: run }: ProjectItem): Html {
  return html`<ul class="card-last">
    <li>
      ${
        check === null
          ? html`${icon('dot')} <span class="muted">Nothing was compared with GitHub yet.</span>`
          : html`${statusIcon(check.result)} <span>${checkWords(check)} <span class="muted">${timeAgo(check.checked_at)}</span></span>`
      }
    </li>
    ${
      run !== null &&
      html`<li>
        ${statusIcon(run.status)}
        <span
          ><a href="${runPath(run.id)}"><bdi>${run.action}</bdi> ${run.status}</a>
          <span class="muted">${timeAgo(run.created_at)}</span></span
        >
      </li>`
    }
  </ul>`;
}

function checkWords({ result, repository, branch, sha, message, error }: NonNullable<ProjectItem['last_check']>): Html {
  if (result === 'error') return html`<bdi>${repository}</bdi>: <bdi class="one-line">${error ?? 'could not be compared'}</bdi>`;
  if (result === 'no_change') return html`No change`;
  if (result === 'initialized') return html`<bdi>${repository}</bdi> was seen for the first time`;
  if (branch === null) return html`<bdi>${repository}</bdi> changed`;
  return html`<a href="${branchPath(repository, branch)}"><bdi>${branch}</bdi></a>
    ${sha === null ? 'is gone' : html`<code>${sha.slice(0, 7)}</code>`}${message !== null && html` <bdi class="one-line">${message.split('\n', 1)[0]}</bdi>`}`;
}

/** A project as one card. */
export function projectCard(project: ProjectItem): Html {
  const { id, name, enabled, last_check_at: last, next_check_at: next, last_check: check } = project;
  const tone = check === null ? 'quiet' : check.result === 'error' ? 'err' : 'ok';
  return html`<li class="card project-card ${tone} ${!enabled && 'is-off'}" data-row id="project-${id}">
    <div class="card-top">
      <h2>
        <a data-main href="${projectPath(id)}"><bdi>${name}</bdi></a>
      </h2>
      ${!enabled && html`<span class="label">off</span>`}
    </div>
    ${repositoriesView(project)} ${branchChips(project)} ${actionChips(project)} ${lastResults(project)}
    <p class="card-foot muted">
      <span>Checked ${timeAgo(last, 'never')}</span>
      <span>${enabled && next !== null && html`Next ${timeAgo(next)}`}</span>
    </p>
  </li>`;
}

import { count } from '../../core/count.ts';
import type { ProjectTriggered } from '../../http/schemas/project.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { refuseForm, type FormDefinition } from '../kit/pages.ts';
import { projectPath, repositoryPath, runPath } from '../kit/paths.ts';
import type { PageContent } from '../kit/view.ts';
import { pageHead } from '../parts/page-head.ts';
import { statusIcon, statusLabel } from '../status-view.ts';
import { projectPage } from './project-page.ts';
import { projectId } from './project-head.ts';

/** How long the page waits for what it started, before it shows how far everything is. Seconds. */
const waitSeconds = 10;

function runsOf({ runs, failed }: ProjectTriggered): Html {
  return html`<ul class="plain-rows">
    ${runs.map(
      ({ id, action, repository, status, message }) =>
        html`<li class="plain-row" data-row>
          ${statusIcon(status)}
          <div class="plain-main">
            <a href="${runPath(id)}"><bdi>${action.name}</bdi></a> <span class="muted">in</span>
            <a href="${repositoryPath(repository.full_name)}"><bdi>${repository.full_name}</bdi></a>
            ${message !== null && html`<p class="${status === 'succeeded' ? 'muted' : 'tone-danger'}"><bdi>${message}</bdi></p>`}
          </div>
          <span class="plain-end">${statusLabel(status)}</span>
        </li>`,
    )}
    ${failed
      .filter(({ actionId, repository }) => !runs.some((run) => run.action.id === actionId && run.repository.full_name === repository))
      .map(
        ({ action, repository, code, error }) =>
          html`<li class="plain-row" data-row>
            <span class="tone-danger status-icon">${icon('x-circle-fill', 'not started')}</span>
            <div class="plain-main">
              <strong><bdi>${action.name}</bdi></strong> <span class="muted">in <bdi>${repository}</bdi></span>
              <p class="tone-danger">${code !== null && html`<code>${code}</code> `}<bdi>${error}</bdi></p>
            </div>
            <span class="plain-end">${statusLabel('failed')}</span>
          </li>`,
      )}
  </ul>`;
}

function told(id: string, branch: string, answer: ProjectTriggered): PageContent {
  const { successful, failed, over, runs } = answer;
  const bad = new Set(failed.map(({ actionId }) => actionId)).size;
  const sum = [
    successful.length > 0 && `${count(successful.length, 'action')} succeeded`,
    bad > 0 && `${count(bad, 'action')} failed`,
    !over && `${runs.filter((run) => run.finished_at === null).length} still under way`,
  ].filter((part) => part !== false);
  const body = html`${pageHead({
    title: html`Actions for <bdi>${branch}</bdi>`,
    crumbs: [
      { title: 'Projects', path: '/projects' },
      { title: 'Project', path: projectPath(id) },
    ],
    intro: `${sum.join(', ')}.`,
    actions: html`<a class="btn" href="${projectPath(id, 'runs')}">${over ? 'All runs' : 'See how they go on'}</a>`,
  })}
  ${runsOf(answer)}`;
  return { title: `Actions for ${branch}`, body };
}

/** Running actions of a project for a branch: shows how each ended, or how far it is. */
export const triggerForm: FormDefinition = {
  path: '/projects/:id/trigger',
  page: projectPage,
  pageView: (view) => ({ url: projectPath(projectId(view)) }),
  submit: async (view, { branch = '', repository = '', actions = '' }) => {
    const chosen = actions.split('\n').filter(Boolean);
    if (chosen.length === 0) return refuseForm([{ path: 'actions', message: 'Choose at least one.' }]);
    const body = { branch: branch.trim(), actions: chosen, ...(repository !== '' && { repository }) };
    return await view.api.send({ method: 'POST', path: `/api/projects/${projectId(view)}/trigger?wait=${waitSeconds}`, body });
  },
  done: (view) => ({ to: projectPath(projectId(view)), notice: 'started' }),
  reveal: (view, { values, value }) => told(projectId(view), values['branch'] ?? '', value as ProjectTriggered),
};

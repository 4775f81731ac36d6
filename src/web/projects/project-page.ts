import type { ProjectItem, ProjectLog } from '../../http/schemas/project.ts';
import type { ProjectChange } from '../../http/schemas/project-activity.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import { projectPath, repositoryPath } from '../kit/paths.ts';
import { pageUrl, type PageDefinition, type View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { dialogButton } from '../parts/dialog.ts';
import { facts } from '../parts/facts.ts';
import { filterBar } from '../parts/filters.ts';
import { buttonForm } from '../parts/form.ts';
import { section } from '../parts/page-head.ts';
import { pager } from '../parts/pager.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { branchChips, lastResults } from './project-card.ts';
import { mayRun, projectHead, projectId, readProject } from './project-head.ts';
import { checkChoices, momentsOf, timeline } from './timeline.ts';
import { triggerDialog } from './trigger-dialog.ts';

function repositoriesView({ repositories, repository_count: all }: ProjectItem): Html {
  return html`<ul class="plain-rows">
    ${repositories.map(
      ({ id, full_name: name, enabled, last_check_at: at }) =>
        html`<li class="plain-row" id="repository-${id}" data-row>
          ${icon('repo')} <a href="${repositoryPath(name)}"><bdi>${name}</bdi></a> ${!enabled && html`<span class="label">off</span>`}
          <span class="plain-end muted">checked ${timeAgo(at)}</span>
        </li>`,
    )}
    ${all > repositories.length && html`<li class="plain-row muted">${all - repositories.length} more</li>`}
  </ul>`;
}

function overview(project: ProjectItem): Html {
  const { last_check_at: last, next_check_at: next, created_at: at, created_by: by, enabled } = project;
  return html`<div class="project-sum">
    ${branchChips(project)} ${lastResults(project)}
    ${facts([
      ['Checked', timeAgo(last)],
      enabled && ['Next check', timeAgo(next, 'when a repository is there')],
      ['Made', html`${timeAgo(at)} by <bdi>${by}</bdi>`],
    ])}
  </div>`;
}

function noActivity({ query }: View, project: ProjectItem): Html {
  if (['show', 'status', 'branch', 'repository'].some((name) => (query[name] ?? '') !== ''))
    return blank({ icon: 'filter', title: 'Nothing like this', text: 'No check of these repositories fits the filters.', level: 3 });
  if (project.repository_count === 0)
    return blank({
      icon: 'repo',
      title: 'No repository yet',
      text: 'Choose the repositories that this project follows; what happens to their branches shows up here.',
      action: html`<a class="btn btn-primary" href="${projectPath(project.id, 'settings')}">Choose repositories</a>`,
      level: 3,
    });
  return blank({
    icon: 'pulse',
    title: 'Nothing compared yet',
    text: 'Its repositories are compared with GitHub in a moment; each look leaves a line here.',
    level: 3,
  });
}

/** How many moments the page shows at once. */
const shownMoments = 30;

/** The changes and the looks that the filters ask for; both, without a place in the list, when no kind was chosen. */
async function readActivity(view: View): Promise<{ changes: ListAnswer<ProjectChange>; logs: ListAnswer<ProjectLog> }> {
  const { show, status, branch, repository, cursor } = view.query;
  const base = `/api/projects/${projectId(view)}`;
  const none = { data: [], meta: { next: null } };
  const [changes, logs] = await Promise.all([
    show === 'checks' || (status ?? '') !== ''
      ? none
      : view.api.get<ListAnswer<ProjectChange>>(withQuery(`${base}/changes`, { branch, repository, cursor, limit: shownMoments })),
    show === 'changes'
      ? none
      : view.api.get<ListAnswer<ProjectLog>>(withQuery(`${base}/logs`, { status, branch, repository, cursor, limit: shownMoments })),
  ]);
  return { changes, logs };
}

function activityView(view: View, project: ProjectItem, activity: Awaited<ReturnType<typeof readActivity>>): Html {
  const urls = new Map(project.repositories.map(({ full_name: name, html_url: url }) => [name, url]));
  const { changes, logs } = activity;
  const moments = momentsOf({ changes: changes.data, logs: logs.data }, urls);
  if (moments.length === 0) return noActivity(view, project);
  const isBoth = (view.query['show'] ?? '') === '' && (view.query['status'] ?? '') === '';
  const more = html`<nav class="pager" aria-label="More">
    <a class="btn" href="${pageUrl(view, { show: 'changes' })}">All changes</a>
    <a class="btn" href="${pageUrl(view, { show: 'checks' })}">All checks</a>
  </nav>`;
  const further = isBoth
    ? (changes.meta.next ?? logs.meta.next) !== null && more
    : pager(view, changes.data.length > 0 ? changes.meta : logs.meta);
  return html`${timeline(isBoth ? moments.slice(0, shownMoments) : moments)} ${further}`;
}

/** The page of a project: what happened to its branches. */
export const projectPage: PageDefinition = {
  path: '/projects/:id',
  place: 'projects',
  async render(view) {
    const [project, activity] = await Promise.all([readProject(view), readActivity(view)]);
    const live = {
      'project-sum': overview(project),
      activity: activityView(view, project, activity),
      repositories: repositoriesView(project),
    };
    const runs = mayRun(view, project);
    const buttons = html`${runs && project.actions.length > 0 && dialogButton('run-actions', { text: 'Run actions', icon: 'play' })}
    ${runs && project.repository_count > 0 && buttonForm(projectPath(project.id, 'check'), { text: 'Check now', icon: 'sync' })}`;
    const filters = filterBar(view, [
      {
        name: 'show',
        label: 'Show',
        kind: 'choice',
        all: 'Changes and checks',
        options: [
          { value: 'changes', title: 'Changes' },
          { value: 'checks', title: 'Checks' },
        ],
      },
      { name: 'status', label: 'Result', kind: 'choice', options: checkChoices },
      { name: 'branch', label: 'Branch', kind: 'text', placeholder: 'Branch', icon: 'git-branch' },
      ...(project.repositories.length > 1
        ? [{ name: 'repository', label: 'Repository', kind: 'choice' as const, options: project.repositories.map((one) => one.full_name) }]
        : []),
    ]);
    const body = html`${projectHead(view, project, { tab: '', actions: buttons })} ${livePart('project-sum', live['project-sum'])}
    ${section('Activity', html`${filters} ${livePart('activity', live.activity)}`, { id: 'activity-log' })}
    ${project.repository_count > 0 && section('Repositories', livePart('repositories', live.repositories))}
    ${runs && project.actions.length > 0 && triggerDialog(view, project)}`;
    return { title: project.name, body, live };
  },
};

import type { ActionItem } from '../../http/schemas/project-action.ts';
import type { ProjectItem } from '../../http/schemas/project.ts';
import type { RunSummary } from '../../http/schemas/run.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import type { ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import type { FormDefinition } from '../kit/pages.ts';
import { projectPath, runPath } from '../kit/paths.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { dialog, dialogButton } from '../parts/dialog.ts';
import { buttonForm } from '../parts/form.ts';
import { describeInput, kindLook } from '../parts/kind-look.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { statusIcon } from '../status-view.ts';
import { mayManage, mayRun, projectHead, projectId, readProject } from './project-head.ts';
import { readKinds } from './read-kinds.ts';
import { describeTrigger } from './trigger-words.ts';
import { triggerDialog } from './trigger-dialog.ts';

const actionsOf = (id: string) => projectPath(id, 'actions');

/** What most people want stands first. */
const popular = ['webhook', 'script', 'slack', 'email', 'jira', 'ticket'];
const rankOf = (kind: string) => (popular.includes(kind) ? popular.indexOf(kind) : popular.length);

/** The kinds to choose from, each a link to its form. */
function kindChooser(id: string, kinds: Iterable<string>): Html {
  return html`<p class="muted">What is done when a branch moves?</p>
    <ul class="kinds">
      ${[...kinds]
        .toSorted((one, other) => rankOf(one) - rankOf(other))
        .map((kind) => {
          const look = kindLook(kind);
          return html`<li>
            <a class="kind" href="${actionsOf(id)}/new?uses=${encodeURIComponent(kind)}"
              >${icon(look.icon)}<span>${look.title}</span><code>${kind}</code></a
            >
          </li>`;
        })}
    </ul>`;
}

function lastRun(run: RunSummary | undefined): Html {
  if (run === undefined) return html`<span class="muted">never ran</span>`;
  return html`<a class="action-run" href="${runPath(run.id)}">${statusIcon(run.status)} ${run.status}</a>
    <span class="muted">${timeAgo(run.created_at)}</span>`;
}

function actionView(project: ProjectItem, action: ActionItem, { run, manages }: { run: RunSummary | undefined; manages: boolean }): Html {
  const { id, name, uses, enabled } = action;
  const look = kindLook(uses);
  const target = describeInput(uses, action.with);
  const path = `${actionsOf(project.id)}/${id}`;
  return html`<li class="plain-row action-row ${!enabled && 'is-off'}" id="action-${id}" data-row>
    <span class="kind-icon">${icon(look.icon, uses)}</span>
    <div class="plain-main">
      <p class="action-title">
        <a data-main href="${path}"><bdi>${name}</bdi></a> ${!enabled && html`<span class="label">off</span>`}
      </p>
      <p class="muted one-line">${look.title}${target !== '' && html`: <bdi>${target}</bdi>`}</p>
      <p class="muted">${describeTrigger(action)}</p>
    </div>
    <div class="plain-end">
      <p>${lastRun(run)}</p>
      ${
        manages &&
        html`<div class="page-actions">
          ${buttonForm(`${path}/switch`, { text: enabled ? 'Switch off' : 'Switch on', fields: { enabled: String(!enabled) }, label: `${enabled ? 'Switch off' : 'Switch on'} ${name}` })}
          <a class="btn btn-sm" href="${path}" aria-label="Edit ${name}">Edit</a>
        </div>`
      }
    </div>
  </li>`;
}

function list(project: ProjectItem, runs: readonly RunSummary[], manages: boolean): Html {
  return html`<ol class="plain-rows">
    ${project.actions.map((action) => actionView(project, action, { run: runs.find(({ watch }) => watch.key === action.watch), manages }))}
  </ol>`;
}

/** The page of the actions of a project. */
export const actionsPage: PageDefinition = {
  path: '/projects/:id/actions',
  place: 'projects',
  async render(view) {
    const [project, runs, kinds] = await Promise.all([
      readProject(view),
      view.api.get<ListAnswer<RunSummary>>(`/api/projects/${projectId(view)}/runs?limit=100`),
      readKinds(view),
    ]);
    const { id, actions } = project;
    const manages = mayManage(view, project);
    const runnable = mayRun(view, project) && actions.length > 0;
    const live = { actions: list(project, runs.data, manages) };
    const chooser = manages && dialog({ id: 'add-action', title: 'Add an action', body: kindChooser(id, kinds.keys()) });
    const none = blank({
      icon: 'zap',
      title: 'Nothing is done yet',
      text: 'Changes in the repositories of this project are recorded. An action does something about them: it calls a webhook, runs a script, writes a message, or works on GitHub.',
    });
    const buttons = html`${manages && dialogButton('add-action', { text: 'Add action', icon: 'plus', kind: 'primary' })}
    ${runnable && dialogButton('run-actions', { text: 'Run actions', icon: 'play' })}`;
    const body = html`${projectHead(view, project, { tab: 'actions', actions: buttons })} ${actions.length === 0 && none}
    ${actions.length === 0 && manages && html`<div class="box-plain">${kindChooser(id, kinds.keys())}</div>`}
    ${actions.length > 0 && livePart('actions', live.actions)} ${chooser} ${runnable && triggerDialog(view, project)}`;
    return actions.length === 0 ? { title: `Actions · ${project.name}`, body } : { title: `Actions · ${project.name}`, body, live };
  },
};

const pathOf = (view: View) => `/api/projects/${projectId(view)}/actions/${encodeURIComponent(view.params['actionId'] ?? '')}`;

/** Switching an action on or off. */
export const switchActionForm: FormDefinition = {
  path: '/projects/:id/actions/:actionId/switch',
  page: actionsPage,
  pageView: (view) => ({ url: actionsOf(projectId(view)) }),
  submit: async (view, { enabled }) => await view.api.send({ method: 'PATCH', path: pathOf(view), body: { enabled: enabled === 'true' } }),
  done: (view, { values }) => ({ to: actionsOf(projectId(view)), notice: values['enabled'] === 'true' ? 'enabled' : 'disabled' }),
};

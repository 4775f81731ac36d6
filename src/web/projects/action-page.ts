import type { ActionItem } from '../../http/schemas/project-action.ts';
import type { ProjectItem } from '../../http/schemas/project.ts';
import type { RunSummary } from '../../http/schemas/run.ts';
import { html, type Html } from '../html.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import { refuseForm, type FormDefinition } from '../kit/pages.ts';
import { projectPath, runPath } from '../kit/paths.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { confirmField, refuseUnconfirmed } from '../parts/confirmation.ts';
import { dialog, dialogButton } from '../parts/dialog.ts';
import { facts } from '../parts/facts.ts';
import { buttonForm, form, refusalOf, textField } from '../parts/form.ts';
import { kindLook } from '../parts/kind-look.ts';
import { pageHead, section } from '../parts/page-head.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { statusIcon } from '../status-view.ts';
import { actionFields, readAction } from './action-fields.ts';
import { listSecretNames, readInputs } from './new-action-page.ts';
import { ownSecrets, readOwnSecrets } from './own-secrets.ts';
import { mayManage, mayRun, projectId, readProject, seenVersion } from './project-head.ts';
import { describeTrigger } from './trigger-words.ts';
import { triggerFields } from './trigger-dialog.ts';

const baseOf = (view: View) => projectPath(projectId(view), `actions/${encodeURIComponent(view.params['actionId'] ?? '')}`);

async function readActionItem(view: View): Promise<ActionItem> {
  return await view.api.get<ActionItem>(`/api${baseOf(view)}`);
}

function parametersView(view: View, action: ActionItem): Html {
  const base = baseOf(view);
  const path = `${base}/parameters`;
  const field = { view, path };
  const rows = action.parameters.map(
    ({ branch, name, value }) =>
      html`<li class="plain-row">
        <code><bdi>${branch}</bdi></code> <strong><bdi>${name}</bdi></strong> <span class="plain-main"><bdi>${String(value)}</bdi></span>
        ${buttonForm(`${path}/remove`, { text: 'Remove', fields: { branch, name }, label: `Remove ${name} for ${branch}` })}
      </li>`,
  );
  return html`${
      rows.length > 0 &&
      html`<ul class="plain-rows">
        ${rows}
      </ul>`
    }
    <details class="more-fields below" ${refusalOf(view, path) !== undefined && 'open'}>
      <summary>Add a parameter</summary>
      <div class="more-fields-body">
        ${form({
          view,
          path,
          submit: 'Add',
          fields: html`${textField({ ...field, name: 'branch', label: 'Branch', required: true, placeholder: 'main or release/**', maxlength: 250 })}
            <div class="field-pair">
              ${textField({ ...field, name: 'name', label: 'Name', required: true, placeholder: 'host', maxlength: 100 })}
              ${textField({ ...field, name: 'value', label: 'Value', placeholder: 'https://live.example.com', maxlength: 10_000 })}
            </div>`,
        })}
      </div>
    </details>`;
}

function runNow(view: View, project: ProjectItem, action: ActionItem): Html {
  const path = projectPath(project.id, 'trigger');
  const fields = html`<input type="hidden" name="actions" value="${action.id}" />${triggerFields(view, project, path)}`;
  return dialog({ id: 'run-now', title: `Run ${action.name} now`, body: form({ view, path, submit: 'Run', fields }) });
}

function removal(view: View, { name }: ActionItem): Html {
  const path = `${baseOf(view)}/delete`;
  const body = html`<p class="muted">Its secrets and parameters go with it. Its runs stay.</p>
    ${form({ view, path, danger: true, submit: 'Remove this action', fields: confirmField({ view, path, word: name, what: 'remove it' }) })}`;
  return html`${dialogButton('remove-action', { text: 'Remove this action', icon: 'trash', kind: 'danger' })}
  ${dialog({ id: 'remove-action', title: `Remove ${name}`, body, open: refusalOf(view, path) !== undefined })}`;
}

function runsView(runs: readonly RunSummary[]): Html {
  if (runs.length === 0) return html`<p class="muted">It has not run yet.</p>`;
  return html`<ul class="plain-rows">
    ${runs.map(
      ({ id, status, repository, change, message, created_at: at }) =>
        html`<li class="plain-row" data-row>
          ${statusIcon(status)}
          <div class="plain-main">
            <a href="${runPath(id)}"
              ><bdi>${repository.full_name}</bdi>${change.ref_name !== null && html` <bdi>${change.ref_name}</bdi>`}</a
            >
            ${message !== null && html`<p class="muted one-line"><bdi>${message}</bdi></p>`}
          </div>
          <span class="plain-end muted">${timeAgo(at)}</span>
        </li>`,
    )}
  </ul>`;
}

async function managedBody(view: View, project: ProjectItem, action: ActionItem): Promise<Html> {
  const [inputs, secrets, own] = await Promise.all([
    readInputs(view, action.uses),
    listSecretNames(view, project),
    readOwnSecrets(view, `/api/actions/${action.id}/secrets`),
  ]);
  const path = baseOf(view);
  const names = [...new Set([...own.map(({ name }) => name), ...secrets])];
  const editor = form({
    view,
    path,
    submit: 'Save',
    fields: html`<input
        type="hidden"
        name="version"
        value="${action.version}"
      />${actionFields({ view, path, uses: action.uses, inputs, action, secrets: names })}`,
  });
  return html`${editor}
  ${section('Parameters by branch', parametersView(view, action), { id: 'parameters', intro: html`Values that arrive only on some branches, as <code>\${{ params.NAME }}</code>.` })}
  ${section('Secrets of this action', ownSecrets(view, { path: `${path}/secrets`, secrets: own, whose: 'action' }), {
    id: 'secrets',
    intro: html`Known to this action only, as <code>\${{ secrets.NAME }}</code>. They go before those of the project.`,
  })}`;
}

/** The page of one action: its inputs, parameters, secrets and runs. */
export const actionPage: PageDefinition = {
  path: '/projects/:id/actions/:actionId',
  place: 'projects',
  async render(view) {
    const [project, action] = await Promise.all([readProject(view), readActionItem(view)]);
    const runs = await view.api.get<ListAnswer<RunSummary>>(withQuery(`/api/projects/${project.id}/runs`, { action: action.id, limit: 5 }));
    const { name, uses, enabled } = action;
    const manages = mayManage(view, project);
    const look = kindLook(uses);
    const runnable = mayRun(view, project) && project.repository_count > 0;
    const head = pageHead({
      title: html`${name}${!enabled && html` <span class="label">off</span>`}`,
      icon: look.icon,
      crumbs: [
        { title: 'Projects', path: '/projects' },
        { title: project.name, path: projectPath(project.id) },
        { title: 'Actions', path: projectPath(project.id, 'actions') },
      ],
      intro: html`${look.title}. ${describeTrigger(action)}.`,
      actions: html`${runnable && dialogButton('run-now', { text: 'Run now', icon: 'play' })}
      ${manages && buttonForm(`${baseOf(view)}/switch`, { text: enabled ? 'Switch off' : 'Switch on', fields: { enabled: String(!enabled), return_to: baseOf(view) } })}`,
    });
    const shown = facts([
      ['Kind', html`<code>${uses}</code>`],
      ['Changed', timeAgo(action.updated_at)],
    ]);
    const body = html`${head} ${manages ? await managedBody(view, project, action) : shown}
    ${section('Last runs', runsView(runs.data), { id: 'runs', actions: html`<a href="${projectPath(project.id, 'runs')}?action=${action.id}">All runs</a>` })}
    ${manages && section('Remove', removal(view, action))} ${runnable && runNow(view, project, action)}`;
    return { title: name, body };
  },
};

const here = (view: View) => ({ url: baseOf(view) });

/** Changing an action. Somebody else’s change in between is not overwritten. */
export const saveActionForm: FormDefinition = {
  path: '/projects/:id/actions/:actionId',
  page: actionPage,
  submit: async (view, values) => {
    const action = await readActionItem(view);
    const { value: body, problems } = readAction(values, { uses: action.uses, inputs: await readInputs(view, action.uses), action });
    if (problems.length > 0) return refuseForm(problems);
    return await view.api.send({ method: 'PUT', path: `/api${baseOf(view)}`, body, headers: seenVersion(action.id, values) });
  },
  done: (view) => ({ to: baseOf(view), notice: 'saved' }),
};

/** Removing an action, by whoever types its name. */
export const removeActionForm: FormDefinition = {
  path: '/projects/:id/actions/:actionId/delete',
  page: actionPage,
  pageView: here,
  submit: async (view, values) => {
    const { name } = await readActionItem(view);
    return refuseUnconfirmed(values, name) ?? (await view.api.send({ method: 'DELETE', path: `/api${baseOf(view)}` }));
  },
  done: (view) => ({ to: projectPath(projectId(view), 'actions'), notice: 'removed' }),
};

/** Adding a value that arrives only on some branches. */
export const addParameterForm: FormDefinition = {
  path: '/projects/:id/actions/:actionId/parameters',
  page: actionPage,
  pageView: here,
  submit: async (view, { branch = '', name = '', value = '' }) =>
    await view.api.send({
      method: 'POST',
      path: `/api${baseOf(view)}/parameters`,
      body: { branch: branch.trim(), name: name.trim(), value },
    }),
  done: (view) => ({ to: `${baseOf(view)}#parameters`, notice: 'added' }),
};

/** Taking such a value away. */
export const removeParameterForm: FormDefinition = {
  path: '/projects/:id/actions/:actionId/parameters/remove',
  page: actionPage,
  pageView: here,
  submit: async (view, { branch, name }) =>
    await view.api.send({ method: 'DELETE', path: withQuery(`/api${baseOf(view)}/parameters`, { branch, name }) }),
  done: (view) => ({ to: `${baseOf(view)}#parameters`, notice: 'removed' }),
};

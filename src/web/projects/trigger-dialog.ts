import type { ProjectItem } from '../../http/schemas/project.ts';
import { html, type Html } from '../html.ts';
import { projectPath } from '../kit/paths.ts';
import type { View } from '../kit/view.ts';
import { dialog } from '../parts/dialog.ts';
import { choicesField, form, refusalOf, selectField, textField } from '../parts/form.ts';

const isName = (branch: string) => !/[*?+[\]!]/.test(branch);

/** The fields by which actions are started for a branch. */
export function triggerFields(view: View, project: ProjectItem, path: string): Html {
  const { branches, repositories } = project;
  const named = branches.filter(isName);
  const field = { view, path };
  return html`${textField({ ...field, name: 'branch', label: 'Branch', list: named, value: named[0] ?? '', required: true, maxlength: 300, hint: html`One of <bdi>${branches.join(', ')}</bdi>.` })}
  ${
    repositories.length > 1 &&
    selectField({
      ...field,
      name: 'repository',
      label: 'Repository',
      options: [{ value: '', title: 'Every one that has the branch' }, ...repositories.map((one) => one.full_name)],
    })
  }`;
}

/** The dialog that runs actions of a project for a branch. */
export function triggerDialog(view: View, project: ProjectItem): Html {
  const path = projectPath(project.id, 'trigger');
  const enabled = project.actions.filter((action) => action.enabled);
  const body = form({
    view,
    path,
    submit: 'Run',
    fields: html`${triggerFields(view, project, path)}
      ${choicesField({
        view,
        path,
        name: 'actions',
        label: 'Actions',
        options: project.actions.map(({ id, name, enabled: on }) => ({ value: id, title: on ? name : `${name} (off)` })),
        value: enabled.map(({ id }) => id).join('\n'),
      })}
      <p class="muted hint">They run as if the branch had just moved to where it is. Receivers are told that somebody asked for it.</p>`,
  });
  return dialog({ id: 'run-actions', title: 'Run actions for a branch', body, open: refusalOf(view, path) !== undefined });
}

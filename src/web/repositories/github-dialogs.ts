import type { Repository } from '../../http/schemas/repository.ts';
import { html, type Html } from '../html.ts';
import type { View } from '../kit/view.ts';
import { dialog } from '../parts/dialog.ts';
import { areaField, checkField, form, refusalOf, selectField, textField } from '../parts/form.ts';
import { pageOfRepository } from './repository-head.ts';

const commas = 'Several with commas.';

function issueDialog(view: View): Html {
  const path = pageOfRepository(view, 'github/issues');
  const field = { view, path };
  const fields = html`${textField({ ...field, name: 'title', label: 'Title', required: true, maxlength: 256 })}
  ${areaField({ ...field, name: 'body', label: 'Text', rows: 6, hint: 'Markdown. The App posts it, and says for whom.' })}
  ${textField({ ...field, name: 'labels', label: 'Labels', hint: commas })}
  ${textField({ ...field, name: 'assignees', label: 'Assign to', hint: `Logins, or names that the map of people knows. ${commas}` })}`;
  return dialog({
    id: 'new-issue',
    title: 'New issue on GitHub',
    body: form({ view, path, submit: 'Open the issue', fields }),
    open: refusalOf(view, path) !== undefined,
  });
}

function pullDialog(view: View, { default_branch: main }: Repository): Html {
  const path = pageOfRepository(view, 'github/pulls');
  const field = { view, path };
  const fields = html`${textField({ ...field, name: 'head', label: 'Bring', required: true, placeholder: 'feature/login', hint: 'The branch with the commits; OWNER:BRANCH from a fork.' })}
  ${textField({ ...field, name: 'base', label: 'Into', value: main ?? '', hint: 'The default branch without it.' })}
  ${textField({ ...field, name: 'title', label: 'Title', required: true, maxlength: 256 })}
  ${areaField({ ...field, name: 'body', label: 'Text', rows: 5 })}
  ${textField({ ...field, name: 'reviewers', label: 'Ask for a review', hint: `Logins. ${commas}` })}
  ${checkField({ ...field, name: 'draft', label: 'It is a draft' })}`;
  return dialog({
    id: 'new-pull',
    title: 'New pull request on GitHub',
    body: form({ view, path, submit: 'Open the pull request', fields }),
    open: refusalOf(view, path) !== undefined,
  });
}

const deeds = [
  { value: 'add_collaborator', title: 'Give a person access' },
  { value: 'remove_collaborator', title: 'Take a person’s access' },
  { value: 'add_team', title: 'Give a team access' },
  { value: 'remove_team', title: 'Take a team’s access' },
];

function accessDialog(view: View): Html {
  const path = pageOfRepository(view, 'github/access');
  const field = { view, path };
  const fields = html`${selectField({ ...field, name: 'action', label: 'What', options: deeds })}
    ${textField({ ...field, name: 'identifier', label: 'Whom', required: true, placeholder: 'octocat', hint: 'The login of a person, or the slug of a team.' })}
    ${textField({ ...field, name: 'permission', label: 'Role', value: 'push', list: ['pull', 'triage', 'push', 'maintain', 'admin'], hint: 'Only where access is given. Also a role that the organisation has made.' })}
    <p class="hint muted">It only works where the App was granted administration of repositories.</p>`;
  return dialog({
    id: 'change-access',
    title: 'Access on GitHub',
    body: form({ view, path, submit: 'Do it on GitHub', fields }),
    open: refusalOf(view, path) !== undefined,
  });
}

/** What can be done on GitHub from here, for those who may. */
export function githubDialogs(
  view: View,
  repository: Repository,
  { mayWrite, mayManage }: { mayWrite: boolean; mayManage: boolean },
): Html {
  return html`${mayWrite && html`${issueDialog(view)} ${pullDialog(view, repository)}`} ${mayManage && accessDialog(view)}`;
}

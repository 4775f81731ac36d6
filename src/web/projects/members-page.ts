import type { z } from 'zod';
import type { memberSchema } from '../../http/schemas/project.ts';
import { html, type Html } from '../html.ts';
import type { ListAnswer } from '../kit/api-client.ts';
import { refuseForm, type FormDefinition } from '../kit/pages.ts';
import { projectPath } from '../kit/paths.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { dataTable } from '../parts/data-table.ts';
import { dialog, dialogButton } from '../parts/dialog.ts';
import { buttonForm, form, refusalOf, selectField, textField } from '../parts/form.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { projectHead, projectId, readProject } from './project-head.ts';

type Member = z.output<typeof memberSchema>;

const roles = [
  { value: 'viewer', title: 'viewer: sees the project' },
  { value: 'manager', title: 'manager: changes it, its actions and secrets' },
];

const membersOf = (view: View) => projectPath(projectId(view), 'members');

function memberTable(view: View, members: readonly Member[]): Html {
  const path = membersOf(view);
  return dataTable<Member>({
    caption: 'Members of the project',
    rows: members,
    columns: [
      { title: 'Login on GitHub', kind: 'main', cell: ({ login }) => html`<bdi>${login}</bdi>` },
      { title: 'Role', cell: ({ role }) => role },
      { title: 'Known', cell: ({ github_id: id }) => (id === null ? 'not signed in yet' : 'yes') },
      { title: 'Named', cell: ({ added_by: by, added_at: at }) => html`${timeAgo(at)} by <bdi>${by}</bdi>` },
      {
        title: 'Change',
        kind: 'action',
        cell: ({ login, role }) => {
          const other = role === 'manager' ? 'viewer' : 'manager';
          return html`<div class="page-actions">
            ${buttonForm(path, { text: `Make ${other}`, fields: { login, role: other }, label: `Make ${login} a ${other}` })}
            ${buttonForm(`${path}/remove`, { text: 'Remove', danger: true, fields: { login }, label: `Take ${login} out of the project` })}
          </div>`;
        },
      },
    ],
  });
}

/** The page of the people whom a project names. */
export const membersPage: PageDefinition = {
  path: '/projects/:id/members',
  place: 'projects',
  async render(view) {
    const [project, { data }] = await Promise.all([
      readProject(view),
      view.api.get<ListAnswer<Member>>(`/api/projects/${projectId(view)}/members`),
    ]);
    const path = membersOf(view);
    const field = { view, path };
    const adding = form({
      view,
      path,
      submit: 'Add',
      fields: html`${textField({ ...field, name: 'login', label: 'Login on GitHub', required: true, maxlength: 100, placeholder: 'mona' })}
      ${selectField({ ...field, name: 'role', label: 'Role', options: roles, value: 'viewer' })}`,
    });
    const intro = html`Owners of the account on GitHub manage all its projects, and whoever sees one of the repositories there sees the
    project. Here are those who may beside them.`;
    const body = html`${projectHead(view, project, { tab: 'members', intro, actions: dialogButton('add-member', { text: 'Add somebody', icon: 'person-add', kind: 'primary' }) })}
    ${
      data.length > 0
        ? memberTable(view, data)
        : blank({
            icon: 'people',
            title: 'Nobody beside the owners',
            text: 'Name people who look after this project without owning the account, or who may look at it.',
          })
    }
    ${dialog({ id: 'add-member', title: 'Add somebody', body: adding, open: refusalOf(view, path) !== undefined })}`;
    return { title: `Members · ${project.name}`, body };
  },
};

const oneOf = (view: View, login: string) =>
  `/api/projects/${projectId(view)}/members/${encodeURIComponent(login.trim().replace(/^@/, ''))}`;

/** Naming somebody in a project, or giving them another role. */
export const setMemberForm: FormDefinition = {
  path: '/projects/:id/members',
  page: membersPage,
  submit: async (view, { login = '', role = '' }) => {
    if (login.trim() === '') return refuseForm([{ path: 'login', message: 'is missing' }]);
    return await view.api.send({ method: 'PUT', path: oneOf(view, login), body: { role } });
  },
  done: (view) => ({ to: membersOf(view), notice: 'saved' }),
};

/** Taking somebody out of a project. */
export const removeMemberForm: FormDefinition = {
  path: '/projects/:id/members/remove',
  page: membersPage,
  pageView: (view) => ({ url: membersOf(view) }),
  submit: async (view, { login = '' }) => await view.api.send({ method: 'DELETE', path: oneOf(view, login) }),
  done: (view) => ({ to: membersOf(view), notice: 'removed' }),
};

import type { ProjectItem } from '../../http/schemas/project.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import type { Answer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import { refuseForm, type FormDefinition } from '../kit/pages.ts';
import { projectPath, repositoryPath } from '../kit/paths.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { confirmField, refuseUnconfirmed } from '../parts/confirmation.ts';
import { dialog, dialogButton } from '../parts/dialog.ts';
import { buttonForm, form, refusalOf, textField } from '../parts/form.ts';
import { section } from '../parts/page-head.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { followField, listPickable, projectBody, projectFields } from './project-form.ts';
import { projectHead, projectId, readProject, seenVersion } from './project-head.ts';

const settingsOf = (id: string) => projectPath(id, 'settings');

function followedView({ id, repositories, repository_count: all, follow }: ProjectItem): Html {
  if (all === 0) return html`<p class="muted">None yet. Nothing is watched until there is one.</p>`;
  return html`<ul class="plain-rows">
    ${repositories.map(
      ({ id: repository, full_name: name, enabled, last_check_at: at }) =>
        html`<li class="plain-row" id="followed-${repository}" data-row>
          ${icon('repo')} <a href="${repositoryPath(name)}"><bdi>${name}</bdi></a> ${!enabled && html`<span class="label">off</span>`}
          <span class="plain-end muted">checked ${timeAgo(at)}</span>
          ${buttonForm(projectPath(id, 'unfollow'), { text: follow === 'all' ? 'Leave out' : 'Remove', fields: { repository: name }, label: `Let the project follow ${name} no more` })}
        </li>`,
    )}
    ${all > repositories.length && html`<li class="plain-row muted">${all - repositories.length} more</li>`}
  </ul>`;
}

function deletion(view: View, { id, name, actions }: ProjectItem): Html {
  const path = projectPath(id, 'delete');
  const body = html`<ul class="bullets">
      <li>
        Its
        ${actions.length === 0 ? 'secrets and members go' : `${actions.length} actions go, with their secrets and parameters, and its members`}.
      </li>
      <li>What waits in its lanes is given up.</li>
      <li>Repositories, changes and finished runs stay.</li>
    </ul>
    ${form({ view, path, danger: true, submit: 'Delete this project', fields: confirmField({ view, path, word: name, what: 'delete it' }) })}`;
  return html`<p class="muted">
      It cannot be brought back. <a href="/api/projects/${id}/export" download="project-${id}.json">Export it</a> first: everything but the
      values of its secrets.
    </p>
    ${dialogButton('delete-project', { text: 'Delete this project', icon: 'trash', kind: 'danger' })}
    ${dialog({ id: 'delete-project', title: `Delete ${name}`, body, open: refusalOf(view, path) !== undefined })}`;
}

/** The page that changes a project: its words, its repositories, and its end. */
export const projectSettingsPage: PageDefinition = {
  path: '/projects/:id/settings',
  place: 'projects',
  async render(view) {
    const project = await readProject(view);
    const { id } = project;
    const path = settingsOf(id);
    // Only those who manage it come here: the REST side says so.
    const [repositories] = await Promise.all([listPickable(view, project.installation_id), view.api.get(`/api/projects/${id}/members`)]);
    const free = repositories.filter((name) => !project.repositories.some((one) => one.full_name === name));
    const follow = projectPath(id, 'follow');
    const live = { followed: followedView(project) };
    const words = form({
      view,
      path,
      submit: 'Save',
      fields: html`<input type="hidden" name="version" value="${project.version}" />${projectFields(view, path, project)}
        ${followField(view, path, project.follow)}`,
    });
    const adding = form({
      view,
      path: follow,
      submit: 'Add',
      fields: textField({
        view,
        path: follow,
        name: 'repository',
        label: 'Add a repository',
        list: free,
        maxlength: 500,
        required: true,
        placeholder: 'acme/app',
      }),
    });
    const body = html`${projectHead(view, project, { tab: 'settings' })} ${section('What it is', words)}
    ${section(
      'Repositories',
      html`${livePart('followed', live.followed)}
        <div class="below">${adding}</div>`,
      {
        id: 'repositories',
        intro: 'What is known of their branches stays with them: nothing fires because a repository is added or removed.',
      },
    )}
    ${section('Delete', deletion(view, project))}`;
    return { title: `Settings · ${project.name}`, body, live };
  },
};

const atSettings = (view: View) => ({ url: settingsOf(projectId(view)) });

/** Changing a project. Somebody else’s change in between is not overwritten. */
export const saveProjectForm: FormDefinition = {
  path: '/projects/:id/settings',
  page: projectSettingsPage,
  submit: async (view, values) => {
    const id = projectId(view);
    return await view.api.send({
      method: 'PATCH',
      path: `/api/projects/${id}`,
      body: projectBody(values),
      headers: seenVersion(id, values),
    });
  },
  done: (view) => ({ to: settingsOf(projectId(view)), notice: 'saved' }),
};

async function setFollowing(view: View, text: string, method: 'PUT' | 'DELETE'): Promise<Answer<unknown>> {
  const name = text
    .trim()
    .replace(/^(?:https?:\/\/[^/]+\/|ssh:\/\/[^/]+\/|git@[^:]+:)/, '')
    .replace(/\.git\/?$|\/$/, '');
  const parts = name.split('/');
  if (parts.length !== 2 || parts.includes('')) return refuseForm([{ path: 'repository', message: 'Write owner/name, or its address.' }]);
  const [owner, repository] = parts.map(encodeURIComponent);
  const answer = await view.api.send({ method, path: `/api/projects/${projectId(view)}/repositories/${owner}/${repository}` });
  if (answer.ok || answer.status !== 404 || method === 'DELETE') return answer;
  return refuseForm([{ path: 'repository', message: `No repository ${name} is known to you here. Install the App in it first.` }]);
}

/** Letting a project follow a repository. */
export const followForm: FormDefinition = {
  path: '/projects/:id/follow',
  page: projectSettingsPage,
  pageView: atSettings,
  submit: async (view, { repository = '' }) => await setFollowing(view, repository, 'PUT'),
  done: (view) => ({ to: settingsOf(projectId(view)), notice: 'connected' }),
};

/** Letting a project follow a repository no more. */
export const unfollowForm: FormDefinition = {
  path: '/projects/:id/unfollow',
  page: projectSettingsPage,
  pageView: atSettings,
  submit: async (view, { repository = '' }) => await setFollowing(view, repository, 'DELETE'),
  done: (view) => ({ to: settingsOf(projectId(view)), notice: 'disconnected' }),
};

/** Deleting a project, by whoever types its name. */
export const deleteProjectForm: FormDefinition = {
  path: '/projects/:id/delete',
  page: projectSettingsPage,
  pageView: atSettings,
  submit: async (view, values) => {
    const { name } = await readProject(view);
    return refuseUnconfirmed(values, name) ?? (await view.api.send({ method: 'DELETE', path: `/api/projects/${projectId(view)}` }));
  },
  done: () => ({ to: '/projects', notice: 'removed' }),
};

/** Switching a project on. */
export const enableProjectForm: FormDefinition = {
  path: '/projects/:id/enable',
  page: projectSettingsPage,
  pageView: atSettings,
  submit: async (view) => await view.api.send({ method: 'PATCH', path: `/api/projects/${projectId(view)}`, body: { enabled: true } }),
  done: (view) => ({ to: projectPath(projectId(view)), notice: 'enabled' }),
};

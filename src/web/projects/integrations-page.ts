import type { Installation } from '../../http/schemas/installation.ts';
import type { Me } from '../../http/schemas/me.ts';
import type { ProjectItem } from '../../http/schemas/project.ts';
import type { Repository } from '../../http/schemas/repository.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { installButton, installDialog } from '../installations/install-view.ts';
import { installationWords } from '../installations/installation-words.ts';
import type { ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import type { FormDefinition } from '../kit/pages.ts';
import { installationPath, projectPath, repositoryPath } from '../kit/paths.ts';
import { may, type PageDefinition, type View } from '../kit/view.ts';
import { dialog, dialogButton } from '../parts/dialog.ts';
import { buttonForm, form } from '../parts/form.ts';
import { confirmField, refuseUnconfirmed } from '../parts/confirmation.ts';
import { section } from '../parts/page-head.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { statusLabel } from '../status-view.ts';
import { projectHead, projectId, readProject } from './project-head.ts';

const here = (view: View) => projectPath(projectId(view), 'integrations');

function connectionRow(view: View, me: Me): Html {
  const to = `/auth/github?return_to=${encodeURIComponent(here(view))}`;
  if (me.github !== null)
    return html`<div class="plain-row" data-test="github-connection">
      ${icon('mark-github')}
      <div class="plain-main">
        <strong>Connected as <bdi>${me.github.login}</bdi></strong>
        <p class="muted">
          GitHub was asked ${timeAgo(me.access?.listed_at ?? null, 'not yet')} what you
          see.${me.access?.error != null && html` <span class="tone-danger"><bdi>${me.access.error}</bdi></span>`}
        </p>
      </div>
      <a class="btn btn-sm" href="${to}">Reconnect</a> <a class="btn btn-sm" href="/integrations">Manage</a>
    </div>`;
  return html`<div class="plain-row" data-test="github-connection">
    ${icon('mark-github')}
    <div class="plain-main">
      <strong>Not connected with GitHub</strong>
      <p class="muted">
        ${me.kind === 'admin' ? 'You signed in with the admin token, which is nobody on GitHub.' : 'Connect, so that RepoWatch knows which installations are yours.'}
      </p>
    </div>
    <a class="btn btn-primary" href="${to}" data-test="connect-github">${icon('mark-github')}<span>Connect with GitHub</span></a>
  </div>`;
}

function installationRow(view: View, project: ProjectItem, installation: Installation): Html {
  const { id, account, status, reason, repositories, project_id: of, listed_at: at } = installation;
  const isOurs = of === project.id;
  const lies = project.installation_id === id;
  const manages = may(view, 'manage', { installation: id });
  const path = `${here(view)}/installations/${id}`;
  return html`<li class="plain-row" id="installation-${id}" data-row data-test="installation">
    ${icon('plug')}
    <div class="plain-main">
      <p>
        <a href="${installationPath(id)}"><bdi>${account.login}</bdi></a> <span class="label">${installationWords[status].name}</span>
        ${isOurs && html`<span class="label label-accent">connected</span>`}
      </p>
      <p class="muted"><bdi>${reason}</bdi> ${repositories.tracked} repositories, listed ${timeAgo(at)}.</p>
    </div>
    ${
      manages &&
      (isOurs
        ? buttonForm(`${path}/disconnect`, {
            text: 'Disconnect',
            label: `Disconnect the installation on ${account.login} from this project`,
          })
        : lies &&
          buttonForm(`${path}/connect`, { text: 'Connect', label: `Connect the installation on ${account.login} with this project` }))
    }
  </li>`;
}

function repositoryRow(project: ProjectItem, { full_name: name, id, status, last_synced_at: at, sync_state: state }: Repository): Html {
  const isFollowed = project.repositories.some((one) => one.id === id);
  return html`<li class="plain-row" id="repo-${id}" data-row data-test="repository" data-following="${String(isFollowed)}">
    ${icon('repo')}
    <div class="plain-main">
      <a href="${repositoryPath(name)}"><bdi>${name}</bdi></a> ${status !== 'active' && statusLabel(status)}
      <p class="muted">${state === 'synced' ? html`in step with GitHub, ${timeAgo(at)}` : state.replaceAll('_', ' ')}</p>
    </div>
    ${
      isFollowed
        ? dialogButton(`leave-${id}`, { text: 'Disconnect', kind: 'small' })
        : buttonForm(`${projectPath(project.id, 'integrations')}/repositories/connect`, {
            text: 'Connect',
            icon: 'link',
            fields: { repository: name },
            label: `Let the project follow ${name}`,
          })
    }
  </li>`;
}

function leaveDialog(view: View, project: ProjectItem, { id, full_name: name }: Repository): Html {
  const path = `${here(view)}/repositories/disconnect`;
  const isRefused = view.refused?.path === path && view.refused.values['repository'] === name;
  const shown = isRefused || view.refused?.path !== path ? view : { ...view, refused: undefined };
  const body = html`<p class="muted">
      The actions of <bdi>${project.name}</bdi> end there at once. The repository, its changes and runs stay.
    </p>
    ${form({
      view: shown,
      path,
      danger: true,
      submit: 'Disconnect',
      fields: html`<input
          type="hidden"
          name="repository"
          value="${name}"
        />${confirmField({ view: shown, path, word: name, what: 'disconnect it' })}`,
    })}`;
  return dialog({ id: `leave-${id}`, title: `Disconnect ${name}`, body, open: isRefused });
}

/** The page that joins a project with GitHub: my connection, the installation, the repositories. For those who manage it; others are refused. */
export const integrationsPage: PageDefinition = {
  path: '/projects/:id/integrations',
  place: 'projects',
  async render(view) {
    const id = projectId(view);
    // Asking for what only managers may read makes the REST side say who may look here.
    const [project, me] = await Promise.all([readProject(view), view.api.get<Me>('/api/me'), view.api.get(`/api/projects/${id}/members`)]);
    const [installations, repositories] = await Promise.all([
      view.api.get<ListAnswer<Installation>>('/api/installations?limit=50'),
      view.api.find<ListAnswer<Repository>>(`/api/installations/${project.installation_id}/repos?status=active&limit=100`),
    ]);
    const mine = installations.data.filter((one) => 'account' in one && 'reason' in one);
    const ours = mine.filter((one) => one.project_id === id);
    const others = mine.filter((one) => one.project_id !== id && (one.id === project.installation_id || one.project_id === null));
    const rows = (list: readonly Installation[]) =>
      html`<ul class="plain-rows">
        ${list.map((one) => installationRow(view, project, one))}
      </ul>`;
    const found = repositories?.data ?? [];
    const live = {
      connected:
        ours.length > 0 ? rows(ours) : html`<p class="muted">None. An installation that is connected opens this project from its page.</p>`,
      others: others.length > 0 ? rows(others) : html`<p class="muted">None of those that you manage.</p>`,
      'project-repos': html`<ul class="plain-rows">
        ${found.map((one) => repositoryRow(project, one))}
      </ul>`,
    };
    const sync = may(view, 'write', { installation: project.installation_id, project: id }) && project.repository_count > 0;
    const body = html`${projectHead(view, project, { tab: 'integrations' })}
    ${section('My connection', html`<div class="plain-rows">${connectionRow(view, me)}</div>`)}
    ${section('Connected installation', livePart('connected', live.connected))}
    ${section('Other installations', livePart('others', live.others), { actions: installButton(me) })}
    ${section('Repositories', livePart('project-repos', live['project-repos']), {
      intro: 'Those in which the App is installed. This project acts on what happens in those that are connected.',
      actions: sync && buttonForm(projectPath(id, 'check'), { text: 'Refresh', icon: 'sync', fields: { return_to: here(view) } }),
    })}
    ${found.filter((one) => project.repositories.some((each) => each.id === one.id)).map((one) => leaveDialog(view, project, one))}
    ${installDialog(view, here(view))}`;
    return { title: `Integrations · ${project.name}`, body, live };
  },
};

const pageView = (view: View) => ({ url: here(view) });
const installationOf = (view: View) => encodeURIComponent(view.params['installation'] ?? '');
const followPath = (view: View, name: string) => {
  const [owner = '', repository = ''] = name.split('/', 2);
  return `/api/projects/${projectId(view)}/repositories/${encodeURIComponent(owner)}/${encodeURIComponent(repository)}`;
};

/** Connecting and disconnecting installations and repositories. */
export const integrationForms: readonly FormDefinition[] = [
  {
    path: '/projects/:id/integrations/installations/:installation/connect',
    page: integrationsPage,
    pageView,
    submit: async (view) =>
      await view.api.send({ method: 'PATCH', path: `/api/installations/${installationOf(view)}`, body: { project_id: projectId(view) } }),
    done: (view) => ({ to: here(view), notice: 'connected' }),
  },
  {
    path: '/projects/:id/integrations/installations/:installation/disconnect',
    page: integrationsPage,
    pageView,
    submit: async (view) =>
      await view.api.send({ method: 'PATCH', path: `/api/installations/${installationOf(view)}`, body: { project_id: null } }),
    done: (view) => ({ to: here(view), notice: 'disconnected' }),
  },
  {
    path: '/projects/:id/integrations/repositories/connect',
    page: integrationsPage,
    pageView,
    submit: async (view, { repository = '' }) => await view.api.send({ method: 'PUT', path: followPath(view, repository) }),
    done: (view) => ({ to: here(view), notice: 'connected' }),
  },
  {
    path: '/projects/:id/integrations/repositories/disconnect',
    page: integrationsPage,
    pageView,
    submit: async (view, values) => {
      const { repository = '' } = values;
      return refuseUnconfirmed(values, repository) ?? (await view.api.send({ method: 'DELETE', path: followPath(view, repository) }));
    },
    done: (view) => ({ to: here(view), notice: 'disconnected' }),
  },
];

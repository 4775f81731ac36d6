import type { Installation } from '../../http/schemas/installation.ts';
import type { ProjectItem } from '../../http/schemas/project.ts';
import type { InstallationSync } from '../../http/schemas/sync.ts';
import { html, type Html } from '../html.ts';
import { livePart } from '../kit/frame.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import { installationPath, projectPath } from '../kit/paths.ts';
import type { FormDefinition } from '../kit/pages.ts';
import { may, type PageDefinition, type View } from '../kit/view.ts';
import { facts } from '../parts/facts.ts';
import { buttonForm, form, selectField } from '../parts/form.ts';
import { section } from '../parts/page-head.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { syncProgress } from '../parts/sync-progress.ts';
import { installationHead, manages, readInstallation } from './installation-head.ts';

function person(one: Installation['sender']): Html | undefined {
  return one === null ? undefined : html`<bdi>${one.login ?? one.github_id}</bdi>`;
}

function factsView(installation: Installation): Html {
  const { id, github_id: githubId, host, origin, sender, requester, repository_selection: selection, events } = installation;
  return facts([
    ['Repositories', selection === 'all' ? 'all of the account, also those to come' : 'those that were chosen on GitHub'],
    ['Installed by', person(sender)],
    ['Asked for by', person(requester)],
    ['Begun', origin === 'repowatch' ? 'here' : 'on GitHub'],
    ['Installed', installation.installed_at !== null && timeAgo(installation.installed_at)],
    ['Suspended', installation.suspended_at !== null && timeAgo(installation.suspended_at)],
    ['Uninstalled', installation.deleted_at !== null && timeAgo(installation.deleted_at)],
    ['Purged', installation.purged_at !== null && timeAgo(installation.purged_at)],
    ['Events', html`${events.length} <span class="muted">(${events.join(', ')})</span>`],
    ['Number on GitHub', html`<code>${githubId}</code> <span class="muted">at ${host}</span>`],
    ['Requests to GitHub', html`<a href="${withQuery('/budget', { installation: id })}">Its budget, and who spends it</a>`],
    ['People', html`<a href="${withQuery('/people', { installation: id })}">Who they are elsewhere</a>`],
    [
      'What happened',
      html`<a href="${withQuery('/deliveries', { installation: id })}">Deliveries</a>,
        <a href="${withQuery('/runs', { installation: id })}">runs</a>`,
    ],
  ]);
}

const projectForm = (id: string) => installationPath(id, 'project');

function projectView(view: View, installation: Installation, projects: readonly ProjectItem[]): Html {
  const { id, account, project_id: linked } = installation;
  const current = projects.find((project) => project.id === linked);
  const path = projectForm(id);
  const intro = html`The project that <bdi>${account.login}</bdi> belongs to: its integrations page leads here, and it shows that somebody
    looks after this installation.`;
  if (linked !== null) {
    const content = html`<div class="linked">
      <a href="${projectPath(linked)}"
        ><strong><bdi>${current?.name ?? `project ${linked}`}</bdi></strong></a
      >
      ${manages(view, installation) && buttonForm(path, { text: 'Disconnect from it', icon: 'unlink', fields: { project: '' } })}
    </div>`;
    return section('Project', content, { id: 'project', intro });
  }
  const link =
    projects.length === 0
      ? html`<p>
          No project lies in this installation yet. <a href="${withQuery('/projects/new', { installation: id })}">Make one</a> that follows
          its repositories.
        </p>`
      : html`<div class="one-line">
          ${form({
            view,
            path,
            submit: 'Connect',
            fields: selectField({
              view,
              path,
              name: 'project',
              label: 'Project',
              options: projects.map(({ id: value, name }) => ({ value, title: name })),
            }),
          })}
        </div>`;
  return section('Project', manages(view, installation) ? link : html`<p class="muted">It belongs to no project.</p>`, {
    id: 'project',
    intro,
  });
}

/** The page of an installation: what it is now, how far it was taken over, and where it belongs. */
export const installationPage: PageDefinition = {
  path: '/installations/:id',
  place: 'installations',
  async render(view) {
    const installation = await readInstallation(view);
    const { id, account } = installation;
    const [sync, projects] = await Promise.all([
      view.api.get<InstallationSync>(`/api/installations/${id}/sync`),
      view.api.get<ListAnswer<ProjectItem>>(withQuery('/api/projects', { installation: id, limit: 100 })),
    ]);
    const live = { sync: syncProgress(sync) };
    const again = installation.active && may(view, 'write', { installation: id });
    const actions = again ? buttonForm(installationPath(id, 'sync'), { text: 'Compare everything now', icon: 'sync' }) : undefined;
    const body = html`${installationHead(view, installation, '')}
    ${section('Taken over from GitHub', livePart('sync', live.sync), { actions })} ${projectView(view, installation, projects.data)}
    ${section('Facts', factsView(installation))}`;
    return { title: account.login, body, live };
  },
};

const idOf = ({ params }: View) => encodeURIComponent(params['id'] ?? '');

/** Everything of an installation is compared with GitHub now. */
export const syncInstallationForm: FormDefinition = {
  path: '/installations/:id/sync',
  page: installationPage,
  submit: async (view) => await view.api.send({ method: 'POST', path: '/api/reconcile', body: { installation: view.params['id'] } }),
  done: (view) => ({ to: installationPath(idOf(view)), notice: 'started' }),
};

/** The project that an installation belongs to is chosen, or taken back. */
export const projectOfInstallationForm: FormDefinition = {
  path: '/installations/:id/project',
  page: installationPage,
  submit: async (view, { project = '' }) =>
    await view.api.send({
      method: 'PATCH',
      path: `/api/installations/${idOf(view)}`,
      body: { project_id: project === '' ? null : project },
    }),
  done: (view, { values }) => ({
    to: `${installationPath(idOf(view))}#project`,
    notice: (values['project'] ?? '') === '' ? 'disconnected' : 'connected',
  }),
};

import type { Installation } from '../../http/schemas/installation.ts';
import type { Repository } from '../../http/schemas/repository.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { livePart } from '../kit/frame.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import { repositoryPath } from '../kit/paths.ts';
import { may, type PageDefinition, type View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { dataTable } from '../parts/data-table.ts';
import { filterBar } from '../parts/filters.ts';
import { buttonForm } from '../parts/form.ts';
import { pager } from '../parts/pager.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { statusLabel } from '../status-view.ts';
import { installationHead, readInstallation } from './installation-head.ts';

const syncWords: Record<Repository['sync_state'], { text: string; tone: string; icon: string }> = {
  unsynced: { text: 'being read', tone: 'accent', icon: 'sync' },
  synced: { text: 'synced', tone: 'success', icon: 'check' },
  errored_fetching_refs: { text: 'branches and tags failed', tone: 'danger', icon: 'x' },
  errored_fetching_config: { text: 'its file failed', tone: 'danger', icon: 'x' },
};

function syncCell({ sync_state: state, status, full_name: name, last_check_at: at }: Repository): Html {
  if (status === 'removed') return html`<span class="muted">—</span>`;
  const { text, tone, icon: sign } = status === 'active' ? syncWords[state] : { text: 'resting', tone: 'muted', icon: 'circle-slash' };
  return html`<a class="tone-${tone} sync-cell" href="${repositoryPath(name, 'sync')}">${icon(sign)} ${text}</a>
    <span class="muted">${timeAgo(at, '')}</span>`;
}

function statusCell({ status, enabled, removed_at: at, removed_reason: reason }: Repository): Html {
  if (status === 'removed')
    return html`${statusLabel('removed')}
      <span class="muted">${timeAgo(at)}${reason !== null && html`: <bdi>${reason.replaceAll('_', ' ')}</bdi>`}</span>`;
  return enabled ? statusLabel(status) : statusLabel('disconnected');
}

function actionCell(view: View, { id, installation_id: installation, full_name: name, status, enabled }: Repository): Html | false {
  if (status === 'removed' || !may(view, 'write', { installation, repository: id })) return false;
  return enabled
    ? html`<a class="btn btn-sm btn-danger" href="${repositoryPath(name, 'disconnect')}"
        >Disconnect<span class="sr-only"> ${name}</span></a
      >`
    : buttonForm(repositoryPath(name, 'connect'), {
        text: 'Connect',
        icon: 'plug',
        label: `Connect ${name}`,
        fields: { return_to: view.url.split('?', 1)[0] ?? '' },
      });
}

function table(view: View, repositories: readonly Repository[]): Html {
  return dataTable<Repository>({
    caption: 'Repositories of the installation, newest first',
    rows: repositories,
    id: ({ id }) => `repository-${id}`,
    columns: [
      {
        title: 'Repository',
        kind: 'main',
        cell: ({ full_name: name, private: isPrivate }) =>
          html`<a href="${repositoryPath(name)}" data-main><bdi>${name}</bdi></a> ${isPrivate && icon('lock', 'private')}`,
      },
      { title: 'Status', cell: statusCell },
      { title: 'Taken over', cell: syncCell },
      { title: 'Last push', cell: ({ pushed_at: at }) => timeAgo(at) },
      { title: 'Actions', kind: 'action', cell: (repository) => actionCell(view, repository) },
    ],
  });
}

function none({ account, repository_selection: selection }: Installation, isFiltered: boolean): Html {
  if (isFiltered) return blank({ icon: 'repo', title: 'None is like that', text: 'No repository of this installation fits the filter.' });
  const text =
    selection === 'selected'
      ? html`On GitHub, nobody chose a repository of <bdi>${account.login}</bdi> for the App. Choose some in its settings there.`
      : html`<bdi>${account.login}</bdi> has no repositories yet. The first one appears here by itself.`;
  return blank({ icon: 'repo', title: 'No repositories', text });
}

/** The repositories of an installation, active and removed: connected and disconnected here. */
export const installationRepositoriesPage: PageDefinition = {
  path: '/installations/:id/repositories',
  place: 'installations',
  async render(view) {
    const { q, status, cursor } = view.query;
    const id = encodeURIComponent(view.params['id'] ?? '');
    const [installation, list] = await Promise.all([
      readInstallation(view),
      view.api.get<ListAnswer<Repository>>(withQuery(`/api/installations/${id}/repos`, { q, status, cursor, limit: 50, total: '1' })),
    ]);
    const isFiltered = (q ?? status ?? '') !== '';
    const repositories =
      list.data.length === 0 ? none(installation, isFiltered) : html`${table(view, list.data)} ${pager(view, list.meta)}`;
    const options = [
      { value: 'active', title: 'active' },
      { value: 'disabled', title: 'disconnected or disabled' },
      { value: 'archived', title: 'archived' },
      { value: 'removed', title: 'removed' },
    ];
    const body = html`${installationHead(view, installation, 'repositories')}
      <p class="muted intro">
        Whatever GitHub shows the installation is connected by itself. <strong>Disconnected</strong> here, a repository stays on GitHub as
        it is, and RepoWatch keeps what it knows but acts on nothing; <strong>removed</strong> ones left the installation, and come back
        with their history.
      </p>
      ${filterBar(view, [
        { name: 'q', label: 'Name', kind: 'text' },
        { name: 'status', label: 'Status', kind: 'choice', options, all: 'Every status' },
      ])}
      ${livePart('repositories-part', repositories)}`;
    return { title: `Repositories of ${installation.account.login}`, body, live: { 'repositories-part': repositories } };
  },
};

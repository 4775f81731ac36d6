import { configStatuses } from '../../core/statuses.ts';
import type { Installation } from '../../http/schemas/installation.ts';
import type { RepositoryEntry } from '../../http/schemas/repository.ts';
import { changeIcon } from '../change-view.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import { repositoryPath } from '../kit/paths.ts';
import { pageUrl, type PageDefinition, type View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { dataTable } from '../parts/data-table.ts';
import { filterBar, type Filter } from '../parts/filters.ts';
import { pageHead } from '../parts/page-head.ts';
import { pager } from '../parts/pager.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { statusIcon, statusLabel } from '../status-view.ts';
import { describeType } from './change-words.ts';
import { chosenView, type ListView } from './chosen-view.ts';

/** The address of the list. */
export const repositoriesPath = '/repositories';

/** How many repositories a page has. */
const perPage = '60';

const configWords: Record<RepositoryEntry['config_status'], string> = {
  ok: 'config valid',
  invalid: 'config invalid',
  absent: 'no config',
  load_error: 'config unread',
  unknown: 'config not read yet',
};

function configChip({ config_status: status }: RepositoryEntry): Html {
  return html`<span class="chip">${statusIcon(status)}${configWords[status]}</span>`;
}

function lastChange({ last_change: change, default_branch: main }: RepositoryEntry): Html {
  if (change === null) return html`<span class="muted">nothing happened yet</span>`;
  const { type, ref_name: ref, actor, happened_at: at } = change;
  return html`<span class="last-change"
    >${describeType(type)} ${ref !== null && ref !== main && html`<bdi class="strong">${ref}</bdi>`}
    ${ref !== null && ref === main && html`<bdi>${ref}</bdi>`} ${actor !== null && html`by <bdi>${actor}</bdi>`} · ${timeAgo(at)}</span
  >`;
}

/** When it is compared next; what is not watched is not. */
function nextCheck({ status, reconcile }: RepositoryEntry): Html {
  if (status !== 'active') return html`<span class="muted">not while it is ${status}</span>`;
  return reconcile.error === null
    ? timeAgo(reconcile.due_at)
    : html`<span class="tone-attention">failed</span>, ${timeAgo(reconcile.due_at)}`;
}

function watchCount({ watches }: RepositoryEntry): string {
  return watches === 1 ? '1 watch' : `${watches} watches`;
}

function titleLink({ full_name: fullName, owner, name, private: hidden }: RepositoryEntry): Html {
  return html`<a class="repo-link" data-main href="${repositoryPath(fullName)}"
    >${icon(hidden ? 'lock' : 'repo', hidden ? 'private' : undefined)}<bdi
      ><span class="repo-owner">${owner.login}/</span><strong>${name}</strong></bdi
    ></a
  >`;
}

function card(repository: RepositoryEntry): Html {
  const { id, status, last_change: change, last_check_at: checked } = repository;
  return html`<li class="card repo-card repo-${status}" data-row id="repository-${id}">
    <div class="repo-card-head">
      <h2>${titleLink(repository)}</h2>
      ${status !== 'active' && statusLabel(status)}
    </div>
    <p class="repo-card-change">${change !== null && changeIcon(change.type)} ${lastChange(repository)}</p>
    <p class="repo-card-facts">
      <a class="chip chip-link" href="${repositoryPath(repository.full_name, 'watches')}">${icon('eye')}${watchCount(repository)}</a>
      ${configChip(repository)}
    </p>
    <p class="repo-card-checks muted">Compared ${timeAgo(checked)}${status === 'active' && html` · next ${nextCheck(repository)}`}</p>
  </li>`;
}

function table(repositories: readonly RepositoryEntry[]): Html {
  return dataTable<RepositoryEntry>({
    caption: 'Repositories, the newest first',
    rows: repositories,
    id: ({ id }) => `repository-${id}`,
    columns: [
      { title: 'Repository', kind: 'main', cell: titleLink },
      { title: 'Status', cell: ({ status }) => statusLabel(status) },
      { title: 'Config', cell: configChip },
      { title: 'Watches', kind: 'number', cell: ({ watches }) => watches },
      { title: 'Last change', kind: 'wide', cell: lastChange },
      { title: 'Compared', cell: ({ last_check_at: at }) => timeAgo(at) },
      { title: 'Next', cell: nextCheck },
    ],
  });
}

function emptyList(view: View): Html {
  const { q, status, config, installation } = view.query;
  if ([q, status, config, installation].some((value) => value !== undefined && value !== ''))
    return blank({
      icon: 'search',
      title: 'No repository fits',
      text: html`Names are searched in any part and any case. Repositories that were removed are only listed under the status “removed”.`,
      action: html`<a class="btn" href="${repositoriesPath}">Show all</a>`,
    });
  return blank({
    icon: 'repo',
    title: 'No repositories yet',
    text: 'They appear by themselves as soon as the App is installed on an account or an organisation: each one that you let it see.',
    action: html`<a class="btn btn-primary" href="/installations">Connect GitHub</a>`,
  });
}

function viewSwitch(view: View, chosen: ListView): Html {
  const link = (name: ListView, sign: string, title: string) =>
    html`<a class="btn btn-sm" href="${pageUrl(view, { view: name })}" ${name === chosen && html`aria-current="true"`}
      >${icon(sign)}<span>${title}</span></a
    >`;
  return html`<span class="switch" role="group" aria-label="Show as"
    >${link('cards', 'apps', 'Cards')}${link('table', 'rows', 'Table')}</span
  >`;
}

function filtersOf(installations: readonly Installation[]): Filter[] {
  const options = installations.map(({ id, account }) => ({ value: id, title: account.login }));
  return [
    { name: 'q', label: 'Search by name', kind: 'text', placeholder: 'Part of a name' },
    {
      name: 'status',
      label: 'Status',
      kind: 'choice',
      options: ['active', 'archived', 'disabled', 'removed'],
      all: 'Status: all but removed',
    },
    { name: 'config', label: 'Config', kind: 'choice', options: configStatuses.map((value) => ({ value, title: configWords[value] })) },
    ...(options.length > 1 ? [{ name: 'installation', label: 'Installation', kind: 'choice' as const, options }] : []),
  ];
}

/** The page of all repositories. */
export const repositoriesPage: PageDefinition = {
  path: repositoriesPath,
  place: 'repositories',
  async render(view) {
    const { q, status, config, installation, cursor } = view.query;
    const query = { q: q?.trim().slice(0, 100), status, config, installation, cursor, limit: perPage, total: '1' };
    const [{ data, meta }, installations] = await Promise.all([
      view.api.get<ListAnswer<RepositoryEntry>>(withQuery('/api/repos', query)),
      view.api.get<ListAnswer<Installation>>('/api/installations?limit=100'),
    ]);
    const chosen = chosenView(view.request);
    const rows =
      chosen === 'table'
        ? table(data)
        : html`<ul class="cards repo-cards">
            ${data.map(card)}
          </ul>`;
    // The choice is remembered by the browser, so that another window may change it: what is shown and what is said of it change together.
    const live = { 'repositories-view': viewSwitch(view, chosen), repositories: data.length === 0 ? emptyList(view) : rows };
    const body = html`${pageHead({
      title: 'Repositories',
      intro: 'Every repository that the App may see: what happened there last, how much watches it, and when it is compared with GitHub.',
      actions: livePart('repositories-view', live['repositories-view']),
    })}
    ${filterBar(view, filtersOf(installations.data))} ${livePart('repositories', live.repositories)} ${pager(view, meta)}`;
    return { title: 'Repositories', body, live, width: 'wide' };
  },
};

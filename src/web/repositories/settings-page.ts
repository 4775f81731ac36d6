import type { Breaker, Lane } from '../../http/schemas/lane.ts';
import type { Repository } from '../../http/schemas/repository.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import { installationPath, repositoryPath, runPath } from '../kit/paths.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { dataTable } from '../parts/data-table.ts';
import { facts } from '../parts/facts.ts';
import { buttonForm } from '../parts/form.ts';
import { section } from '../parts/page-head.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { statusLabel } from '../status-view.ts';
import { compareButton, mayChange, pageOfRepository, readRepository, repositoryHead } from './repository-head.ts';

interface SettingRow {
  /** A name in the page. */
  id?: string;
  title: string;
  text: Html;
  action: Html | false;
}

function settingRow({ id, title, text, action }: SettingRow): Html {
  return html`<li class="setting" ${id !== undefined && html`id="${id}"`}>
    <div>
      <h3>${title}</h3>
      <p class="muted">${text}</p>
    </div>
    ${action !== false && html`<div class="setting-actions">${action}</div>`}
  </li>`;
}

function switchRow(view: View, { enabled }: Repository, mayWrite: boolean): SettingRow {
  const path = pageOfRepository(view, 'settings/switch');
  return {
    title: enabled ? 'It is switched on' : 'It is switched off',
    text: enabled
      ? html`Switched off, what GitHub tells of it is kept and ignored, and nothing runs. Everything stays.`
      : html`What GitHub tells of it is kept and ignored. Switched on, what happened meanwhile is found by comparing.`,
    action:
      mayWrite &&
      buttonForm(path, {
        text: enabled ? 'Switch off' : 'Switch on',
        icon: enabled ? 'stop' : 'play',
        danger: enabled,
        fields: { enabled: enabled ? 'off' : 'on' },
      }),
  };
}

function intervalOf({ reconcile: { interval_seconds: seconds } }: Repository): string {
  if (seconds === null) return 'by itself, the sooner the more happens';
  return seconds % 60 === 0
    ? `at least every ${seconds === 60 ? 'minute' : `${seconds / 60} minutes`}`
    : `at least every ${seconds} seconds`;
}

function rows(view: View, repository: Repository): Html {
  const mayWrite = mayChange(view, repository);
  const frozen = repository.secrets.frozen;
  return html`<ul class="settings-list">
    ${settingRow(switchRow(view, repository, mayWrite))}
    ${settingRow({
      title: 'Comparing with GitHub',
      text: html`It is compared ${intervalOf(repository)}. Last
      ${timeAgo(repository.last_check_at)}${repository.status === 'active' && html`, next ${timeAgo(repository.reconcile.due_at)}`}
      ${repository.reconcile.error !== null && html`<span class="tone-danger"><bdi>${repository.reconcile.error}</bdi></span>`}`,
      action: mayWrite && compareButton(view),
    })}
    ${settingRow({
      id: 'secrets',
      title: 'Owner of the secrets',
      text:
        frozen === 0
          ? html`Every secret of this repository belongs to its present owner, <bdi>${repository.owner.login}</bdi>.
              <a href="/secrets">Secrets</a>`
          : html`${frozen === 1 ? 'One secret was' : `${frozen} secrets were`} set while the repository belonged to somebody else. No run
              sees ${frozen === 1 ? 'it' : 'them'} until somebody confirms that ${frozen === 1 ? 'it is' : 'they are'} meant for
              <bdi>${repository.owner.login}</bdi>.`,
      action:
        mayWrite &&
        frozen > 0 &&
        buttonForm(pageOfRepository(view, 'settings/confirm-owner'), { text: 'They are meant for this owner', icon: 'check' }),
    })}
    ${settingRow({
      title: 'Disconnecting',
      text: html`RepoWatch then hears no more of it: no change, no run. Its history and its secrets stay until the installation is purged.`,
      action:
        repository.status !== 'removed' &&
        html`<a class="btn btn-sm" href="${installationPath(repository.installation_id)}">${icon('plug')}<span>Installation</span></a>
          ${mayChange(view, repository, 'manage') && html`<a class="btn btn-sm btn-danger" href="${repositoryPath(repository.full_name, 'disconnect')}">${icon('unlink')}<span>Disconnect…</span></a>`}`,
    })}
  </ul>`;
}

function breakerTable(view: View, breakers: readonly Breaker[], mayWrite: boolean): Html {
  if (breakers.length === 0)
    return html`<p class="muted">
      No watch was taken for a loop. A watch whose effects come back as changes that start it again is stopped after a few rounds, and
      stands here.
    </p>`;
  return dataTable<Breaker>({
    caption: 'Watches that were stopped as loops',
    rows: breakers,
    id: ({ id }) => `breaker-${id}`,
    columns: [
      { title: 'Watch', kind: 'main', cell: ({ watch }) => html`<strong><bdi>${watch}</bdi></strong>` },
      { title: 'About', cell: ({ about }) => (about === '' ? html`<span class="muted">the repository</span>` : html`<bdi>${about}</bdi>`) },
      {
        title: 'State',
        cell: ({ open }) => (open ? html`<span class="label label-danger">stops what comes</span>` : html`<span class="label">over</span>`),
      },
      { title: 'Stopped', kind: 'number', cell: ({ stopped }) => `${stopped} ${stopped === 1 ? 'run' : 'runs'}` },
      { title: 'Tripped', cell: ({ tripped_at: at }) => timeAgo(at) },
      {
        title: 'Reset',
        kind: 'action',
        cell: ({ id, open }) =>
          open &&
          mayWrite &&
          buttonForm(pageOfRepository(view, `settings/breakers/${id}/reset`), { text: 'Let it run again', icon: 'sync' }),
      },
    ],
  });
}

function laneTable(lanes: readonly Lane[]): Html {
  if (lanes.length === 0) return html`<p class="muted">Nothing waits in line here.</p>`;
  return dataTable<Lane>({
    caption: 'Lanes of this repository',
    rows: lanes,
    columns: [
      { title: 'Lane', kind: 'main', cell: ({ lane }) => html`<a data-main href="${withQuery('/runs', { lane })}"><bdi>${lane}</bdi></a>` },
      { title: 'Waiting', kind: 'number', cell: ({ open }) => open },
      {
        title: 'State',
        cell: ({ blocked_by: by, running }) =>
          by !== null
            ? html`<span class="label label-danger">held up</span> by <a href="${runPath(by.run)}">run ${by.run}</a>`
            : running !== null
              ? statusLabel('running')
              : statusLabel('waiting'),
      },
      { title: 'Oldest', cell: ({ oldest_at: at }) => timeAgo(at) },
    ],
  });
}

function aboutView(repository: Repository): Html {
  const {
    former_names: former,
    id,
    github_id: githubId,
    sync_state: sync,
    created_at: made,
    owner,
    removed_at: gone,
    removed_reason: reason,
  } = repository;
  return facts([
    ['Owner', html`<bdi>${owner.login}</bdi> <span class="muted">${owner.type}</span>`],
    ['Former names', former.length > 0 && html`<bdi>${former.join(', ')}</bdi>`],
    ['Number on GitHub', html`<code>${githubId}</code>`],
    ['Number here', html`<code>${id}</code>`],
    ['Taken over', sync.replaceAll('_', ' ')],
    ['Known since', timeAgo(made)],
    ['Removed', gone !== null && html`${timeAgo(gone)} <span class="muted">${reason?.replaceAll('_', ' ')}</span>`],
  ]);
}

/** What can be switched and mended at a repository. */
export const repositorySettingsPage: PageDefinition = {
  path: '/repos/:owner/:name/settings',
  place: 'repositories',
  async render(view) {
    const repository = await readRepository(view);
    const query = { repository: repository.full_name, limit: 50 };
    const [breakers, lanes] = await Promise.all([
      view.api.get<ListAnswer<Breaker>>(withQuery('/api/breakers', query)),
      view.api.get<ListAnswer<Lane>>(withQuery('/api/lanes', query)),
    ]);
    const live = {
      'setting-rows': rows(view, repository),
      loops: breakerTable(view, breakers.data, mayChange(view, repository)),
      lanes: laneTable(lanes.data),
    };
    const body = html`${repositoryHead(repository, { part: 'settings' })}
    ${section('This repository', livePart('setting-rows', live['setting-rows']))} ${section('Loops', livePart('loops', live.loops))}
    ${section('Lanes', livePart('lanes', live.lanes), { actions: html`<a href="/lanes">All lanes</a>` })}
    ${section('About it', aboutView(repository))}`;
    return { title: `Settings · ${repository.full_name}`, body, live };
  },
};

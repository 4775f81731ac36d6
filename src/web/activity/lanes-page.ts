import type { Breaker, Lane } from '../../http/schemas/lane.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import type { FormDefinition } from '../kit/pages.ts';
import { repositoryPath, runPath, watchPath } from '../kit/paths.ts';
import { may, pageUrl, type PageDefinition, type View } from '../kit/view.ts';
import { dataTable } from '../parts/data-table.ts';
import { buttonForm } from '../parts/form.ts';
import { pageHead, section } from '../parts/page-head.ts';
import { pager } from '../parts/pager.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { emptyList, keptChips, readQuery, refusedList } from './list-page.ts';
import { laneWords } from './lane-words.ts';
import { refusedFlash } from './run-actions.ts';

const kept = {
  blocked: (word: string) => (word === 'true' ? 'held up by a dead run' : 'not held up'),
  repository: (name: string) => `of ${name}`,
  installation: (id: string) => `of installation ${id}`,
};
const names = Object.keys(kept);

/** More breakers are read with the REST side. */
const shownBreakers = 50;

function blockedWords(view: View, lane: Lane): Html {
  const by = lane.blocked_by!;
  const allowed = may(view, 'write', { installation: lane.installation_id, repository: by.repository_id });
  const fields = { lane: lane.lane };
  return html`<div class="held-up">
    <p>
      ${icon('blocked')} <a href="${runPath(by.run)}">Run ${by.run}</a>
      ${by.watch !== '' && html`of <bdi>${by.watch}</bdi> in <bdi>${by.repository}</bdi>`} is dead
      ${by.code !== null && html`<code>${by.code}</code>`} ${by.since !== null && html`since ${timeAgo(by.since)}`}
    </p>
    ${by.message !== null && html`<p class="muted"><bdi>${by.message}</bdi></p>`}
    <p class="muted">
      The order is strict: nothing passes it until somebody decides. Redrive goes on with it, first; skip goes on without it.
    </p>
    ${
      allowed &&
      html`<p class="held-up-actions">
        ${buttonForm('/lanes/unblock', { text: 'Redrive', icon: 'play', fields, label: `Redrive run ${by.run}` })}
        ${buttonForm('/lanes/unblock', { text: 'Skip', icon: 'skip', fields: { ...fields, skip: '1' }, label: `Go on without run ${by.run}` })}
      </p>`
    }
  </div>`;
}

function laneTable(view: View, lanes: readonly Lane[]): Html {
  const open = ({ lane }: Lane) => withQuery('/runs', { lane, status: 'queued,running,waiting' });
  return dataTable({
    caption: 'Lanes',
    rows: lanes,
    id: ({ lane }) => `lane-${encodeURIComponent(lane).replaceAll('%', '_')}`,
    tone: ({ blocked_by: by }) => (by === null ? 'busy' : 'err'),
    columns: [
      {
        title: 'Lane',
        kind: 'main',
        cell: (lane) => html`<a data-main href="${open(lane)}" title="${lane.lane}"><bdi>${laneWords(lane.lane)}</bdi></a>`,
      },
      {
        title: 'Now',
        cell: ({ running, blocked_by: by }) =>
          running !== null
            ? html`<a href="${runPath(running)}">run ${running}</a> is at work`
            : html`<span class="muted">${by === null ? 'waits' : 'stands still'}</span>`,
      },
      { title: 'Open runs', kind: 'number', cell: (lane) => html`<a href="${open(lane)}">${lane.open.toLocaleString('en')}</a>` },
      { title: 'The oldest', cell: ({ oldest_at: at }) => at !== null && timeAgo(at) },
      { title: 'What holds it up', kind: 'wide', cell: (lane) => lane.blocked_by !== null && blockedWords(view, lane) },
    ],
  });
}

function breakerTable(view: View, breakers: readonly Breaker[]): Html {
  return dataTable({
    caption: 'Watches that were taken for a loop',
    rows: breakers,
    id: ({ id }) => `breaker-${id}`,
    tone: ({ open }) => (open ? 'err' : 'quiet'),
    columns: [
      {
        title: 'Watch',
        kind: 'main',
        cell: ({ watch, repository }) =>
          html`<a data-main href="${watchPath(repository.full_name, watch)}"><bdi>${watch}</bdi></a>
            <a class="muted" href="${repositoryPath(repository.full_name)}"><bdi>${repository.full_name}</bdi></a>`,
      },
      { title: 'About', cell: ({ about }) => html`<bdi>${about === '' ? 'the repository' : about}</bdi>` },
      { title: 'Answers', cell: ({ made_by: by }) => (by === 'repowatch' ? 'its own changes' : 'changes of a bot') },
      {
        title: 'State',
        cell: ({ open }) => (open ? html`<span class="label label-danger">stopped</span>` : html`<span class="label">runs again</span>`),
      },
      {
        title: 'Stopped',
        kind: 'number',
        cell: ({ stopped, repository }) =>
          html`<a href="${withQuery('/runs', { repository: repository.full_name, code: 'loop_suspected' })}"
            >${stopped.toLocaleString('en')}</a
          >`,
      },
      { title: 'Last', cell: ({ last_at: at }) => timeAgo(at) },
      {
        title: 'Reset',
        kind: 'action',
        cell: ({ id, open, installation_id: installation, repository, watch }) =>
          open &&
          may(view, 'write', { installation, repository: repository.id }) &&
          buttonForm(`/breakers/${id}/reset`, { text: 'Let it run', icon: 'unlock', label: `Let ${watch} run again` }),
      },
    ],
  });
}

const teach = {
  icon: 'list-ordered',
  title: 'Nothing waits',
  text: 'Runs of one concurrency key go one after the other, in a lane of their own. A lane is shown while it has something to do, or when a dead run of a strict order holds it up.',
};

function content(view: View, { lanes, breakers }: { lanes: ListAnswer<Lane>; breakers: readonly Breaker[] }): Html {
  return html`${lanes.data.length === 0 ? emptyList(view, { names, teach }) : laneTable(view, lanes.data)}
  ${
    breakers.length > 0 &&
    section('Breakers', breakerTable(view, breakers), {
      id: 'breakers',
      intro:
        'These watches ran so often on changes of RepoWatch or of bots that they seem to answer themselves. What is too much is cancelled before it begins; a breaker closes by itself when nothing more came.',
    })
  }`;
}

/** Lanes that have something to do, those that stand still, and watches that were stopped as loops. */
export const lanesPage: PageDefinition = {
  path: '/lanes',
  place: 'lanes',
  async render(view) {
    const query = readQuery(view, names);
    const { blocked: _blocked, ...place } = query;
    const [lanes, breakers] = await Promise.all([
      view.api.ask<ListAnswer<Lane>>(withQuery('/api/lanes', { ...query, cursor: view.query['cursor'] })),
      view.api.ask<ListAnswer<Breaker>>(withQuery('/api/breakers', { ...place, limit: shownBreakers })),
    ]);
    const tabs = [
      { title: 'All', path: pageUrl(view, { blocked: undefined }), icon: 'list-ordered' },
      { title: 'Held up', path: pageUrl(view, { blocked: 'true' }), icon: 'blocked' },
    ];
    const intro =
      'A lane is a concurrency key: its runs go one after the other. Here is what works, what waits, and what stands still until somebody decides.';
    const tab = pageUrl(view, { blocked: view.query['blocked'] });
    const head = html`${pageHead({ title: 'Lanes', icon: 'list-ordered', intro, tabs, tab })} ${refusedFlash(view)}
    ${keptChips({ ...view, query: { ...view.query, blocked: '' } }, kept)}`;
    if (!lanes.ok) return { title: 'Lanes', body: html`${head} ${refusedList(lanes.problem)}`, status: lanes.status };
    const list = content(view, { lanes: lanes.value, breakers: breakers.ok ? breakers.value.data : [] });
    return {
      title: 'Lanes',
      body: html`${head} ${livePart('lanes', list)} ${pager(view, lanes.value.meta)}`,
      live: { lanes: list },
      width: 'wide',
    };
  },
};

/** Letting a lane go on, with the dead run or without it, and letting a watch run again. */
export const laneForms: readonly FormDefinition[] = [
  {
    path: '/lanes/unblock',
    page: lanesPage,
    pageView: () => ({ url: '/lanes' }),
    submit: async (view, { lane = '', skip }) =>
      await view.api.send({ method: 'POST', path: `/api/lanes/${encodeURIComponent(lane)}/unblock`, body: { skip: skip === '1' } }),
    done: (_view, { values }) => ({ to: '/lanes', notice: values['skip'] === '1' ? 'skipped' : 'redriven' }),
  },
  {
    path: '/breakers/:id/reset',
    page: lanesPage,
    pageView: () => ({ url: '/lanes' }),
    submit: async (view) =>
      await view.api.send({ method: 'POST', path: `/api/breakers/${encodeURIComponent(view.params['id'] ?? '')}/reset` }),
    done: () => ({ to: '/lanes', notice: 'enabled' }),
  },
];

import type { RunSummary } from '../../http/schemas/run.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import { isLiveReading } from '../kit/live-reading.ts';
import { changePath, repositoryPath, runPath } from '../kit/paths.ts';
import { may, type PageDefinition, type View } from '../kit/view.ts';
import { dataTable } from '../parts/data-table.ts';
import { filterBar, type Filter } from '../parts/filters.ts';
import { pageHead } from '../parts/page-head.ts';
import { pager } from '../parts/pager.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { statusClass, statusIcon, statusLabel } from '../status-view.ts';
import {
  emptyList,
  keepWord,
  keptChips,
  readList,
  readQuery,
  readRepositories,
  refusedList,
  repositoryFilter,
  typeOptions,
} from './list-page.ts';
import { tookOf } from './run-card.ts';

/** Filters of the list that are no fields: links of other pages bring them. */
const kept = {
  change: (id: string) => `of change ${id}`,
  lane: (lane: string) => `in the lane ${lane}`,
  replay_of: (id: string) => `replays of run ${id}`,
  job: (id: string) => `of job ${id}`,
  blocked: (word: string) => (word === 'true' ? 'held up by a dead run' : 'not held up'),
  installation: (id: string) => `of installation ${id}`,
  code: (code: string) => `with the code ${code}`,
};

/** The filters that a bulk replay can take over. */
export const runFilterNames = ['repository', 'watch', 'status', 'type', 'ref', 'code', 'change', 'installation', 'since', 'until'];
const names = [...runFilterNames, 'lane', 'replay_of', 'job', 'blocked'];

const outcomes = [
  {
    group: 'Together',
    options: [
      { value: 'failed,dead', title: 'Failed or dead' },
      { value: 'queued,running,waiting', title: 'Not over' },
    ],
  },
  { group: 'One', options: ['queued', 'running', 'waiting', 'succeeded', 'failed', 'dead', 'cancelled'] },
];

async function watchFilter(view: View): Promise<Filter> {
  const filter = { name: 'watch', label: 'Watch', kind: 'choice', all: 'All watches' } as const;
  const { repository = '', watch } = view.query;
  const [owner = '', name = ''] = repository.split('/', 2);
  if (owner === '' || name === '')
    return { ...filter, options: keepWord([], watch), needs: watch === undefined ? 'Choose a repository first' : undefined };
  const path = `/api/repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}/watches`;
  // Without an answer there is nothing to choose from; what is wrong with the repository the list itself says.
  const found = await view.api.ask<{ data: { key: string; name: string | null }[] }>(path);
  const options = (found.ok ? found.value.data : []).map(({ key, name: title }) => ({ value: key, title: title ?? key }));
  return { ...filter, options: keepWord(options, watch) };
}

async function filters(view: View): Promise<Html> {
  const [repositories, watches] = await Promise.all([readRepositories(view), watchFilter(view)]);
  return filterBar(view, [
    repositoryFilter(view, repositories),
    watches,
    { name: 'status', label: 'Outcome', kind: 'choice', options: keepWord(outcomes, view.query['status']) },
    { name: 'type', label: 'Change', kind: 'choice', options: keepWord(typeOptions(false), view.query['type']) },
    { name: 'ref', label: 'Branch or tag', kind: 'text', icon: 'git-branch' },
    { name: 'since', label: 'Since', kind: 'date', hint: 'From this day on, in UTC' },
    { name: 'until', label: 'Until', kind: 'date', hint: 'Up to the end of this day, in UTC' },
    ...Object.keys(kept).map((name) => ({ name, kind: 'kept' }) as const),
  ]);
}

/** Runs in a table, one row for each. */
function runTable(runs: readonly RunSummary[]): Html {
  return dataTable({
    caption: 'Runs',
    rows: runs,
    id: (run) => `run-${run.id}`,
    tone: (run) => statusClass(run.status),
    columns: [
      {
        title: 'Run',
        kind: 'main',
        cell: (run) =>
          html`${statusIcon(run.status)}
            <a data-main href="${runPath(run.id)}"><bdi>${run.watch.name}</bdi> <span class="muted">#${run.id}</span></a>
            ${run.dry_run && html`<span class="chip">dry run</span>`} ${run.replay_of !== null && html`<span class="chip">replay</span>`}`,
      },
      {
        title: 'Repository',
        cell: (run) => html`<a href="${repositoryPath(run.repository.full_name)}"><bdi>${run.repository.full_name}</bdi></a>`,
      },
      {
        title: 'Change',
        cell: (run) =>
          html`<a href="${changePath(run.change.id)}">${run.change.type}</a>
            ${run.change.ref_name !== null && html`<bdi class="muted">${run.change.ref_name}</bdi>`}`,
      },
      {
        title: 'Outcome',
        kind: 'wide',
        cell: (run) =>
          html`${statusLabel(run.status)} ${run.code !== null && html`<code>${run.code}</code>`}
          ${run.message !== null && html`<bdi class="muted clamp">${run.message}</bdi>`}
          ${run.blocked_by !== null && html`<span class="muted">waits for <a href="${runPath(run.blocked_by.run)}">run ${run.blocked_by.run}</a></span>`}`,
      },
      { title: 'Made', cell: (run) => timeAgo(run.created_at) },
      { title: 'Took', kind: 'number', cell: (run) => tookOf(run) },
    ],
  });
}

const teach = {
  icon: 'play',
  title: 'No run yet',
  text: html`A run begins when a change matches a watch of <code>.github/repowatch.yml</code>. It shows up here, with what it sent and what
    came back.`,
};

/** Where what a filter finds is done again, when there is something to find by and somebody may. */
function bulkLinks(view: View): Html | false {
  const query = Object.fromEntries(runFilterNames.map((name) => [name, view.query[name]]));
  const isNarrow = Object.values(query).some((value) => value !== undefined && value !== '');
  const isPlaced = (query['repository'] ?? query['installation'] ?? '') !== '';
  if (!isNarrow || !(isPlaced || may(view, 'write', 'everything'))) return false;
  const link = (kind: string, name: string, words: string) =>
    html`<a class="btn" href="${withQuery('/runs/bulk', { kind, ...query })}">${icon(name)}<span>${words}</span></a>`;
  return html`${link('replay', 'sync', 'Replay these…')} ${link('redrive', 'play', 'Redrive the dead of these…')}`;
}

function listOf(view: View, { data }: ListAnswer<RunSummary>): Html {
  return data.length === 0 ? emptyList(view, { names, teach }) : runTable(data);
}

/** Runs, newest first. */
export const runsPage: PageDefinition = {
  path: '/runs',
  place: 'runs',
  async render(view) {
    const reading = readList<RunSummary>(view, '/api/runs', readQuery(view, names));
    if (isLiveReading(view.request)) {
      const answer = await reading;
      return { title: 'Runs', body: html``, live: answer.ok ? { runs: listOf(view, answer.value) } : {} };
    }
    const [answer, bar] = await Promise.all([reading, filters(view)]);
    const head = html`${pageHead({ title: 'Runs', icon: 'play', intro: 'Watches at work on changes: what they did, how it went, and what waits.', actions: bulkLinks(view) })}
    ${bar} ${keptChips(view, kept)}`;
    if (!answer.ok) return { title: 'Runs', body: html`${head} ${refusedList(answer.problem)}`, status: answer.status };
    const list = listOf(view, answer.value);
    const body = html`${head} ${livePart('runs', list)} ${pager(view, answer.value.meta)}`;
    return { title: 'Runs', body, live: { runs: list }, width: 'wide' };
  },
};

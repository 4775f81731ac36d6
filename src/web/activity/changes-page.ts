import { changeOrigins } from '../../core/statuses.ts';
import type { ChangeSummary } from '../../http/schemas/change.ts';
import { changeIcon, howKnown } from '../change-view.ts';
import { html, type Html } from '../html.ts';
import type { ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import { isLiveReading } from '../kit/live-reading.ts';
import { changePath, deliveryPath, repositoryPath } from '../kit/paths.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { dataTable } from '../parts/data-table.ts';
import { filterBar } from '../parts/filters.ts';
import { pageHead } from '../parts/page-head.ts';
import { pager } from '../parts/pager.ts';
import { timeAgo } from '../parts/relative-time.ts';
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

const kept = {
  delivery: (id: string) => `of delivery ${id}`,
  installation: (id: string) => `of installation ${id}`,
};
const names = ['repository', 'type', 'ref', 'origin', 'since', 'until', ...Object.keys(kept)];

const originWords: Record<ChangeSummary['origin'], string> = {
  webhook: 'webhook',
  recovered: 'recovered',
  reconcile: 'found by comparing',
  trigger: 'trigger',
  manual: 'by hand',
};

async function filters(view: View): Promise<Html> {
  return filterBar(view, [
    repositoryFilter(view, await readRepositories(view)),
    { name: 'type', label: 'Type', kind: 'choice', options: keepWord(typeOptions(true), view.query['type']) },
    { name: 'ref', label: 'Branch or tag', kind: 'text', icon: 'git-branch' },
    {
      name: 'origin',
      label: 'Known by',
      kind: 'choice',
      options: changeOrigins.map((origin) => ({ value: origin, title: originWords[origin] })),
    },
    { name: 'since', label: 'Since', kind: 'date', hint: 'From this day on, in UTC' },
    { name: 'until', label: 'Until', kind: 'date', hint: 'Up to the end of this day, in UTC' },
    ...Object.keys(kept).map((name) => ({ name, kind: 'kept' }) as const),
  ]);
}

function knownBy(change: ChangeSummary): Html | string {
  const { delivery_id: delivery, origin } = change;
  if (delivery !== null) return html`<a href="${deliveryPath(delivery)}">${originWords[origin]}</a>`;
  return origin === 'reconcile' ? originWords[origin] : howKnown(change).word;
}

function changeTable(changes: readonly ChangeSummary[]): Html {
  return dataTable({
    caption: 'Changes',
    rows: changes,
    id: (change) => `change-${change.id}`,
    columns: [
      {
        title: 'Change',
        kind: 'main',
        cell: (change) =>
          html`<span class="with-node"
            >${changeIcon(change.type)} <a data-main href="${changePath(change.id)}"><bdi class="clamp">${change.sentence}</bdi></a></span
          >`,
      },
      { title: 'Type', cell: ({ type }) => html`<code>${type}</code>` },
      {
        title: 'Repository',
        cell: ({ repository }) => html`<a href="${repositoryPath(repository.full_name)}"><bdi>${repository.full_name}</bdi></a>`,
      },
      { title: 'Known by', cell: knownBy },
      { title: 'Happened', cell: ({ happened_at: at }) => timeAgo(at) },
    ],
  });
}

const teach = {
  icon: 'git-commit',
  title: 'Nothing has changed yet',
  text: 'A change is what happened in a repository: a push, a new branch, a merged pull request. Push something, and it shows up here by itself.',
};

/** What happened, newest first. */
export const changesPage: PageDefinition = {
  path: '/changes',
  place: 'changes',
  async render(view) {
    const listOf = ({ data }: ListAnswer<ChangeSummary>) => (data.length === 0 ? emptyList(view, { names, teach }) : changeTable(data));
    const reading = readList<ChangeSummary>(view, '/api/changes', readQuery(view, names));
    if (isLiveReading(view.request)) {
      const answer = await reading;
      return { title: 'Changes', body: html``, live: answer.ok ? { changes: listOf(answer.value) } : {} };
    }
    const [answer, bar] = await Promise.all([reading, filters(view)]);
    const head = html`${pageHead({ title: 'Changes', icon: 'git-commit', intro: 'What happened in your repositories, each thing once, however many deliveries told of it.' })}
    ${bar} ${keptChips(view, kept)}`;
    if (!answer.ok) return { title: 'Changes', body: html`${head} ${refusedList(answer.problem)}`, status: answer.status };
    const list = listOf(answer.value);
    return {
      title: 'Changes',
      body: html`${head} ${livePart('changes', list)} ${pager(view, answer.value.meta)}`,
      live: { changes: list },
      width: 'wide',
    };
  },
};

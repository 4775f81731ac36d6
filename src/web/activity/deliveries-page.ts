import { deliverySources, deliveryStatuses } from '../../core/statuses.ts';
import type { DeliverySummary } from '../../http/schemas/delivery.ts';
import { html, type Html } from '../html.ts';
import type { ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import { isLiveReading } from '../kit/live-reading.ts';
import { deliveryPath, repositoryPath } from '../kit/paths.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { dataTable } from '../parts/data-table.ts';
import { filterBar, type Filter } from '../parts/filters.ts';
import { pageHead } from '../parts/page-head.ts';
import { pager } from '../parts/pager.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { statusClass, statusIcon, statusLabel } from '../status-view.ts';
import { eventActions, eventIcon, eventName, sourceWords } from './delivery-words.ts';
import { emptyList, keepWord, keptChips, readList, readQuery, readRepositories, refusedList, repositoryFilter } from './list-page.ts';
import { describeBytes } from './payload-view.ts';
import { retryButton } from './thread-view.ts';

const kept = {
  guid: (guid: string) => `with the GUID ${guid}`,
  installation: (id: string) => `of installation ${id}`,
  trigger: (id: string) => `of trigger ${id}`,
};
const names = ['repository', 'event', 'action', 'status', 'source', 'since', 'until', ...Object.keys(kept)];

const outcomes = [
  { group: 'Together', options: [{ value: 'unprocessed,processing,reprocessing', title: 'Not settled' }] },
  { group: 'One', options: [...deliveryStatuses] },
];

/** An action of another event than the one that is chosen now says nothing any more. */
function coherent(view: View): View {
  const { event = '', action = '' } = view.query;
  const known = eventActions[event];
  const fits = action === '' || (event !== '' && (known === undefined || known.includes(action)));
  return fits ? view : { ...view, query: Object.fromEntries(Object.entries(view.query).filter(([name]) => name !== 'action')) };
}

function actionFilter({ query }: View): Filter {
  const filter = { name: 'action', label: 'Action', kind: 'choice', all: 'All actions' } as const;
  const { event = '', action } = query;
  if (event === '') return { ...filter, options: [], needs: 'Choose an event first' };
  const actions = eventActions[event] ?? [];
  if (actions.length === 0 && action === undefined)
    return { ...filter, options: [], all: 'No actions', needs: 'This event has no actions' };
  return { ...filter, options: keepWord(actions, action) };
}

async function filters(view: View): Promise<Html> {
  return filterBar(view, [
    repositoryFilter(view, await readRepositories(view)),
    { name: 'event', label: 'Event', kind: 'choice', all: 'All events', options: keepWord(Object.keys(eventActions), view.query['event']) },
    actionFilter(view),
    { name: 'status', label: 'Outcome', kind: 'choice', options: keepWord(outcomes, view.query['status']) },
    {
      name: 'source',
      label: 'Source',
      kind: 'choice',
      options: deliverySources.map((source) => ({ value: source, title: sourceWords[source] })),
    },
    { name: 'since', label: 'Since', kind: 'date', hint: 'From this day on, in UTC' },
    { name: 'until', label: 'Until', kind: 'date', hint: 'Up to the end of this day, in UTC' },
    ...Object.keys(kept).map((name) => ({ name, kind: 'kept' }) as const),
  ]);
}

function deliveryTable(view: View, deliveries: readonly DeliverySummary[]): Html {
  return dataTable({
    caption: 'Deliveries',
    rows: deliveries,
    id: (delivery) => `delivery-${delivery.id}`,
    tone: ({ status }) => statusClass(status),
    columns: [
      {
        title: 'Delivery',
        kind: 'main',
        cell: (delivery) =>
          html`<span class="muted">${eventIcon(delivery.event)}</span>
            <a data-main href="${deliveryPath(delivery.id)}"
              ><bdi>${eventName(delivery)}</bdi> <span class="muted">#${delivery.id}</span></a
            >`,
      },
      {
        title: 'Repository',
        cell: ({ repository }) => {
          const name = repository?.full_name ?? null;
          return name !== null && html`<a href="${repositoryPath(name)}"><bdi>${name}</bdi></a>`;
        },
      },
      {
        title: 'Outcome',
        kind: 'wide',
        cell: ({ status, code, reason }) =>
          html`${statusIcon(status)} ${statusLabel(status)} ${code !== null && html`<code>${code}</code>`}
          ${reason !== null && html`<bdi class="muted clamp">${reason}</bdi>`}`,
      },
      { title: 'Source', cell: ({ source }) => sourceWords[source] },
      { title: 'Size', kind: 'number', cell: ({ body_size: size }) => describeBytes(size) },
      { title: 'Received', cell: ({ received_at: at }) => timeAgo(at) },
      { title: 'Retry', kind: 'action', cell: (delivery) => retryButton(view, delivery) },
    ],
  });
}

const teach = {
  icon: 'inbox',
  title: 'GitHub has delivered nothing yet',
  text: 'Each message of GitHub is kept here exactly as it came, with what became of it. Deliveries begin as soon as the App is installed.',
};

/** What came in, newest first. */
export const deliveriesPage: PageDefinition = {
  path: '/deliveries',
  place: 'deliveries',
  async render(given) {
    const view = coherent(given);
    const listOf = ({ data }: ListAnswer<DeliverySummary>) =>
      data.length === 0 ? emptyList(view, { names, teach }) : deliveryTable(view, data);
    const reading = readList<DeliverySummary>(view, '/api/deliveries', readQuery(view, names));
    if (isLiveReading(view.request)) {
      const answer = await reading;
      return { title: 'Deliveries', body: html``, live: answer.ok ? { deliveries: listOf(answer.value) } : {} };
    }
    const [answer, bar] = await Promise.all([reading, filters(view)]);
    const head = html`${pageHead({ title: 'Deliveries', icon: 'inbox', intro: 'What GitHub and triggers sent, exactly as it came, and what became of it.' })}
    ${bar} ${keptChips(view, kept)}`;
    if (!answer.ok) return { title: 'Deliveries', body: html`${head} ${refusedList(answer.problem)}`, status: answer.status };
    const list = listOf(answer.value);
    return {
      title: 'Deliveries',
      body: html`${head} ${livePart('deliveries', list)} ${pager(view, answer.value.meta)}`,
      live: { deliveries: list },
      width: 'wide',
    };
  },
};

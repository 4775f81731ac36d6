import type { TriggerItem } from '../../http/schemas/trigger.ts';
import type { Repository } from '../../http/schemas/repository.ts';
import { triggerProviders } from '../../core/statuses.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { livePart } from '../kit/frame.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import { deliveryPath, repositoryPath } from '../kit/paths.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { dataTable } from '../parts/data-table.ts';
import { dialog, dialogButton } from '../parts/dialog.ts';
import { filterBar } from '../parts/filters.ts';
import { refusalOf } from '../parts/form.ts';
import { pageHead } from '../parts/page-head.ts';
import { pager } from '../parts/pager.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { statusIcon, statusLabel } from '../status-view.ts';
import { newTriggerForm } from './trigger-forms-view.ts';
import { providerWords } from './trigger-words.ts';

/** Where triggers are listed and made. */
export const triggersPath = '/triggers';

function lastCell({ last_delivery: last }: TriggerItem): Html {
  if (last === null) return html`<span class="muted">nothing yet</span>`;
  return html`${statusIcon(last.status)} <a href="${deliveryPath(last.id)}"><bdi>${last.event}</bdi></a> ${timeAgo(last.received_at)}`;
}

function stateCell({ enabled, previous_valid_until: until }: TriggerItem): Html {
  return html`${statusLabel(enabled ? 'active' : 'disabled')}
  ${until !== null && html`<span class="muted">former secret until ${timeAgo(until)}</span>`}`;
}

function table(triggers: readonly TriggerItem[]): Html {
  return dataTable<TriggerItem>({
    caption: 'Triggers, newest first',
    rows: triggers,
    id: ({ id }) => `trigger-${id}`,
    columns: [
      { title: 'Name', kind: 'main', cell: ({ id, name }) => html`<a href="${triggersPath}/${id}" data-main><bdi>${name}</bdi></a>` },
      {
        title: 'Sender',
        cell: ({ provider, repo_path: path }) =>
          html`${icon(providerWords[provider].icon)} ${provider} <span class="muted"><bdi>${path}</bdi></span>`,
      },
      { title: 'Tells of', cell: ({ repository: { full_name: name } }) => html`<a href="${repositoryPath(name)}"><bdi>${name}</bdi></a>` },
      { title: 'Last message', cell: lastCell },
      { title: 'State', cell: stateCell },
    ],
  });
}

function none(isFiltered: boolean): Html {
  return isFiltered
    ? blank({ icon: 'zap', title: 'None is like that', text: 'No trigger that you see fits the filter.' })
    : blank({
        icon: 'zap',
        title: 'No triggers yet',
        text: html`GitHub tells the App what happens. A trigger lets somebody else tell, too: a repository’s own webhook, a project on
          GitLab, or anything that can sign a request. A watch asks for it with <code>on: inbound</code>.`,
        action: dialogButton('new-trigger', { text: 'New trigger', icon: 'plus' }),
      });
}

async function readNames({ api }: View): Promise<string[]> {
  const { data } = await api.get<ListAnswer<Repository>>('/api/repos?status=active&limit=100');
  return data.map(({ full_name: name }) => name);
}

/** The page of inbound triggers: who else may tell that something happened. */
export const triggersPage: PageDefinition = {
  path: triggersPath,
  place: 'triggers',
  async render(view) {
    const { provider, repository, installation, cursor } = view.query;
    const query = withQuery('/api/triggers', { provider, repository, installation, cursor, limit: 50, total: '1' });
    const [{ data, meta }, names] = await Promise.all([view.api.get<ListAnswer<TriggerItem>>(query), readNames(view)]);
    const isFiltered = (provider ?? repository ?? installation ?? '') !== '';
    const list = data.length === 0 ? none(isFiltered) : html`${table(data)} ${pager(view, meta)}`;
    const body = html`${pageHead({
      title: 'Triggers',
      icon: 'zap',
      intro:
        'Addresses to which others send what happened. What they send goes the way of every delivery: stored first, in order, counted once.',
      actions: dialogButton('new-trigger', { text: 'New trigger', icon: 'plus', kind: 'primary' }),
    })}
    ${filterBar(view, [
      { name: 'repository', label: 'Repository', kind: 'text', placeholder: 'owner/name' },
      { name: 'provider', label: 'Sender', kind: 'choice', options: triggerProviders, all: 'Every sender' },
    ])}
    ${livePart('triggers-part', list)}
    ${dialog({ id: 'new-trigger', title: 'New trigger', body: newTriggerForm(view, triggersPath, names), open: refusalOf(view, triggersPath) !== undefined })}`;
    return { title: 'Triggers', body, live: { 'triggers-part': list } };
  },
};

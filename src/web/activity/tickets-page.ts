import { ticketProviders } from '../../core/statuses.ts';
import type { TicketSummary } from '../../http/schemas/ticket.ts';
import { html, safeUrl, type Html } from '../html.ts';
import { refuseForm, type FormDefinition } from '../kit/pages.ts';
import { repositoryPath } from '../kit/paths.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { dataTable } from '../parts/data-table.ts';
import { dialog, dialogButton } from '../parts/dialog.ts';
import { filterBar } from '../parts/filters.ts';
import { areaField, form, refusalOf, selectField, textField } from '../parts/form.ts';
import { pageHead } from '../parts/page-head.ts';
import { pager } from '../parts/pager.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { emptyList, keptChips, readList, readQuery, readRepositories, refusedList, repositoryFilter } from './list-page.ts';

/** What a provider is called. */
export const providerWords: Record<TicketSummary['provider'], string> = { builtin: 'RepoWatch', github: 'GitHub', jira: 'Jira' };

const kept = { installation: (id: string) => `of installation ${id}` };
const names = ['repository', 'provider', 'key', 'status', 'since', 'until', ...Object.keys(kept)];
const states = ['Draft', 'Open', 'In Progress', 'In Review', 'Merged', 'Closed'];

const createPath = '/tickets';
const fromIssuePath = '/tickets/from-issue';

/** True for who may change something anywhere: what exactly, the REST side judges. */
function mayWriteSomewhere({ requester: { admin, charge, scopes } }: View): boolean {
  const { installations, repositories } = charge;
  return scopes.includes('write') && (admin || installations === 'all' || installations.length + repositories.length > 0);
}

function repositoryField(view: View, { path, list }: { path: string; list: readonly string[] }): Html {
  return textField({
    view,
    path,
    name: 'repository',
    label: 'Repository',
    value: view.query['repository'],
    placeholder: 'owner/name',
    required: true,
    list,
  });
}

function dialogs(view: View, list: readonly string[]): Html {
  const field = { view, path: createPath };
  const create = form({
    ...field,
    submit: 'Create the ticket',
    fields: html`${repositoryField(view, { path: createPath, list })}
    ${textField({ ...field, name: 'title', label: 'Title', required: true, maxlength: 500 })}
    ${areaField({ ...field, name: 'body', label: 'Text', rows: 5 })}
    ${selectField({ ...field, name: 'status', label: 'State', value: 'Open', options: states, hint: 'The states of the usual machine; yours may have others.' })}`,
  });
  const ofIssue = form({
    view,
    path: fromIssuePath,
    submit: 'Make its ticket',
    fields: html`${repositoryField(view, { path: fromIssuePath, list })}
    ${textField({ view, path: fromIssuePath, name: 'number', label: 'Number of the issue', type: 'number', required: true, hint: 'Each issue has one ticket at most. Its title and state are read from GitHub.' })}`,
  });
  return html`${dialog({ id: 'new-ticket', title: 'A ticket of our own', body: create, open: refusalOf(view, createPath) !== undefined })}
  ${dialog({ id: 'issue-ticket', title: 'A ticket of an issue on GitHub', body: ofIssue, open: refusalOf(view, fromIssuePath) !== undefined })}`;
}

function ticketTable(tickets: readonly TicketSummary[]): Html {
  return dataTable({
    caption: 'Tickets',
    rows: tickets,
    id: ({ id }) => `ticket-${id}`,
    columns: [
      {
        title: 'Ticket',
        kind: 'main',
        cell: ({ id, key, title }) => html`<a data-main href="/tickets/${id}"><bdi>${key}</bdi></a> <bdi class="clamp">${title}</bdi>`,
      },
      { title: 'State', cell: ({ status }) => status !== null && html`<span class="label"><bdi>${status}</bdi></span>` },
      {
        title: 'Kept by',
        cell: ({ provider, url }) => {
          const href = safeUrl(url);
          return href === null ? providerWords[provider] : html`<a href="${href}" rel="noreferrer">${providerWords[provider]}</a>`;
        },
      },
      {
        title: 'Repository',
        cell: ({ repository }) =>
          repository !== null && html`<a href="${repositoryPath(repository.full_name)}"><bdi>${repository.full_name}</bdi></a>`,
      },
      { title: 'Issue', kind: 'number', cell: ({ issue_number: number }) => number !== null && `#${number}` },
      { title: 'Pull request', kind: 'number', cell: ({ pr_number: number }) => number !== null && `#${number}` },
      { title: 'Updated', cell: ({ updated_at: at }) => timeAgo(at) },
    ],
  });
}

const teach = {
  icon: 'tasklist',
  title: 'No ticket yet',
  text: html`A step with <code>uses: ticket</code> or <code>uses: jira</code> moves the tickets that a change names, and each one it touches
    shows up here. One of our own can also be made by hand.`,
};

/** Tickets that steps touched, and our own. */
export const ticketsPage: PageDefinition = {
  path: '/tickets',
  place: 'tickets',
  async render(view) {
    const [answer, repositories] = await Promise.all([
      readList<TicketSummary>(view, '/api/tickets', readQuery(view, names)),
      readRepositories(view),
    ]);
    const bar = filterBar(view, [
      repositoryFilter(view, repositories),
      {
        name: 'provider',
        label: 'Kept by',
        kind: 'choice',
        options: ticketProviders.map((value) => ({ value, title: providerWords[value] })),
      },
      { name: 'status', label: 'State', kind: 'text' },
      { name: 'key', label: 'Key', kind: 'text', placeholder: 'Key, such as T-12' },
      ...Object.keys(kept).map((name) => ({ name, kind: 'kept' }) as const),
    ]);
    const mayMake = mayWriteSomewhere(view);
    const actions =
      mayMake &&
      html`${dialogButton('new-ticket', { text: 'New ticket', icon: 'plus', kind: 'primary' })}
      ${dialogButton('issue-ticket', { text: 'From an issue', icon: 'issue-opened' })}`;
    const intro = 'What steps moved in Jira, on GitHub and here, and what each of them came to.';
    const head = html`${pageHead({ title: 'Tickets', icon: 'tasklist', intro, actions })} ${bar} ${keptChips(view, kept)}`;
    if (!answer.ok) return { title: 'Tickets', body: html`${head} ${refusedList(answer.problem)}`, status: answer.status };
    const { data, meta } = answer.value;
    const list = data.length === 0 ? emptyList(view, { names, teach }) : ticketTable(data);
    return {
      title: 'Tickets',
      body: html`${head} ${list} ${pager(view, meta)} ${mayMake && dialogs(view, repositories.names)}`,
      width: 'wide',
    };
  },
};

const idOf = (value: unknown) => (value as { id: string }).id;

/** Making a ticket of our own, and one of an issue. */
export const ticketForms: readonly FormDefinition[] = [
  {
    path: createPath,
    page: ticketsPage,
    submit: async (view, { repository = '', title = '', body = '', status = '' }) =>
      await view.api.send({
        method: 'POST',
        path: '/api/tickets',
        body: { repository: repository.trim(), title, ...(body.trim() !== '' && { body }), ...(status !== '' && { status }) },
      }),
    done: (_view, { value }) => ({ to: `/tickets/${idOf(value)}`, notice: 'added' }),
  },
  {
    path: fromIssuePath,
    page: ticketsPage,
    pageView: () => ({ url: createPath }),
    async submit(view, { repository = '', number = '' }) {
      const [owner = '', name = '', more] = repository.trim().split('/');
      if (owner === '' || name === '' || more !== undefined)
        return refuseForm([{ path: 'repository', message: 'must look like owner/name' }]);
      if (!/^[1-9]\d{0,8}$/.test(number)) return refuseForm([{ path: 'number', message: 'must be the number of an issue' }]);
      return await view.api.send({
        method: 'POST',
        path: `/api/repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}/issues/${number}/ticket`,
      });
    },
    done: (_view, { value }) => ({ to: `/tickets/${idOf(value)}`, notice: 'added' }),
  },
];

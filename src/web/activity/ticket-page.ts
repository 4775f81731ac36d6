import type { TicketDetail, TicketResult } from '../../http/schemas/ticket.ts';
import { html, safeUrl, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import type { FormDefinition } from '../kit/pages.ts';
import { changePath, repositoryPath, runPath } from '../kit/paths.ts';
import { may, type PageDefinition, type View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { dataTable } from '../parts/data-table.ts';
import { facts } from '../parts/facts.ts';
import { buttonForm } from '../parts/form.ts';
import { pageHead, section } from '../parts/page-head.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { statusClass, statusIcon, statusLabel } from '../status-view.ts';
import { longText } from './attempt-view.ts';
import { refusedFlash } from './run-actions.ts';
import { pageId } from './thread-page.ts';
import { providerWords } from './tickets-page.ts';

const shownKeys = /^\d+$/;

/** The address of an issue or pull request, where the repository is GitHub's. */
function numberLink(number: number | null, url: string | null): Html | string | null {
  if (number === null) return null;
  const href = safeUrl(url);
  return href !== null && href.endsWith(`/${number}`) ? html`<a href="${href}" rel="noreferrer">#${number}</a>` : `#${number}`;
}

function ticketFacts(ticket: TicketDetail): Html {
  const { repository, connection, url } = ticket;
  const href = safeUrl(url);
  return facts([
    ['State', ticket.status !== null && html`<span class="label"><bdi>${ticket.status}</bdi></span>`],
    [
      'Kept by',
      href === null ? providerWords[ticket.provider] : html`<a href="${href}" rel="noreferrer">${providerWords[ticket.provider]}</a>`,
    ],
    connection !== '' && !shownKeys.test(connection) && ['Connection', html`<bdi>${connection}</bdi>`],
    ['Repository', repository !== null && html`<a href="${repositoryPath(repository.full_name)}"><bdi>${repository.full_name}</bdi></a>`],
    ['Issue', numberLink(ticket.issue_number, url)],
    ['Pull request', numberLink(ticket.pr_number, url)],
    ['First seen', timeAgo(ticket.created_at)],
    ['Updated', timeAgo(ticket.updated_at)],
  ]);
}

function ledger(history: readonly TicketResult[]): Html {
  if (history.length === 0)
    return blank({
      icon: 'history',
      title: 'No step has touched it',
      text: 'What steps make of this ticket is written down here: from where to where, and why not.',
      level: 3,
    });
  return dataTable({
    caption: 'What steps made of this ticket',
    rows: history,
    tone: ({ status }) => statusClass(status),
    columns: [
      {
        title: 'What',
        kind: 'main',
        cell: ({ status, from, to }) =>
          html`${statusIcon(status)} ${statusLabel(status)}
            <bdi>${from !== null && to !== null && from !== to ? `${from} → ${to}` : (to ?? from)}</bdi>`,
      },
      {
        title: 'Why',
        kind: 'wide',
        cell: ({ event, code, message }) =>
          html`${event !== null && html`<bdi>${event}</bdi>`} ${code !== null && html`<code>${code}</code>`}
          ${message !== null && html`<bdi class="muted">${message}</bdi>`}`,
      },
      { title: 'Run', cell: ({ run_id: run }) => html`<a href="${runPath(run)}">run ${run}</a>` },
      { title: 'Change', cell: ({ change_id: change }) => html`<a href="${changePath(change)}">change ${change}</a>` },
      { title: 'When', cell: ({ at }) => timeAgo(at) },
    ],
  });
}

function actionsOf(view: View, ticket: TicketDetail): Html | false {
  const { provider, issue_number: issue, repository } = ticket;
  const fits = provider === 'builtin' && issue === null && repository !== null;
  if (!fits || !may(view, 'write', { installation: ticket.installation_id, repository: repository.id })) return false;
  return buttonForm(`/tickets/${ticket.id}/issue`, { text: 'Open an issue of it on GitHub', icon: 'issue-opened' });
}

/** A ticket with its text and what steps made of it. */
export const ticketPage: PageDefinition = {
  path: '/tickets/:id',
  place: 'tickets',
  async render(view) {
    const ticket = await view.api.get<TicketDetail>(`/api/tickets/${pageId(view, 'ticket')}`);
    const head = pageHead({
      title: ticket.title === null ? ticket.key : `${ticket.key} · ${ticket.title}`,
      crumbs: [{ title: 'Tickets', path: '/tickets' }],
      actions: actionsOf(view, ticket),
    });
    const body = html`${head} ${refusedFlash(view)} ${ticketFacts(ticket)}
    ${ticket.body !== null && ticket.body !== '' && section('Text', longText(ticket.body))}
    ${section('Ledger', ledger(ticket.history), { intro: html`${icon('history')} A ticket moves once for one thing: a retry or a replay goes to the same place and not beyond.` })}`;
    return { title: ticket.key, body };
  },
};

/** Opens an issue on GitHub of a ticket of our own, and links it. */
export const issueForm: FormDefinition = {
  path: '/tickets/:id/issue',
  page: ticketPage,
  pageView: ({ params }) => ({ url: `/tickets/${params['id'] ?? ''}` }),
  submit: async (view) =>
    await view.api.send({ method: 'POST', path: `/api/tickets/${encodeURIComponent(view.params['id'] ?? '')}/issue` }),
  done: ({ params }) => ({ to: `/tickets/${params['id'] ?? ''}`, notice: 'connected' }),
};

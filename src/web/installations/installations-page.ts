import { z } from 'zod';
import type { InstallationWish, Intent } from '../../http/schemas/installation-intent.ts';
import type { Installation } from '../../http/schemas/installation.ts';
import type { Me } from '../../http/schemas/me.ts';
import { installationStatuses } from '../../mirror/installation-status.ts';
import { html, type Html } from '../html.ts';
import { livePart } from '../kit/frame.ts';
import { isLiveReading } from '../kit/live-reading.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { filterBar } from '../parts/filters.ts';
import { pageHead } from '../parts/page-head.ts';
import { pager } from '../parts/pager.ts';
import { connectionView } from './connection-view.ts';
import { installButton, installDialog, pendingView } from './install-view.ts';
import { installationList } from './installation-list.ts';
import { installationWords } from './installation-words.ts';

/** Statuses that an installation with a number can have; the two others stand under "On the way". */
const shownStatuses = installationStatuses.filter((status) => status !== 'initiated_on_repowatch' && status !== 'requested');
const statusOptions = shownStatuses.map((value) => ({ value, title: installationWords[value].name }));
const statusWord = z.enum(shownStatuses).optional().catch(undefined);

async function readList({ api, query }: View): Promise<ListAnswer<Installation>> {
  const { account, cursor } = query;
  const status = statusWord.parse(query['status']);
  return await api.get(withQuery('/api/installations', { status, account, cursor, limit: 50, total: '1' }));
}

async function readPending({ api }: View) {
  const [begun, asked, wishes] = await Promise.all([
    api.get<ListAnswer<Intent>>('/api/installations/intents?status=initiated_on_repowatch'),
    api.get<ListAnswer<Intent>>('/api/installations/intents?status=requested'),
    api.ask<{ data: InstallationWish[] }>('/api/installations/requests'),
  ]);
  return pendingView([...begun.data, ...asked.data], wishes.ok ? wishes.value.data : undefined);
}

function emptyList(isFiltered: boolean): Html {
  return isFiltered
    ? blank({ icon: 'plug', title: 'None is like that', text: 'No installation that you see has this status and account.' })
    : blank({
        icon: 'plug',
        title: 'Not installed yet',
        text: html`Install the App on an account, and its repositories appear here within moments: from then on every push counts.
          <a href="/first-steps">First steps</a> leads through it.`,
      });
}

/** The page of installations: my connection to GitHub, installing, what is on the way, and what there is. */
export function installationsPage(path: '/installations' | '/integrations', withGitHub: boolean): PageDefinition {
  const title = path === '/installations' ? 'Installations' : 'Integrations';
  return {
    path,
    place: 'installations',
    async render(view) {
      // Who asked for what is asked of GitHub: not again and again for those who only look.
      const asksAll = !isLiveReading(view.request);
      const [me, list, pending] = await Promise.all([view.api.get<Me>('/api/me'), readList(view), asksAll && readPending(view)]);
      const isFiltered = (view.query['status'] ?? view.query['account'] ?? '') !== '';
      const live =
        list.data.length === 0
          ? emptyList(isFiltered)
          : html`${installationList(list.data, withGitHub && me.github === null)} ${pager(view, list.meta)}`;
      const body = html`${pageHead({
          title,
          icon: 'plug',
          intro: 'Where the App is installed on GitHub, and who you are there. Each installation brings its repositories along.',
          actions: installButton(me),
        })}
        ${connectionView(view, me, withGitHub)} ${pending}
        <section class="section" aria-labelledby="list-title">
          <div class="section-head"><h2 id="list-title">Installed</h2></div>
          ${filterBar(view, [
            { name: 'account', label: 'Account', kind: 'text' },
            { name: 'status', label: 'Status', kind: 'choice', options: statusOptions, all: 'Every status' },
          ])}
          ${livePart('installations-part', live)}
        </section>
        ${installDialog(view, '/installations')}`;
      return { title, body, live: { 'installations-part': live } };
    },
  };
}

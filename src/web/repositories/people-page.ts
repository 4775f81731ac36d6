import type { Member, MembersListing } from '../../http/schemas/member.ts';
import { html, safeUrl, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import type { FormDefinition } from '../kit/pages.ts';
import type { PageDefinition } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { dataTable } from '../parts/data-table.ts';
import { filterBar } from '../parts/filters.ts';
import { buttonForm } from '../parts/form.ts';
import { pager } from '../parts/pager.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { apiOf, mayChange, pageOfRepository, readRepository, repositoryHead } from './repository-head.ts';

const roles = ['admin', 'maintain', 'write', 'triage', 'read'];

function listingView({ listed_at: at, due_at: due, error }: MembersListing): Html {
  if (error !== null)
    return html`<p class="flash flash-attention">
      ${icon('alert')} <span>They could not be listed: <bdi>${error}</bdi>${due !== null && html` Next try ${timeAgo(due)}`}</span>
    </p>`;
  if (at === null) return html`<p class="muted pace">GitHub has not listed them yet: only those are known of whom an event told.</p>`;
  return html`<p class="muted pace">Listed by GitHub ${timeAgo(at)}${due !== null && html`, again ${timeAgo(due)}`}</p>`;
}

function memberTable(members: readonly Member[], server: string | null): Html {
  return dataTable<Member>({
    caption: 'People by login',
    rows: members,
    id: ({ github_id: id }) => `member-${id}`,
    columns: [
      {
        title: 'Person',
        kind: 'main',
        cell: ({ login, type }) => {
          const url = server === null ? null : safeUrl(`${server}/${encodeURIComponent(login)}`);
          const name = html`<bdi>${login}</bdi>`;
          return html`<span class="with-icon"
            >${icon(type === 'Bot' ? 'dependabot' : 'person')}${url === null ? name : html`<a data-main href="${url}" rel="noreferrer">${name}</a>`}</span
          >`;
        },
      },
      {
        title: 'Role',
        cell: ({ role }) =>
          role === null ? html`<span class="muted">not told</span>` : html`<span class="label"><bdi>${role}</bdi></span>`,
      },
      { title: 'Kind', cell: ({ type }) => type },
      { title: 'Confirmed', kind: 'number', cell: ({ observed_at: at }) => timeAgo(at) },
    ],
  });
}

/** Who may work on a repository, with what role. */
export const repositoryPeoplePage: PageDefinition = {
  path: '/repos/:owner/:name/people',
  place: 'repositories',
  async render(view) {
    const { role, cursor } = view.query;
    const [repository, members] = await Promise.all([
      readRepository(view),
      view.api.get<ListAnswer<Member> & { listing: MembersListing }>(withQuery(apiOf(view, '/members'), { role, cursor, limit: 100 })),
    ]);
    const server = repository.html_url === null ? null : (URL.parse(repository.html_url)?.origin ?? null);
    const none =
      role === undefined || role === ''
        ? blank({
            icon: 'people',
            title: 'Nobody is known yet',
            text: 'GitHub lists who has access when it is asked; later changes are followed by themselves.',
          })
        : blank({ icon: 'people', title: 'Nobody has this role', text: 'Take the filter away to see everybody.' });
    const live = { listing: listingView(members.listing), members: members.data.length === 0 ? none : memberTable(members.data, server) };
    const sync = mayChange(view, repository) && buttonForm(pageOfRepository(view, 'people/sync'), { text: 'List them now', icon: 'sync' });
    const body = html`${repositoryHead(repository, { part: 'people', actions: sync })} ${livePart('listing', live.listing)}
    ${filterBar(view, [{ name: 'role', label: 'Role', kind: 'choice', options: roles }])} ${livePart('members', live.members)}
    ${pager(view, members.meta)}`;
    return { title: `People · ${repository.full_name}`, body, live };
  },
};

/** Has GitHub list them now. */
export const syncPeopleForm: FormDefinition = {
  path: '/repos/:owner/:name/people/sync',
  page: repositoryPeoplePage,
  pageView: (view) => ({ url: pageOfRepository(view, 'people') }),
  submit: async (view) => await view.api.send({ method: 'POST', path: apiOf(view, '/members/sync') }),
  done: (view) => ({ to: pageOfRepository(view, 'people'), notice: 'requested' }),
};

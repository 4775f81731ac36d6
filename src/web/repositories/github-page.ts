import type { z } from 'zod';
import type { Repository } from '../../http/schemas/repository.ts';
import type { webhookList } from '../../http/schemas/webhook.ts';
import type { IssueItem, PullItem } from '../../http/schemas/work-list.ts';
import { html, safeUrl, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery, type Answer, type ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import { changePath, onGitHub } from '../kit/paths.ts';
import { pageUrl, type PageDefinition, type View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { dataTable, type Column } from '../parts/data-table.ts';
import { dialogButton } from '../parts/dialog.ts';
import { section } from '../parts/page-head.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { githubDialogs } from './github-dialogs.ts';
import { apiOf, mayChange, readRepository, repositoryHead } from './repository-head.ts';

type Webhooks = z.output<typeof webhookList>;

const perPage = 20;

function labelList(labels: readonly string[]): Html {
  return html`${labels.slice(0, 5).map((label) => html`<span class="label"><bdi>${label}</bdi></span>`)}`;
}

function issueIcon({ state }: IssueItem): Html {
  return state === 'open'
    ? html`<span class="tone-success">${icon('issue-opened', 'open')}</span>`
    : html`<span class="tone-done">${icon('issue-closed', 'closed')}</span>`;
}

function pullIcon({ state, draft }: PullItem): Html {
  if (state === 'merged') return html`<span class="tone-done">${icon('git-merge', 'merged')}</span>`;
  if (state === 'closed') return html`<span class="tone-danger">${icon('git-pull-request-closed', 'closed')}</span>`;
  return draft
    ? html`<span class="tone-muted">${icon('git-pull-request-draft', 'draft')}</span>`
    : html`<span class="tone-success">${icon('git-pull-request', 'open')}</span>`;
}

function titleCell({ number, title, labels, html_url: url, change_id: change }: IssueItem | PullItem, sign: Html): Html {
  const address = safeUrl(url);
  return html`<span class="with-icon"
      >${sign}<span
        ><a data-main href="${address ?? changePath(change)}" ${address !== null && html`rel="noreferrer"`}><bdi>${title}</bdi></a>
        <span class="muted">#${number}</span></span
      ></span
    >
    ${labels.length > 0 && html`<p class="row-labels">${labelList(labels)}</p>`}`;
}

function sharedColumns<Item extends IssueItem | PullItem>(): Column<Item>[] {
  return [
    { title: 'Author', cell: ({ author }) => html`<bdi>${author}</bdi>` },
    { title: 'Assigned', cell: ({ assignees }) => html`<bdi>${assignees.join(', ')}</bdi>` },
    {
      title: 'Last told',
      kind: 'number',
      cell: ({ change_id: change, happened_at: at }) => html`<a href="${changePath(change)}">${timeAgo(at)}</a>`,
    },
  ];
}

function issueTable(issues: readonly IssueItem[]): Html {
  return dataTable<IssueItem>({
    caption: 'Issues',
    rows: issues,
    id: ({ number }) => `issue-${number}`,
    columns: [{ title: 'Issue', kind: 'main', cell: (issue) => titleCell(issue, issueIcon(issue)) }, ...sharedColumns<IssueItem>()],
  });
}

function pullTable(pulls: readonly PullItem[]): Html {
  return dataTable<PullItem>({
    caption: 'Pull requests',
    rows: pulls,
    id: ({ number }) => `pull-${number}`,
    columns: [
      {
        title: 'Pull request',
        kind: 'main',
        cell: (pull) => titleCell(pull, pullIcon(pull)),
      },
      { title: 'Branches', cell: ({ base, head }) => html`<code><bdi>${head}</bdi></code> → <code><bdi>${base}</bdi></code>` },
      ...sharedColumns<PullItem>(),
    ],
  });
}

function stateLinks(view: View, of: { name: string; states: readonly string[]; chosen: string; anchor: string }): Html {
  const to = (state: string) => `${pageUrl(view, { [of.name]: state, [`${of.name}_after`]: undefined })}#${of.anchor}`;
  return html`<span class="switch" role="group" aria-label="State">
    ${of.states.map((state) => html`<a class="btn btn-sm" href="${to(state)}" ${state === of.chosen && html`aria-current="true"`}>${state}</a>`)}
  </span>`;
}

function further(view: View, name: string, { next }: { next: string | null }): Html | false {
  return (
    next !== null &&
    html`<p class="pager"><a class="btn" rel="next" href="${pageUrl(view, { [name]: next })}">Further ${icon('chevron-right')}</a></p>`
  );
}

function webhooksView(view: View, answer: Answer<Webhooks> | undefined): Html {
  if (answer === undefined)
    return html`<p class="muted">What else this repository tells, and to whom. GitHub is asked for it.</p>
      <p class="ask">
        <a class="btn" href="${pageUrl(view, { webhooks: 'show' })}#webhooks">${icon('webhook')}<span>Ask GitHub</span></a>
      </p>`;
  if (!answer.ok) return html`<p class="flash flash-attention">${icon('alert')} <span>${answer.problem.detail}</span></p>`;
  if (answer.value.data.length === 0)
    return html`<p class="muted">None beside the App: RepoWatch needs none, what happens comes through the App’s own.</p>`;
  return dataTable<Webhooks['data'][number]>({
    caption: 'Webhooks beside the App',
    rows: answer.value.data,
    columns: [
      { title: 'Address', kind: 'main', cell: ({ url }) => html`<code><bdi>${url ?? 'not told'}</bdi></code>` },
      { title: 'State', cell: webhookState },
      { title: 'Events', kind: 'wide', cell: ({ events }) => html`<bdi>${events.join(', ')}</bdi>` },
      {
        title: 'Last delivery',
        cell: ({ last_delivery: { code, message } }) => html`${code} <span class="muted"><bdi>${message}</bdi></span>`,
      },
    ],
  });
}

function webhookState({ active, tls_checked: checked }: Webhooks['data'][number]): Html {
  const state = active ? html`<span class="label label-success">active</span>` : html`<span class="label">off</span>`;
  return html`${state} ${!checked && html`<span class="label label-danger">TLS not checked</span>`}`;
}

/** What was just made, by the word that the address carries. */
function madeNotice({ query }: View, { html_url: url }: Repository): Html | false {
  const [, kind, number = ''] = /^(issue|pull)-(\d{1,10})$/.exec(query['made'] ?? '') ?? [];
  const address = safeUrl(onGitHub(url, `${kind === 'pull' ? 'pull' : 'issues'}/${number}`));
  if (kind === undefined || address === null) return false;
  return html`<p class="flash flash-success" role="status">
    ${icon('check')} ${kind === 'pull' ? 'The pull request' : 'The issue'} <a href="${address}" rel="noreferrer">#${number}</a> is on
    GitHub.
  </p>`;
}

function stateOf(value: string | undefined, states: readonly string[]): string {
  return states.find((state) => state === value) ?? 'open';
}

const issueStates = ['open', 'closed', 'all'];
const pullStates = ['open', 'merged', 'closed', 'all'];

/** What a repository has on GitHub beside commits: issues, pull requests, webhooks; and what can be done there from here. */
export const githubPage: PageDefinition = {
  path: '/repos/:owner/:name/github',
  place: 'repositories',
  async render(view) {
    const { query } = view;
    const states = { issues: stateOf(query['issues'], issueStates), pulls: stateOf(query['pulls'], pullStates) };
    const [repository, issues, pulls, webhooks] = await Promise.all([
      readRepository(view),
      view.api.get<ListAnswer<IssueItem>>(
        withQuery(apiOf(view, '/issues'), { state: states.issues, cursor: query['issues_after'], limit: perPage }),
      ),
      view.api.get<ListAnswer<PullItem>>(
        withQuery(apiOf(view, '/pulls'), { state: states.pulls, cursor: query['pulls_after'], limit: perPage }),
      ),
      query['webhooks'] === 'show' ? view.api.ask<Webhooks>(apiOf(view, '/webhooks')) : undefined,
    ]);
    const none = (what: string, state: string) =>
      blank({
        icon: what === 'issues' ? 'issue-opened' : 'git-pull-request',
        level: 3,
        title: `No ${state === 'all' ? '' : `${state} `}${what}`,
        text: 'Those are listed that something happened to since the App is installed; older ones that nobody touched are not known here.',
      });
    const live = {
      'github-issues': issues.data.length === 0 ? none('issues', states.issues) : issueTable(issues.data),
      'github-pulls': pulls.data.length === 0 ? none('pull requests', states.pulls) : pullTable(pulls.data),
    };
    const mayWrite = mayChange(view, repository);
    const mayManage = mayChange(view, repository, 'manage');
    const actions = html`${mayManage && dialogButton('change-access', { text: 'Access', icon: 'person-add' })}
    ${mayWrite && html`${dialogButton('new-pull', { text: 'New pull request', icon: 'git-pull-request' })} ${dialogButton('new-issue', { text: 'New issue', icon: 'issue-opened', kind: 'primary' })}`}`;
    const body = html`${repositoryHead(repository, { part: 'github', actions })} ${madeNotice(view, repository)}
    ${section('Issues', html`${livePart('github-issues', live['github-issues'])} ${further(view, 'issues_after', issues.meta)}`, { id: 'issues', actions: stateLinks(view, { name: 'issues', states: issueStates, chosen: states.issues, anchor: 'issues' }) })}
    ${section('Pull requests', html`${livePart('github-pulls', live['github-pulls'])} ${further(view, 'pulls_after', pulls.meta)}`, { id: 'pulls', actions: stateLinks(view, { name: 'pulls', states: pullStates, chosen: states.pulls, anchor: 'pulls' }) })}
    ${section('Webhooks beside the App', webhooksView(view, webhooks), { id: 'webhooks' })}
    ${githubDialogs(view, repository, { mayWrite, mayManage })}`;
    return { title: `GitHub · ${repository.full_name}`, body, live };
  },
};

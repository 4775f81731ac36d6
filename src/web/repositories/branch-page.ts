import type { ChangeSummary } from '../../http/schemas/change.ts';
import type { Check } from '../../http/schemas/check.ts';
import type { Branch, Repository } from '../../http/schemas/repository.ts';
import type { RunSummary } from '../../http/schemas/run.ts';
import { changeIcon } from '../change-view.ts';
import { html, safeUrl, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import { changePath, onGitHub, repositoryPath } from '../kit/paths.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { facts } from '../parts/facts.ts';
import { pageHead, section } from '../parts/page-head.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { checkTable } from './check-table.ts';
import { headlineOf, shortSha } from './change-words.ts';
import { apiOf, readRepository } from './repository-head.ts';
import { runTable } from './run-table.ts';

const shownChanges = 20;
const shownRuns = 10;
const shownChecks = 8;

/** What moves a branch; who looks at it is shown by itself. */
const isMove = ({ type }: ChangeSummary) => type !== 'branch.joined' && type !== 'branch.left';

function stateLine(repository: Repository, branch: Branch, changes: readonly ChangeSummary[]): Html {
  const { deleted_at: gone, changed_by: by, previous_sha: previous, last_commit: commit, sha, changed_at: at } = branch;
  const remover = by ?? changes.find(({ type }) => type === 'branch.deleted')?.actor?.login ?? null;
  if (gone !== null)
    return html`<p class="flash flash-attention">
      ${icon('trash')}
      <span
        >Deleted
        ${remover !== null && html`by <bdi>${remover}</bdi> `}${timeAgo(gone)}${previous !== null && html`; it was at ${shortSha(previous, repository.html_url)}`}.
        Its history stays.</span
      >
    </p>`;
  return html`<div class="card head-commit">
    ${commit !== null && html`<p class="headline"><bdi>${headlineOf(commit.message)}</bdi></p>`}
    ${facts([
      ['Head', shortSha(sha, repository.html_url)],
      ['Before', shortSha(previous, repository.html_url)],
      ['Author', commit?.author && html`<bdi>${commit.author}</bdi>`],
      [
        'Moved',
        at === null
          ? html`not since it was seen first, ${timeAgo(branch.observed_at)}`
          : html`${timeAgo(at)}${by !== null && html` by <bdi>${by}</bdi>`}`,
      ],
      [
        'Protected',
        branch.protected === null ? html`<span class="muted">not told</span>` : branch.protected ? html`${icon('shield-lock')} yes` : 'no',
      ],
    ])}
  </div>`;
}

function viewersView({ viewers, deleted_at: gone }: Branch, login: string): Html {
  if (gone !== null) return html``;
  const others = viewers.filter(({ user }) => user !== login);
  const own = viewers.find(({ user }) => user === login);
  return html`<div class="viewers">
    <span class="muted">${icon('eye')} ${viewers.length === 0 ? 'Nobody looks at it now' : 'Looking at it now'}</span>
    <ul>
      ${others.map(({ user, since }) => html`<li class="viewer" id="viewer-${user}"><span class="dot dot-success"></span><bdi>${user}</bdi> <span class="muted">since ${timeAgo(since)}</span></li>`)}
      ${own !== undefined && html`<li class="viewer" id="viewer-you"><span class="dot dot-success"></span>you${own.connections > 1 && html` <span class="muted">in ${own.connections} windows</span>`}</li>`}
    </ul>
  </div>`;
}

function changeRow(repository: Repository, { id, type, sentence, actor, before, after, happened_at: at, origin }: ChangeSummary): Html {
  const compare =
    type === 'branch.updated' && before !== null && after !== null
      ? safeUrl(onGitHub(repository.html_url, `compare/${before}...${after}`))
      : null;
  return html`<li class="row" data-row id="change-${id}">
    ${changeIcon(type)}
    <div class="row-body">
      <p>
        <a class="row-link" data-main href="${changePath(id)}"><bdi>${sentence}</bdi></a>
      </p>
      <p class="row-facts muted">
        ${actor !== null && html`<bdi>${actor.login}</bdi>`} ${timeAgo(at)}
        ${origin !== 'webhook' && html`<span class="chip">${origin}</span>`}
        ${compare !== null && html`<a href="${compare}" rel="noreferrer">Compare</a>`}
      </p>
    </div>
  </li>`;
}

function changesView(repository: Repository, changes: readonly ChangeSummary[]): Html {
  const moves = changes.filter(isMove);
  if (moves.length === 0)
    return blank({
      icon: 'git-branch',
      level: 3,
      title: 'It has not moved yet',
      text: 'It was there when the repository was seen first. The next push to it stands here within a second.',
    });
  return html`<ol class="rows">
    ${moves.map((change) => changeRow(repository, change))}
  </ol>`;
}

async function readParts(view: View) {
  const name = view.params['*'] ?? '';
  const repository = await readRepository(view);
  const of = { repository: repository.full_name, ref: name };
  const [branch, changes, runs, checks] = await Promise.all([
    view.api.get<Branch>(apiOf(view, `/branches/${encodeURIComponent(name)}`)),
    view.api.get<ListAnswer<ChangeSummary>>(withQuery('/api/changes', { ...of, ref: `refs/heads/${name}`, limit: shownChanges })),
    view.api.get<ListAnswer<RunSummary>>(withQuery('/api/runs', { ...of, limit: shownRuns })),
    view.api.get<ListAnswer<Check>>(withQuery(apiOf(view, '/checks'), { branch: name, limit: shownChecks })),
  ]);
  return { repository, branch, changes: changes.data, runs: runs.data, checks: checks.data };
}

/** The page of a branch: where it is, what happens on it as it happens, and who looks. Whoever has it open is one of those. */
export const branchPage: PageDefinition = {
  path: '/repos/:owner/:name/branches/*',
  place: 'repositories',
  async render(view) {
    const { repository, branch, changes, runs, checks } = await readParts(view);
    const { full_name: fullName, html_url: url } = repository;
    const live = {
      'branch-state': stateLine(repository, branch, changes),
      'branch-viewers': viewersView(branch, view.requester.login),
      'branch-changes': changesView(repository, changes),
      'branch-runs': runs.length > 0 ? runTable(runs, 'Runs for this branch') : html`<p class="muted">No watch has run for it yet.</p>`,
      'branch-checks':
        checks.length > 0
          ? checkTable(repository, checks)
          : html`<p class="muted">Comparing with GitHub has not found it changed yet: all that is known of it was delivered.</p>`,
    };
    const address = safeUrl(onGitHub(url, `tree/${branch.name.split('/').map(encodeURIComponent).join('/')}`));
    const stream = apiOf(view, `/branches/${encodeURIComponent(branch.name)}/stream`);
    const body = html`${pageHead({
        title: branch.name,
        icon: 'git-branch',
        crumbs: [
          { title: 'Repositories', path: '/repositories' },
          { title: fullName, path: repositoryPath(fullName) },
          { title: 'Branches', path: repositoryPath(fullName, 'branches') },
        ],
        actions:
          address !== null &&
          branch.deleted_at === null &&
          html`<a class="btn" href="${address}" rel="noreferrer">${icon('mark-github')}<span>Open on GitHub</span></a>`,
      })}
      <div class="presence" ${branch.deleted_at === null && html`data-presence="${stream}"`}>
        ${livePart('branch-viewers', live['branch-viewers'])}
      </div>
      ${livePart('branch-state', live['branch-state'])} ${section('What happened', livePart('branch-changes', live['branch-changes']))}
      ${section('Runs', livePart('branch-runs', live['branch-runs']))}
      ${section('Found by comparing', livePart('branch-checks', live['branch-checks']))}`;
    return { title: `${branch.name} · ${fullName}`, body, live };
  },
};

import { searchKinds, type SearchHit, type SearchKind, type SearchResult } from '../../http/schemas/search.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { toError, withQuery } from '../kit/api-client.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { pageHead } from '../parts/page-head.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { statusLabel } from '../status-view.ts';
import { hitPath, jumpOf } from './hit-path.ts';

/** How each kind is shown, and where all of it is when there is more than the search shows. */
const groups: Record<SearchKind, { title: string; icon: string; all?: (q: string) => string }> = {
  repository: { title: 'Repositories', icon: 'repo', all: (q) => withQuery('/repositories', { q }) },
  project: { title: 'Projects', icon: 'project', all: () => '/projects' },
  installation: { title: 'Installations', icon: 'plug', all: () => '/installations' },
  branch: { title: 'Branches', icon: 'git-branch' },
  tag: { title: 'Tags', icon: 'tag' },
  watch: { title: 'Watches', icon: 'eye' },
  run: { title: 'Runs', icon: 'play' },
  change: { title: 'Changes', icon: 'git-commit' },
  delivery: { title: 'Deliveries', icon: 'inbox' },
  ticket: { title: 'Tickets', icon: 'tasklist', all: () => '/tickets' },
  trigger: { title: 'Triggers', icon: 'zap', all: () => '/triggers' },
  secret: { title: 'Secrets', icon: 'key', all: () => '/secrets' },
  person: { title: 'People', icon: 'person', all: (q) => withQuery('/people', { q }) },
};

function hitView(hit: SearchHit): Html {
  const { kind, title, detail, repository, status, at } = hit;
  return html`<li class="hit" data-row>
    <span class="tone-muted">${icon(groups[kind].icon)}</span>
    <div class="hit-text">
      <a href="${hitPath(hit)}" data-main><bdi>${title}</bdi></a>
      ${repository !== null && repository !== title && html`<span class="muted">in <bdi>${repository}</bdi></span>`}
      ${detail !== null && detail !== '' && detail !== title && html`<code>${detail}</code>`}
    </div>
    ${status !== null && statusLabel(status)} ${at !== null && html`<span class="muted hit-time">${timeAgo(at)}</span>`}
  </li>`;
}

function groupView(kind: SearchKind, hits: readonly SearchHit[], more: Html | false): Html {
  return html`<section class="section" id="${kind}">
    <div class="section-head">
      <h2>${groups[kind].title}</h2>
      ${more}
    </div>
    <ul class="hits">
      ${hits.map(hitView)}
    </ul>
  </section>`;
}

const examples = [
  ['acme/app', 'a repository, or a part of its name'],
  ['acme/app:release', 'branches and tags of a repository'],
  ['run 4711', 'a run, change, delivery or ticket by its number'],
  ['72d3162e', 'a delivery by the beginning of its GUID, or a commit by its name'],
  ['deploy', 'watches, projects, triggers, secrets and tickets by their names'],
  ['mona', 'people and accounts'],
] as const;

function helpView(): Html {
  return html`<dl class="search-help">
    ${examples.map(
      ([text, what]) =>
        html`<div>
          <dt><code>${text}</code></dt>
          <dd class="muted">${what}</dd>
        </div>`,
    )}
  </dl>`;
}

function searchBox(q: string): Html {
  return html`<form class="search-box" action="/search" method="get">
    <label class="sr-only" for="search-q">What to find</label>
    <span>${icon('search')}</span>
    <input
      id="search-q"
      type="search"
      name="q"
      value="${q}"
      maxlength="200"
      placeholder="Name, number, GUID, commit…"
      ${q === '' && 'autofocus'}
    />
    <button class="btn btn-primary" type="submit">Search</button>
  </form>`;
}

async function find({ api }: View, q: string): Promise<SearchResult> {
  const answer = await api.ask<SearchResult>(withQuery('/api/search', { q }));
  if (answer.ok) return answer.value;
  // What no text can be, such as half a character, is found nowhere.
  if (answer.status === 422) return { data: [], meta: { more: [] } };
  throw toError(answer.problem);
}

function resultsView(q: string, { data, meta }: SearchResult): Html {
  if (q === '')
    return html`<p class="muted">One box for everything. For example:</p>
      ${helpView()}`;
  if (data.length === 0)
    return html`${blank({ icon: 'search', title: 'Nothing found', text: html`Nothing that you may see fits <bdi>${q}</bdi>. What can be searched for:` })}
    ${helpView()}`;
  return html`${searchKinds.map((kind) => {
    const hits = data.filter((hit) => hit.kind === kind);
    const all = groups[kind].all?.(q);
    const more =
      meta.more.includes(kind) &&
      (all === undefined ? html`<span class="muted">the first ${hits.length}</span>` : html`<a href="${all}">See all</a>`);
    return hits.length > 0 && groupView(kind, hits, more);
  })}`;
}

/** The page of the search: what was found, by kind, or at once the one thing that was meant. */
export const searchPage: PageDefinition = {
  path: '/search',
  place: 'overview',
  async render(view) {
    const q = (view.query['q'] ?? '').trim().slice(0, 200);
    const result = q === '' ? { data: [], meta: { more: [] } } : await find(view, q);
    const jump = view.query['all'] === undefined ? jumpOf(result.data) : undefined;
    const body = html`${pageHead({ title: 'Search', icon: 'search' })} ${searchBox(q)} ${resultsView(q, result)}`;
    return { title: q === '' ? 'Search' : `${q} · Search`, body, ...(jump !== undefined && { redirect: jump }) };
  },
};

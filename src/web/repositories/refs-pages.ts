import type { Ref, Repository } from '../../http/schemas/repository.ts';
import { html, safeUrl, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import { onGitHub } from '../kit/paths.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { dataTable, type Column } from '../parts/data-table.ts';
import { filterBar } from '../parts/filters.ts';
import { pager } from '../parts/pager.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { branchLink, headlineOf, shortSha } from './change-words.ts';
import { apiOf, readRepository, repositoryHead } from './repository-head.ts';

/** How many refs a page has. */
const perPage = 50;

interface RefKindWords {
  part: 'branches' | 'tags';
  title: string;
  icon: string;
  empty: string;
}

const kinds: Record<'branch' | 'tag', RefKindWords> = {
  branch: {
    part: 'branches',
    title: 'Branches',
    icon: 'git-branch',
    empty: 'Branches are read from GitHub when the App first sees the repository, and followed from then on. An empty repository has none.',
  },
  tag: {
    part: 'tags',
    title: 'Tags',
    icon: 'tag',
    empty: 'Push one with `git push origin v1.0.0`: a watch with `on: tag` hears of it.',
  },
};

function nameCell(repository: Repository, kind: 'branch' | 'tag', ref: Ref): Html {
  const url = safeUrl(onGitHub(repository.html_url, `releases/tag/${encodeURIComponent(ref.name)}`));
  const name =
    kind === 'branch'
      ? branchLink(repository.full_name, ref.name, { main: true })
      : html`<span class="branch-name"
          >${icon('tag')}${url === null || ref.deleted_at !== null ? html`<bdi>${ref.name}</bdi>` : html`<a data-main href="${url}" rel="noreferrer"><bdi>${ref.name}</bdi></a>`}</span
        >`;
  return html`${name} ${kind === 'branch' && ref.name === repository.default_branch && html`<span class="label">default</span>`}
  ${ref.protected === true && html`<span class="label" title="GitHub protects it">${icon('shield-lock')} protected</span>`}
  ${ref.deleted_at !== null && html`<span class="label label-danger">deleted</span>`}`;
}

function commitCell({ last_commit: commit, deleted_at: gone, previous_sha: previous, changed_by: by }: Ref): Html {
  if (gone !== null)
    return html`<span class="muted"
      >deleted${by !== null && html` by <bdi>${by}</bdi>`}${previous !== null && html`, was at <code class="sha">${previous.slice(0, 7)}</code>`}</span
    >`;
  if (commit === null) return html`<span class="muted" title="It has not moved since it was seen first">not told yet</span>`;
  return html`<bdi>${headlineOf(commit.message)}</bdi>`;
}

function columnsOf(repository: Repository, kind: 'branch' | 'tag'): Column<Ref>[] {
  return [
    { title: kind === 'branch' ? 'Branch' : 'Tag', kind: 'main', cell: (ref) => nameCell(repository, kind, ref) },
    { title: 'Head', cell: ({ sha }) => shortSha(sha, repository.html_url) },
    { title: 'Last commit', kind: 'wide', cell: commitCell },
    {
      title: 'Author',
      cell: ({ last_commit: commit, changed_by: by, deleted_at: gone }) =>
        html`<bdi>${commit?.author ?? (gone === null ? by : null)}</bdi>`,
    },
    { title: kind === 'branch' ? 'Moved' : 'Made', cell: ({ changed_at: at, deleted_at: gone }) => timeAgo(gone ?? at, '–') },
  ];
}

function emptyRefs(view: View, { icon: sign, title, empty }: RefKindWords): Html {
  const { q } = view.query;
  if (q !== undefined && q !== '')
    return blank({ icon: 'search', title: `No ${title.toLowerCase()} fit`, text: 'Names are searched in any part and any case.' });
  return blank({ icon: sign, title: `No ${title.toLowerCase()}`, text: empty });
}

function refsPage(kind: 'branch' | 'tag'): PageDefinition {
  const words = kinds[kind];
  return {
    path: `/repos/:owner/:name/${words.part}`,
    place: 'repositories',
    async render(view) {
      const { q, deleted, cursor } = view.query;
      const query = { q: q?.slice(0, 250), include_deleted: deleted === 'shown' ? 'true' : undefined, cursor, limit: perPage };
      const [repository, { data, meta }] = await Promise.all([
        readRepository(view),
        view.api.get<ListAnswer<Ref>>(withQuery(apiOf(view, `/${words.part}`), query)),
      ]);
      const rows =
        data.length === 0 ? emptyRefs(view, words) : dataTable({ caption: words.title, rows: data, columns: columnsOf(repository, kind) });
      const live = { refs: rows };
      const body = html`${repositoryHead(repository, { part: words.part })}
      ${filterBar(view, [
        { name: 'q', label: `Search ${words.part}`, kind: 'text', placeholder: 'Part of a name' },
        {
          name: 'deleted',
          label: 'Deleted',
          kind: 'choice',
          options: [{ value: 'shown', title: 'Deleted ones, too' }],
          all: 'Without the deleted',
        },
      ])}
      ${livePart('refs', live.refs)} ${pager(view, meta)}`;
      return { title: `${words.title} · ${repository.full_name}`, body, live, width: 'wide' };
    },
  };
}

/** The pages of a repository's branches and of its tags. */
export const refPages: readonly PageDefinition[] = [refsPage('branch'), refsPage('tag')];

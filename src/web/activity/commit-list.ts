import type { ChangeDetail } from '../../http/schemas/change-detail.ts';
import { html, safeUrl, type Html } from '../html.ts';
import { section } from '../parts/page-head.ts';
import { jsonTree } from './json-tree.ts';

/** How many commits are shown; the facts of the change have all that were told. */
const shownCommits = 20;

interface Commit {
  id?: unknown;
  message?: unknown;
  url?: unknown;
  author?: { name?: unknown; username?: unknown } | null;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function commitView({ id, message, url, author }: Commit): Html {
  const sha = textOf(id);
  const href = safeUrl(textOf(url) === '' ? null : textOf(url));
  const mark = html`<code title="${sha}">${sha.slice(0, 7)}</code>`;
  return html`<li>
    ${href === null ? mark : html`<a href="${href}" rel="noreferrer">${mark}</a>`}
    <bdi class="commit-message">${textOf(message).split('\n', 1)[0]}</bdi>
    <bdi class="muted">${textOf(author?.username) || textOf(author?.name)}</bdi>
  </li>`;
}

/** The commits of a push, and every fact that is kept of a change. */
export function commitList({ data }: ChangeDetail): Html {
  const { commits, commit_count: count } = data as { commits?: Commit[]; commit_count?: number };
  const shown = Array.isArray(commits) ? commits.slice(-shownCommits).toReversed() : [];
  const more = (count ?? shown.length) - shown.length;
  return html`${
    shown.length > 0 &&
    section(
      'Commits',
      html`<ul class="commits">
        ${shown.map(commitView)} ${more > 0 && html`<li class="muted">and ${more.toLocaleString('en')} more</li>`}
      </ul>`,
    )
  }
  ${section(
    'Facts',
    html`<details class="payload">
      <summary class="muted">What watches can ask for, as data</summary>
      ${jsonTree(JSON.stringify(data).slice(0, 200_000))}
    </details>`,
  )}`;
}

import type { Check } from '../../http/schemas/check.ts';
import type { Repository } from '../../http/schemas/repository.ts';
import { html, type Html } from '../html.ts';
import { dataTable } from '../parts/data-table.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { statusIcon } from '../status-view.ts';
import { branchLink, headlineOf, shortSha } from './change-words.ts';

const words: Record<Check['result'], string> = {
  changed: 'changed',
  no_change: 'no change',
  initialized: 'seen for the first time',
  error: 'failed',
  manual: 'asked for',
};

function resultCell({ result, times, changes }: Check): Html {
  return html`<span class="with-icon">${statusIcon(result)}<span>${words[result]}</span></span>
    ${times > 1 && html`<span class="muted" title="So many checks in a row">×${times.toLocaleString('en')}</span>`}
    ${changes > 1 && html`<span class="muted">${changes.toLocaleString('en')} changes</span>`}`;
}

function refCell(repository: Repository, { ref }: Check): Html | false {
  if (ref === null) return html`<span class="muted">the repository</span>`;
  return ref.kind === 'branch' ? branchLink(repository.full_name, ref.name) : html`<bdi>${ref.name}</bdi>`;
}

function foundCell(repository: Repository, { error, message, before, sha, requested_by: by }: Check): Html {
  if (error !== null) return html`<bdi class="tone-danger">${error.message}</bdi> <code>${error.code}</code>`;
  return html`${before !== null && html`${shortSha(before, repository.html_url)} → `}${shortSha(sha, repository.html_url)}
  ${message !== null && html`<bdi>${headlineOf(message)}</bdi>`} ${by !== null && html`<span class="muted">by <bdi>${by}</bdi></span>`}`;
}

/** What comparing a repository with GitHub found, newest first. */
export function checkTable(repository: Repository, checks: readonly Check[]): Html {
  return dataTable<Check>({
    caption: 'Checks, newest first',
    rows: checks,
    id: ({ id }) => `check-${id}`,
    tone: ({ result }) => (result === 'error' ? 'err' : result === 'changed' ? 'ok' : undefined),
    columns: [
      { title: 'Result', kind: 'main', cell: resultCell },
      { title: 'What', cell: (check) => refCell(repository, check) },
      { title: 'Found', kind: 'wide', cell: (check) => foundCell(repository, check) },
      { title: 'Author', cell: ({ author }) => html`<bdi>${author}</bdi>` },
      {
        title: 'When',
        kind: 'number',
        cell: ({ checked_at: at, first_checked_at: from, times }) =>
          html`${timeAgo(at)}${times > 1 && html`<br /><span class="muted">since ${timeAgo(from)}</span>`}`,
      },
    ],
  });
}

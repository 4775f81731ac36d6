import { html, safeUrl, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { branchPath, onGitHub } from '../kit/paths.ts';

/** A type of change as two or three words: `branch updated`. */
export function describeType(type: string): string {
  return type.replaceAll(/[._]/g, ' ');
}

/** A commit by its first seven characters, with a link to GitHub where that is known. */
export function shortSha(sha: string | null, repositoryUrl: string | null): Html | false {
  if (sha === null) return false;
  const url = safeUrl(onGitHub(repositoryUrl, `commit/${sha}`));
  const short = html`<code class="sha" title="${sha}">${sha.slice(0, 7)}</code>`;
  return url === null
    ? short
    : html`<a class="sha-link" href="${url}" rel="noreferrer" aria-label="Commit ${sha.slice(0, 7)} on GitHub">${short}</a>`;
}

/** The first line of a commit message. */
export function headlineOf(message: string): string {
  return message.split('\n', 1)[0] ?? '';
}

/** A branch as a link to its page. */
export function branchLink(fullName: string, branch: string, more: { main?: boolean } = {}): Html {
  return html`<a class="branch-name" href="${branchPath(fullName, branch)}" ${more.main === true && html`data-main`}
    >${icon('git-branch')}<bdi>${branch}</bdi></a
  >`;
}

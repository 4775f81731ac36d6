import type { Repository } from '../../http/schemas/repository.ts';
import { html, safeUrl, type Html, type HtmlValue } from '../html.ts';
import { icon } from '../icons.ts';
import { repositoryPath } from '../kit/paths.ts';
import { may, type View } from '../kit/view.ts';
import { buttonForm } from '../parts/form.ts';
import { pageHead, type Tab } from '../parts/page-head.ts';
import { statusLabel } from '../status-view.ts';

/** `owner/name` as the address of the page says it. */
function nameOf({ params }: View): string {
  return `${params['owner'] ?? ''}/${params['name'] ?? ''}`;
}

/** The path of this repository, or of something below it, on the REST side. */
export function apiOf({ params }: View, rest = ''): string {
  return `/api/repos/${encodeURIComponent(params['owner'] ?? '')}/${encodeURIComponent(params['name'] ?? '')}${rest}`;
}

/** The page of this repository, or of one of its parts. */
export function pageOfRepository(view: View, part = ''): string {
  return repositoryPath(nameOf(view), part);
}

/** The repository whose page this is. Throws `not_found` for one that is not there, or not for them. */
export async function readRepository(view: View): Promise<Repository> {
  return await view.api.get<Repository>(apiOf(view));
}

/** Whether whoever looks may change what belongs to this repository; `manage` for what belongs to its installation. */
export function mayChange(view: View, repository: Repository, right: 'write' | 'manage' = 'write'): boolean {
  return may(view, right, { installation: repository.installation_id, repository: repository.id });
}

const parts = [
  { part: '', title: 'Overview', icon: 'home' },
  { part: 'branches', title: 'Branches', icon: 'git-branch' },
  { part: 'tags', title: 'Tags', icon: 'tag' },
  { part: 'watches', title: 'Watches', icon: 'eye' },
  { part: 'config', title: 'Config', icon: 'file-code' },
  { part: 'runs', title: 'Runs', icon: 'play' },
  { part: 'checks', title: 'Checks', icon: 'git-compare' },
  { part: 'hooks', title: 'Hooks', icon: 'webhook' },
  { part: 'people', title: 'People', icon: 'people' },
  { part: 'github', title: 'GitHub', icon: 'mark-github' },
  { part: 'settings', title: 'Settings', icon: 'gear' },
] as const;

/** The part of a repository's page that is shown. */
export type RepositoryPart = (typeof parts)[number]['part'];

function labelsOf({ status, visibility, config_status: config }: Repository): Html {
  return html`<span class="label">${visibility}</span> ${status !== 'active' && statusLabel(status)}
    ${config === 'invalid' && html`<span class="label label-danger">config invalid</span>`}`;
}

/** Comparing with GitHub now; it comes back to the page it stands on. */
export function compareButton(view: View): Html {
  const [back = ''] = view.url.split('?', 1);
  const fields = { return_to: back };
  return buttonForm(pageOfRepository(view, 'compare'), { text: 'Compare now', icon: 'sync', fields });
}

/** The head of every page of a repository: what it is, how it stands, and its parts. */
export function repositoryHead(repository: Repository, more: { part: RepositoryPart; actions?: HtmlValue }): Html {
  const name = repository.full_name;
  const tabs = parts.map(({ part, title, icon: sign }): Tab => ({ title, icon: sign, path: repositoryPath(name, part) }));
  const url = safeUrl(repository.html_url);
  return html`<div class="repo-head">
    ${pageHead({
      title: html`${name} ${labelsOf(repository)}`,
      icon: repository.private ? 'lock' : 'repo',
      crumbs: [{ title: 'Repositories', path: '/repositories' }],
      actions: html`${more.actions}
      ${url !== null && html`<a class="btn" href="${url}" rel="noreferrer">${icon('mark-github')}<span>Open on GitHub</span></a>`}`,
      tabs,
      tab: repositoryPath(name, more.part),
    })}
  </div>`;
}

import type { Installation } from '../../http/schemas/installation.ts';
import { html, safeUrl, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { installationPath } from '../kit/paths.ts';
import { may, type View } from '../kit/view.ts';
import { pageHead, type Tab } from '../parts/page-head.ts';
import { statusLabel } from '../status-view.ts';
import { accountIcon, mendLink } from './installation-list.ts';
import { installationWords } from './installation-words.ts';

/** Parts of the page of an installation. */
export type InstallationPart = '' | 'repositories' | 'permissions' | 'hooks' | 'settings';

/** True for whom the installation is theirs to manage. */
export function manages(view: View, { id }: Installation): boolean {
  return may(view, 'manage', { installation: id });
}

/** Reads the installation that a path names. */
export async function readInstallation({ api, params }: View): Promise<Installation> {
  return await api.get<Installation>(`/api/installations/${encodeURIComponent(params['id'] ?? '')}`);
}

function tabsOf(view: View, installation: Installation): Tab[] {
  const path = (part: InstallationPart) => installationPath(installation.id, part);
  const own: Tab[] = [
    { title: 'New repositories', path: path('hooks'), icon: 'webhook' },
    { title: 'Settings', path: path('settings'), icon: 'gear' },
  ];
  return [
    { title: 'Overview', path: path(''), icon: 'plug' },
    {
      title: 'Repositories',
      path: path('repositories'),
      icon: 'repo',
      count: installation.repositories.tracked + installation.repositories.removed,
    },
    { title: 'Permissions', path: path('permissions'), icon: 'shield-check' },
    ...(manages(view, installation) ? own : []),
  ];
}

/** Where nothing is wrong, only the first part says so; elsewhere it would be in the way. */
function banner(installation: Installation, part: InstallationPart): Html | false {
  const { status, reason, enabled } = installation;
  if (!enabled)
    return html`<div class="flash flash-attention">
      <p>${icon('circle-slash')} It is switched off here: what GitHub sends is kept and ignored until somebody switches it on again.</p>
    </div>`;
  if (status === 'processed' || status === 'processing') return false;
  const { meanwhile } = installationWords[status];
  const isFine = status === 'initiated_on_github' || status === 'unmatched_user';
  if (isFine && part !== '') return false;
  const tone = isFine ? 'accent' : ['errored', 'blocked_by_ip_allow_list', 'not_allowed'].includes(status) ? 'danger' : 'attention';
  return html`<div class="flash flash-${tone} banner">
    <div>
      <p>${icon(tone === 'danger' ? 'x-circle-fill' : 'info')} <bdi>${reason}</bdi></p>
      <p>${meanwhile}</p>
    </div>
    ${mendLink(installation)}
  </div>`;
}

/** The head of each part of an installation's page: whose it is, what it is now, and where to look on GitHub. */
export function installationHead(view: View, installation: Installation, part: InstallationPart): Html {
  const { id, account, status, html_url: url } = installation;
  const href = safeUrl(url);
  return html`${pageHead({
    title: html`${account.login} <span class="title-note">${accountIcon(account)} ${statusLabel(status)}</span>`,
    crumbs: [{ title: 'Installations', path: '/installations' }],
    actions:
      href !== null &&
      html`<a class="btn btn-sm" href="${href}" rel="noreferrer">${icon('link-external')}<span>Its settings on GitHub</span></a>`,
    tabs: tabsOf(view, installation),
    tab: installationPath(id, part),
  })}
  ${banner(installation, part)}`;
}

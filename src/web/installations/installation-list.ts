import { count } from '../../core/count.ts';
import type { Installation } from '../../http/schemas/installation.ts';
import { html, safeUrl, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { installationPath, projectPath } from '../kit/paths.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { statusIcon, statusLabel } from '../status-view.ts';
import { installationWords } from './installation-words.ts';

const kinds: Record<Installation['account']['type'], { icon: string; name: string }> = {
  User: { icon: 'person', name: 'Personal account' },
  Organization: { icon: 'organization', name: 'Organisation' },
  Enterprise: { icon: 'globe', name: 'Enterprise' },
};

/** What kind of account it is, as an icon with its name. */
export function accountIcon({ type }: Installation['account']): Html {
  return icon(kinds[type].icon, kinds[type].name);
}

/** The page on GitHub where a status is mended; nothing where there is nothing to mend, or somebody has done it already. */
export function mendLink({ status, link }: Installation): Html | false {
  const { mend } = installationWords[status];
  const href = safeUrl(link);
  return (
    mend !== undefined &&
    href !== null &&
    html`<a class="btn btn-sm" href="${href}" rel="noreferrer">${icon('link-external')}<span>${mend}</span></a>`
  );
}

function claimLink(): Html {
  return html`<a class="btn btn-sm" href="/auth/github?return_to=%2Finstallations"
    >${icon('mark-github')}<span>Claim it: sign in with GitHub</span></a
  >`;
}

function itemView(installation: Installation, withGitHub: boolean): Html {
  const { id, account, status, reason, repositories, project_id: project, enabled, installed_at: at } = installation;
  const isFine = status === 'processed' && enabled;
  return html`<li class="installation" id="installation-${id}" data-row>
    ${statusIcon(enabled ? status : 'disabled')}
    <div class="installation-main">
      <p class="installation-name">
        <a href="${installationPath(id)}" data-main><bdi>${account.login}</bdi></a> ${accountIcon(account)} ${statusLabel(status)}
        ${!enabled && html`<span class="label label-attention">switched off</span>`}
      </p>
      ${
        !isFine &&
        html`<p><bdi>${reason}</bdi></p>
          <p class="muted">
            ${enabled ? installationWords[status].meanwhile : 'It is switched off here: what GitHub sends is kept and ignored.'}
          </p>
          <p class="page-actions">
            ${mendLink(installation)} ${status === 'unmatched_user' && withGitHub && claimLink()}
            ${status === 'initiated_on_github' && html`<a class="btn btn-sm" href="${installationPath(id)}#project">${icon('project')}<span>Choose its project</span></a>`}
          </p>`
      }
    </div>
    <p class="installation-facts muted">
      <a href="${installationPath(id, 'repositories')}">${count(repositories.tracked, 'repository', 'repositories')}</a>
      ${repositories.removed > 0 && html`<span>${repositories.removed} removed</span>`}
      ${project !== null && html`<a href="${projectPath(project)}">project ${project}</a>`}
      ${at !== null && html`<span>since ${timeAgo(at)}</span>`}
    </p>
  </li>`;
}

/** Installations as a list: those that are fine in one line, the others with why, what happens meanwhile, and what to do. */
export function installationList(installations: readonly Installation[], withGitHub: boolean): Html {
  return html`<ul class="installations">
    ${installations.map((installation) => itemView(installation, withGitHub))}
  </ul>`;
}

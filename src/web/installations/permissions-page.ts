import { baseTier, findMissing, optionalTiers, tiers, type Tier } from '../../github/needed-permissions.ts';
import type { Installation } from '../../http/schemas/installation.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import type { PageDefinition } from '../kit/view.ts';
import { dataTable } from '../parts/data-table.ts';
import { section } from '../parts/page-head.ts';
import { installationHead, readInstallation } from './installation-head.ts';

/** What GitHub granted, as texts. */
function grantsOf({ permissions, events }: Installation) {
  return { permissions: Object.fromEntries(Object.entries(permissions).map(([name, access]) => [name, String(access)])), events };
}

function tierView(installation: Installation, tier: Tier): Html {
  const missing = findMissing(grantsOf(installation), tier);
  const needs = [...Object.entries(tier.permissions).map(([name, access]) => `${name}: ${access}`), ...tier.events];
  const sign =
    missing === undefined
      ? { name: 'check-circle-fill', tone: 'success', word: 'granted' }
      : { name: 'circle', tone: 'muted', word: 'not granted' };
  const isNeeded = tier === baseTier && missing !== undefined;
  return html`<li class="tier">
    <span class="tone-${isNeeded ? 'danger' : sign.tone} status-icon">${icon(isNeeded ? 'x-circle-fill' : sign.name, sign.word)}</span>
    <div>
      <p><strong>${tier.purpose}</strong> ${tier.organization === true && html`<span class="muted">(organisation owners only)</span>`}</p>
      <p class="muted">${needs.map((need) => html`<code>${need}</code> `)}</p>
      ${
        missing !== undefined &&
        html`<p class="${isNeeded ? 'tone-danger' : 'muted'}">
          Lacks
          ${missing.permissions.length > 0 && html`the permission ${missing.permissions.join(', ')}`}${missing.permissions.length > 0 && missing.events.length > 0 && ' and '}${missing.events.length > 0 && html`the event ${missing.events.join(', ')}`}.
        </p>`
      }
    </div>
  </li>`;
}

function grantedTable(installation: Installation): Html {
  const { permissions } = grantsOf(installation);
  const why = (name: string) =>
    tiers
      .filter((tier) => name in tier.permissions)
      .map((tier) => tier.name)
      .join(', ');
  return dataTable({
    caption: 'Permissions that were granted',
    rows: Object.entries(permissions).toSorted(([a], [b]) => a.localeCompare(b)),
    columns: [
      { title: 'Permission', kind: 'main', cell: ([name]) => html`<code>${name}</code>` },
      { title: 'Access', cell: ([, access]) => access },
      { title: 'What for', cell: ([name]) => why(name) || html`<span class="muted">nothing that RepoWatch does</span>` },
    ],
  });
}

function pendingView({ pending_permissions: pending, link, account, status }: Installation): Html | false {
  if (pending.length === 0) return false;
  return html`<div class="flash flash-attention banner">
    <p>
      ${icon('alert')} The App asks for more than was approved: ${pending.map((name) => html`<code>${name}</code> `)}. An owner of
      <bdi>${account.login}</bdi> approves it on GitHub.
    </p>
    ${status === 'permissions_pending' && html`<a class="btn btn-sm" href="${link}" rel="noreferrer">${icon('link-external')}<span>Approve them</span></a>`}
  </div>`;
}

/** What an installation was granted, and what each feature takes. */
export const permissionsPage: PageDefinition = {
  path: '/installations/:id/permissions',
  place: 'installations',
  async render(view) {
    const installation = await readInstallation(view);
    const needed = html`<ul class="tiers">
      ${[baseTier, ...optionalTiers].map((tier) => tierView(installation, tier))}
    </ul>`;
    const body = html`${installationHead(view, installation, 'permissions')}
    ${installation.status !== 'permissions_pending' && pendingView(installation)}
    ${section('What each feature takes', needed, {
      intro:
        'The first one is needed; each of the others is a choice. Permissions are added on the App’s page on GitHub, and then approved by the owner of each account.',
    })}
    ${section('What was granted', grantedTable(installation))}`;
    return { title: `Permissions of ${installation.account.login}`, body };
  },
};

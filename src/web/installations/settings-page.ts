import { RepoWatchError } from '../../core/errors.ts';
import type { Installation } from '../../http/schemas/installation.ts';
import { html, type Html } from '../html.ts';
import { installationPath } from '../kit/paths.ts';
import type { FormDefinition } from '../kit/pages.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { confirmField, refuseUnconfirmed } from '../parts/confirmation.ts';
import { dialog, dialogButton } from '../parts/dialog.ts';
import { buttonForm, form, refusalOf } from '../parts/form.ts';
import { section } from '../parts/page-head.ts';
import { installationHead, manages, readInstallation } from './installation-head.ts';

function switchView({ id, enabled, account }: Installation): Html {
  const path = installationPath(id, enabled ? 'disable' : 'enable');
  const text = enabled
    ? html`Switched off, everything that GitHub sends about <bdi>${account.login}</bdi> is kept and ignored, and nothing is asked of GitHub.
        Runs that have begun go on. Switched on again, everything is compared, and what happened meanwhile is found.`
    : html`It is switched off. Switched on, everything is compared, and what happened meanwhile is found.`;
  return html`<div class="setting-row">
    <div>
      <h3>${enabled ? 'Switch the installation off' : 'Switch the installation on'}</h3>
      <p class="muted">${text}</p>
    </div>
    ${buttonForm(path, enabled ? { text: 'Switch off', icon: 'circle-slash' } : { text: 'Switch on', icon: 'play' })}
  </div>`;
}

function purgeDialog(view: View, { id, account, repositories }: Installation): Html {
  const path = installationPath(id, 'purge');
  const body = html`<p>Everything that is kept of <bdi>${account.login}</bdi> goes for good, and nothing brings it back:</p>
    <ul class="bullets">
      <li>${repositories.removed + repositories.tracked} repositories with their branches, watches and settings</li>
      <li>changes, runs and what they sent and were answered</li>
      <li>deliveries as GitHub sent them</li>
      <li>secrets and hooks of the installation and its repositories</li>
    </ul>
    ${form({
      view,
      path,
      danger: true,
      submit: 'Delete it for good',
      fields: confirmField({ view, path, word: account.login, what: 'delete all of it' }),
    })}`;
  return dialog({ id: 'purge', title: `Delete what is kept of ${account.login}`, body, open: refusalOf(view, path) !== undefined });
}

function purgeView(view: View, installation: Installation): Html {
  const { installed, purged_at: purgedAt } = installation;
  const canPurge = !installed && purgedAt === null;
  const text = canPurge
    ? 'The App was uninstalled, and history is kept. Delete it for good: repositories, history, deliveries, secrets.'
    : installed
      ? 'Only what is kept of an uninstalled App can be deleted for good. Uninstall it on GitHub first, in its settings there.'
      : 'What was kept of it was deleted for good.';
  return html`<div class="setting-row">
      <div>
        <h3>Delete what is kept</h3>
        <p class="muted">${text}</p>
      </div>
      ${canPurge && dialogButton('purge', { text: 'Delete for good…', icon: 'trash', kind: 'danger' })}
    </div>
    ${canPurge && purgeDialog(view, installation)}`;
}

/** What is done with an installation as a whole, for whoever manages it. */
export const installationSettingsPage: PageDefinition = {
  path: '/installations/:id/settings',
  place: 'installations',
  async render(view) {
    const installation = await readInstallation(view);
    if (!manages(view, installation))
      throw new RepoWatchError(
        'forbidden',
        `Only whoever manages the installation changes it: an owner of ${installation.account.login} on GitHub.`,
      );
    const rows = html`<div class="danger-box">${installation.installed && switchView(installation)} ${purgeView(view, installation)}</div>`;
    const body = html`${installationHead(view, installation, 'settings')} ${section('The installation as a whole', rows)}`;
    return { title: `Settings of ${installation.account.login}`, body };
  },
};

const idOf = ({ params }: View) => encodeURIComponent(params['id'] ?? '');

/** Switches an installation on or off. */
export function switchInstallationForm(enabled: boolean): FormDefinition {
  return {
    path: `/installations/:id/${enabled ? 'enable' : 'disable'}`,
    page: installationSettingsPage,
    submit: async (view) => await view.api.send({ method: 'PATCH', path: `/api/installations/${idOf(view)}`, body: { enabled } }),
    done: (view) => ({ to: installationPath(idOf(view), 'settings'), notice: enabled ? 'enabled' : 'disabled' }),
  };
}

/** Deletes for good what is kept of an installation that is gone, once its account's name was typed. */
export const purgeForm: FormDefinition = {
  path: '/installations/:id/purge',
  page: installationSettingsPage,
  submit: async (view, values) => {
    const { account } = await readInstallation(view);
    const refused = refuseUnconfirmed(values, account.login);
    return refused ?? (await view.api.send({ method: 'POST', path: `/api/installations/${idOf(view)}/purge` }));
  },
  done: (view) => ({ to: installationPath(idOf(view)), notice: 'removed' }),
};

import { addForm, addPage } from '../kit/pages.ts';
import type { Site } from '../kit/site.ts';
import { connectionForms } from './connection-forms.ts';
import { connectForm, disconnectForm, disconnectPage } from './disconnect-page.ts';
import { forgetHookForm, hookRulesForm, hooksPage, putHookForm } from './hooks-page.ts';
import { installationPage, projectOfInstallationForm, syncInstallationForm } from './installation-page.ts';
import { installationsPage } from './installations-page.ts';
import { permissionsPage } from './permissions-page.ts';
import { installationRepositoriesPage } from './repositories-page.ts';
import { installationSettingsPage, purgeForm, switchInstallationForm } from './settings-page.ts';
import { syncForm, syncPage } from './sync-page.ts';

/** Adds the pages of installations, of my connection to GitHub, and of connecting and disconnecting repositories. */
export function addInstallationPages(site: Site, { withGitHub }: { withGitHub: boolean }): void {
  const list = installationsPage('/installations', withGitHub);
  for (const page of [
    list,
    installationsPage('/integrations', withGitHub),
    installationPage,
    installationRepositoriesPage,
    permissionsPage,
    hooksPage,
    installationSettingsPage,
    disconnectPage,
    syncPage,
  ])
    addPage(site, page);
  for (const form of [
    ...connectionForms(list),
    syncInstallationForm,
    projectOfInstallationForm,
    putHookForm,
    forgetHookForm,
    hookRulesForm,
    switchInstallationForm(true),
    switchInstallationForm(false),
    purgeForm,
    disconnectForm,
    connectForm,
    syncForm,
  ])
    addForm(site, form);
}

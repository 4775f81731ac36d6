import { addForm, addPage } from '../kit/pages.ts';
import type { Site } from '../kit/site.ts';
import { actionPage, addParameterForm, removeActionForm, removeParameterForm, saveActionForm } from './action-page.ts';
import { actionsPage, switchActionForm } from './actions-page.ts';
import { checkForm } from './check-form.ts';
import { importForm, importPage } from './import-page.ts';
import { integrationForms, integrationsPage } from './integrations-page.ts';
import { membersPage, removeMemberForm, setMemberForm } from './members-page.ts';
import { newActionForm, newActionPage } from './new-action-page.ts';
import { newProjectForm, newProjectPage } from './new-project-page.ts';
import { projectPage } from './project-page.ts';
import { projectRunsPage } from './project-runs-page.ts';
import { ownSecretForms, projectSecretsPage } from './project-secrets-page.ts';
import {
  deleteProjectForm,
  enableProjectForm,
  followForm,
  projectSettingsPage,
  saveProjectForm,
  unfollowForm,
} from './project-settings-page.ts';
import { projectsPage } from './projects-page.ts';
import { triggerForm } from './trigger-form.ts';

const pages = [
  projectsPage,
  newProjectPage,
  importPage,
  projectPage,
  actionsPage,
  newActionPage,
  actionPage,
  projectRunsPage,
  projectSecretsPage,
  membersPage,
  integrationsPage,
  projectSettingsPage,
];

const forms = [
  newProjectForm,
  importForm,
  saveProjectForm,
  followForm,
  unfollowForm,
  enableProjectForm,
  deleteProjectForm,
  checkForm,
  triggerForm,
  newActionForm,
  saveActionForm,
  switchActionForm,
  removeActionForm,
  addParameterForm,
  removeParameterForm,
  setMemberForm,
  removeMemberForm,
  ...ownSecretForms,
  ...integrationForms,
];

/** Adds the pages of projects: what is monitored, and what is done about it. */
export function addProjectPages(site: Site): void {
  for (const page of pages) addPage(site, page);
  for (const form of forms) addForm(site, form);
}

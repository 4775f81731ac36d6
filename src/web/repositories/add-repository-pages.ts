import { addForm, addPage } from '../kit/pages.ts';
import type { Site } from '../kit/site.ts';
import { branchPage } from './branch-page.ts';
import { rememberView } from './chosen-view.ts';
import { configPage } from './config-page.ts';
import { githubForms } from './github-forms.ts';
import { githubPage } from './github-page.ts';
import { hookForms } from './hook-forms.ts';
import { hooksPage } from './hooks-page.ts';
import { checksPage, repositoryRunsPage } from './log-pages.ts';
import { overviewPage } from './overview-page.ts';
import { repositoryPeoplePage, syncPeopleForm } from './people-page.ts';
import { refPages } from './refs-pages.ts';
import { repositoriesPage, repositoriesPath } from './repositories-page.ts';
import { settingsForms } from './settings-forms.ts';
import { repositorySettingsPage } from './settings-page.ts';
import { runWatchForm, switchWatchForm } from './watch-forms.ts';
import { watchesPage } from './watches-page.ts';

const pages = [
  repositoriesPage,
  overviewPage,
  ...refPages,
  branchPage,
  watchesPage,
  configPage,
  repositoryRunsPage,
  checksPage,
  hooksPage,
  repositoryPeoplePage,
  githubPage,
  repositorySettingsPage,
];

/** Adds the list of repositories, and the pages of one repository and of its branches. */
export function addRepositoryPages(site: Site): void {
  rememberView(site, repositoriesPath);
  for (const page of pages) addPage(site, page);
  for (const form of [runWatchForm, switchWatchForm, syncPeopleForm, ...settingsForms, ...hookForms, ...githubForms]) addForm(site, form);
}

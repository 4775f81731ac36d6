import type { FormDefinition } from '../kit/pages.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { checksPage } from './log-pages.ts';
import { configPage } from './config-page.ts';
import { apiOf, pageOfRepository } from './repository-head.ts';
import { repositorySettingsPage } from './settings-page.ts';

const base = '/repos/:owner/:name';
const shownOn = (page: PageDefinition, part: string) => ({ page, pageView: (view: View) => ({ url: pageOfRepository(view, part) }) });

/** Switches a repository on or off. */
const switchForm: FormDefinition = {
  path: `${base}/settings/switch`,
  ...shownOn(repositorySettingsPage, 'settings'),
  submit: async (view, { enabled }) => await view.api.send({ method: 'PATCH', path: apiOf(view), body: { enabled: enabled === 'on' } }),
  done: (view, { values }) => ({ to: pageOfRepository(view, 'settings'), notice: values['enabled'] === 'on' ? 'enabled' : 'disabled' }),
};

/** Has a repository compared with GitHub now. */
const compareForm: FormDefinition = {
  path: `${base}/compare`,
  ...shownOn(checksPage, 'checks'),
  submit: async (view) => await view.api.send({ method: 'POST', path: apiOf(view, '/reconcile') }),
  done: (view) => ({ to: pageOfRepository(view, 'checks'), notice: 'requested' }),
};

/** Has the configuration read again. */
const recheckForm: FormDefinition = {
  path: `${base}/config/recheck`,
  ...shownOn(configPage, 'config'),
  submit: async (view) => await view.api.send({ method: 'POST', path: apiOf(view, '/config/recheck') }),
  done: (view) => ({ to: pageOfRepository(view, 'config'), notice: 'requested' }),
};

/** Confirms that the secrets are meant for the present owner. */
const confirmOwnerForm: FormDefinition = {
  path: `${base}/settings/confirm-owner`,
  ...shownOn(repositorySettingsPage, 'settings'),
  submit: async (view) => await view.api.send({ method: 'POST', path: apiOf(view, '/secrets/confirm-owner') }),
  done: (view) => ({ to: pageOfRepository(view, 'settings'), notice: 'done' }),
};

/** Lets a watch run again that was taken for a loop. */
const resetBreakerForm: FormDefinition = {
  path: `${base}/settings/breakers/:id/reset`,
  ...shownOn(repositorySettingsPage, 'settings'),
  submit: async (view) =>
    await view.api.send({ method: 'POST', path: `/api/breakers/${encodeURIComponent(view.params['id'] ?? '')}/reset` }),
  done: (view) => ({ to: `${pageOfRepository(view, 'settings')}#loops`, notice: 'done' }),
};

/** What is switched and mended at a repository. */
export const settingsForms: readonly FormDefinition[] = [switchForm, compareForm, recheckForm, confirmOwnerForm, resetBreakerForm];

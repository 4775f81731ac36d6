import type { Me } from '../../http/schemas/me.ts';
import type { InstallationWish } from '../../http/schemas/installation-intent.ts';
import { readReturnPath } from '../../flow/begin-installation.ts';
import type { FormDefinition } from '../kit/pages.ts';
import type { PageDefinition } from '../kit/view.ts';
import { refuseUnconfirmed } from '../parts/confirmation.ts';
import { disconnectMePath, signOutPath } from './connection-view.ts';
import { beginPath, goToGitHub } from './install-view.ts';

/** What is shown again when one of these forms is refused. */
const pageView = () => ({ params: {}, url: '/installations' });

/** The forms of my connection to GitHub, and of installations to be. */
export function connectionForms(page: PageDefinition): FormDefinition[] {
  return [
    {
      path: beginPath,
      page,
      pageView,
      submit: async ({ api }, { account = '', back = '' }) =>
        await api.send({
          method: 'POST',
          path: '/api/installations',
          body: { ...(account.trim() !== '' && { account: account.trim() }), return_to: readReturnPath(back) ?? '/installations' },
        }),
      reveal: (_view, { value }) => {
        const { install_url: url, account } = value as { install_url: string; account: InstallationWish['account'] | null };
        return { title: 'On to GitHub', body: goToGitHub(url, account?.login) };
      },
      done: () => ({ to: '/installations' }),
    },
    {
      path: '/installations/intents/:id/cancel',
      page,
      pageView,
      submit: async ({ api, params }) =>
        await api.send({ method: 'DELETE', path: `/api/installations/intents/${encodeURIComponent(params['id'] ?? '')}` }),
      done: () => ({ to: '/installations', notice: 'cancelled' }),
    },
    {
      path: disconnectMePath,
      page,
      pageView,
      submit: async ({ api }, values) => {
        const { login, github } = await api.get<Me>('/api/me');
        return refuseUnconfirmed(values, github?.login ?? login) ?? (await api.send({ method: 'DELETE', path: '/api/me/github' }));
      },
      done: () => ({ to: '/login' }),
    },
    {
      path: signOutPath,
      page,
      pageView,
      submit: async ({ api }) => await api.send({ method: 'DELETE', path: '/api/me/sessions' }),
      done: () => ({ to: '/login' }),
    },
  ];
}

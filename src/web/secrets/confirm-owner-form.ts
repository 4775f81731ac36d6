import type { FormDefinition } from '../kit/pages.ts';
import { secretPath } from './secret-scope.ts';
import { secretsPage } from './secrets-page.ts';

/** Giving the secrets of a repository to its present owner. */
export const confirmOwnerForm: FormDefinition = {
  path: '/secrets/:name/confirm-owner',
  page: secretsPage,
  pageView: () => ({ url: '/secrets' }),
  submit: async ({ api }, { repository = '' }) => {
    const [owner = '', name = ''] = repository.split('/', 2);
    return await api.send({
      method: 'POST',
      path: `/api/repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}/secrets/confirm-owner`,
    });
  },
  done: ({ params }, { values }) => ({
    to: secretPath(params['name'] ?? '', { scope: 'repository', repository: values['repository'] ?? '' }),
    notice: 'done',
  }),
};

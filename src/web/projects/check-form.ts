import type { FormDefinition } from '../kit/pages.ts';
import { projectPath } from '../kit/paths.ts';
import { projectId } from './project-head.ts';
import { projectPage } from './project-page.ts';

/** Having the repositories of a project compared with GitHub now. */
export const checkForm: FormDefinition = {
  path: '/projects/:id/check',
  page: projectPage,
  pageView: (view) => ({ url: projectPath(projectId(view)) }),
  submit: async ({ api, params }) =>
    await api.send({ method: 'POST', path: `/api/projects/${encodeURIComponent(params['id'] ?? '')}/sync` }),
  done: (view) => ({ to: projectPath(projectId(view)), notice: 'requested' }),
};

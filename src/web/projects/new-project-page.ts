import { html } from '../html.ts';
import { projectPath } from '../kit/paths.ts';
import type { FormDefinition } from '../kit/pages.ts';
import type { PageDefinition } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { form, textField } from '../parts/form.ts';
import { pageHead } from '../parts/page-head.ts';
import type { ProjectItem } from '../../http/schemas/project.ts';
import { followField, listPickable, projectBody, projectFields } from './project-form.ts';

const path = '/projects/new';

/** The page that adds a project. */
export const newProjectPage: PageDefinition = {
  path,
  place: 'projects',
  async render(view) {
    const repositories = await listPickable(view);
    const head = pageHead({
      title: 'Add a project',
      crumbs: [{ title: 'Projects', path: '/projects' }],
      intro:
        'A project says which branches of which repositories count, and how often they are looked at. What is done then is chosen next.',
    });
    if (repositories.length === 0) {
      const none = blank({
        icon: 'plug',
        title: 'No repository to follow yet',
        text: 'A project follows repositories in which the App is installed and that you may change. Install it first.',
        action: html`<a class="btn btn-primary" href="/installations">Installations</a>`,
      });
      return { title: 'Add a project', body: html`${head} ${none}` };
    }
    const field = { view, path };
    const fields = html`${textField({
      ...field,
      name: 'repository',
      label: 'Repository',
      value: view.query['repository'] ?? (repositories.length === 1 ? repositories[0] : undefined),
      list: repositories,
      required: true,
      maxlength: 500,
      placeholder: 'acme/app',
      hint: 'One in which the App is installed: owner/name, or its address over https or ssh. More can be added afterwards.',
    })}
    ${projectFields(view, path)} ${followField(view, path)}`;
    const body = html`${head}
    ${form({ view, path, submit: 'Add the project', fields, beside: html`<a class="btn" href="/projects">Cancel</a>` })}`;
    return { title: 'Add a project', body };
  },
};

/** Adding a project; it leads to choosing its actions. */
export const newProjectForm: FormDefinition = {
  path,
  page: newProjectPage,
  submit: async ({ api }, values) => {
    const body = { ...projectBody(values), repository: (values['repository'] ?? '').trim() };
    return await api.send({ method: 'POST', path: '/api/projects', body });
  },
  done: (_view, { value }) => ({ to: projectPath((value as ProjectItem).id, 'actions'), notice: 'added' }),
};

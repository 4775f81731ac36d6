import { html } from '../html.ts';
import { icon } from '../icons.ts';
import type { FormDefinition } from '../kit/pages.ts';
import { projectPath } from '../kit/paths.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { kindLook } from '../parts/kind-look.ts';
import { section } from '../parts/page-head.ts';
import { actionPage } from './action-page.ts';
import { ownSecrets, readHosts, readOwnSecrets } from './own-secrets.ts';
import { projectHead, projectId, readProject } from './project-head.ts';

/** The page of the secrets of a project and of its actions. */
export const projectSecretsPage: PageDefinition = {
  path: '/projects/:id/secrets',
  place: 'projects',
  async render(view) {
    const project = await readProject(view);
    const { id } = project;
    const [own, ...ofActions] = await Promise.all([
      readOwnSecrets(view, `/api/projects/${id}/secrets`),
      ...project.actions.map(async (action) => ({ action, secrets: await readOwnSecrets(view, `/api/actions/${action.id}/secrets`) })),
    ]);
    const rows = ofActions.map(
      ({ action, secrets }) =>
        html`<li class="plain-row" data-row>
          ${icon(kindLook(action.uses).icon)} <a href="${projectPath(id, `actions/${action.id}`)}#secrets"><bdi>${action.name}</bdi></a>
          <span class="plain-main">${secrets.map(({ name }) => html`<code>${name}</code> `)}</span>
          <span class="muted">${secrets.length === 0 && 'none of its own'}</span>
        </li>`,
    );
    const body = html`${projectHead(view, project, { tab: 'secrets' })}
    ${section('Secrets of the project', ownSecrets(view, { path: projectPath(id, 'secrets'), secrets: own, whose: 'project' }), {
      intro: html`For its actions, and for the watches of the repositories that it follows, as <code>\${{ secrets.NAME }}</code>. Of several
        with one name the nearest counts: the action’s, the repository’s, the project’s, the account’s, the server’s.`,
    })}
    ${
      rows.length > 0 &&
      section(
        'Secrets of single actions',
        html`<ul class="plain-rows">
          ${rows}
        </ul>`,
      )
    }`;
    return { title: `Secrets · ${project.name}`, body };
  },
};

/** Where the forms of one address go: to a project, or to one of its actions. */
interface Scope {
  path: string;
  page: PageDefinition;
  /** The page, for who goes back to it. */
  url: (view: View) => string;
  api: (view: View) => string;
}

const ofProject: Scope = {
  path: '/projects/:id/secrets',
  page: projectSecretsPage,
  url: (view) => projectPath(projectId(view), 'secrets'),
  api: (view) => `/api/projects/${projectId(view)}/secrets`,
};
const ofAction: Scope = {
  path: '/projects/:id/actions/:actionId/secrets',
  page: actionPage,
  url: (view) => projectPath(projectId(view), `actions/${encodeURIComponent(view.params['actionId'] ?? '')}`),
  api: (view) => `/api/actions/${encodeURIComponent(view.params['actionId'] ?? '')}/secrets`,
};

function formsOf({ path, page, url, api }: Scope): FormDefinition[] {
  const common = { page, pageView: (view: View) => ({ url: url(view) }) };
  const one = (view: View) => `${api(view)}/${encodeURIComponent(view.params['name'] ?? '')}`;
  const add: FormDefinition = {
    ...common,
    path,
    submit: async (view, { name = '', value = '', destinations }) => {
      const hosts = readHosts(destinations);
      return await view.api.send({
        method: 'POST',
        path: api(view),
        body: { name: name.trim(), value, ...(hosts && { destinations: hosts }) },
      });
    },
    done: (view) => ({ to: `${url(view)}#secrets`, notice: 'added' }),
  };
  const replace: FormDefinition = {
    ...common,
    path: `${path}/:name`,
    submit: async (view, { value = '', destinations }) => {
      const hosts = readHosts(destinations) ?? null;
      return await view.api.send({ method: 'PUT', path: one(view), body: { value, destinations: hosts } });
    },
    done: (view) => ({ to: `${url(view)}#secrets`, notice: 'saved' }),
  };
  const forget: FormDefinition = {
    ...common,
    path: `${path}/:name/delete`,
    submit: async (view) => await view.api.send({ method: 'DELETE', path: one(view) }),
    done: (view) => ({ to: `${url(view)}#secrets`, notice: 'removed' }),
  };
  return [add, replace, forget];
}

/** Adding, replacing and forgetting the secrets of projects and of actions. */
export const ownSecretForms: readonly FormDefinition[] = [...formsOf(ofProject), ...formsOf(ofAction)];

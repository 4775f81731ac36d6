import type { ProjectItem } from '../../http/schemas/project.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { filterBar } from '../parts/filters.ts';
import { pageHead } from '../parts/page-head.ts';
import { pager } from '../parts/pager.ts';
import { projectCard } from './project-card.ts';

const path = '/projects';

function nothing({ query }: View): Html {
  if ((query['q'] ?? '') !== '')
    return blank({
      icon: 'project',
      title: 'No such projects',
      text: 'No name of a project, and none of a repository that one follows, has this in it.',
    });
  const action = html`<a class="btn btn-primary" href="/projects/new">${icon('plus')}<span>Add a project</span></a>
    <a class="btn" href="/projects/import">Import</a>`;
  const text =
    'A project follows one or more repositories, says which branches count and how often they are compared with GitHub, and what is done when one moves: a webhook, a script, a message.';
  return blank({ icon: 'project', title: 'Nothing is monitored here yet', text, action });
}

function cards(view: View, { data, meta }: ListAnswer<ProjectItem>): Html {
  if (data.length === 0) return nothing(view);
  return html`<ul class="cards project-cards">
      ${data.map(projectCard)}
    </ul>
    ${pager(view, meta)}`;
}

/** The list of projects. It refreshes by itself; when it cannot be read again, the hub says so above it, and the cards stay. */
export const projectsPage: PageDefinition = {
  path,
  place: 'projects',
  async render(view) {
    const { q, cursor } = view.query;
    const list = await view.api.get<ListAnswer<ProjectItem>>(withQuery('/api/projects', { q, cursor, limit: 30, total: '1' }));
    const live = { projects: cards(view, list) };
    const isEmpty = list.data.length === 0 && (q ?? '') === '';
    const head = pageHead({
      title: 'Monitored repositories',
      intro:
        'Projects: which repositories and branches are watched, how often they are compared with GitHub, and what is done when one moves.',
      actions: html`<a class="btn btn-primary" href="/projects/new">${icon('plus')}<span>Add project</span></a>
        <a class="btn" href="/projects/import">${icon('upload')}<span>Import</span></a>
        ${!isEmpty && html`<a class="btn" href="/api/projects/export" download="projects.json">${icon('download')}<span>Export</span></a>`}`,
    });
    const search = filterBar(view, [{ name: 'q', label: 'Search projects', kind: 'text', placeholder: 'Name or repository' }]);
    const body = html`${head} ${!isEmpty && search} ${livePart('projects', live.projects)}`;
    return { title: 'Projects', body, live, width: 'wide' };
  },
};

import type { ProjectItem } from '../../http/schemas/project.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery, type Answer, type ListAnswer } from '../kit/api-client.ts';
import { toError } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import { isLiveReading } from '../kit/live-reading.ts';
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

function trouble(answer: Answer<unknown>): Html | false {
  return (
    !answer.ok &&
    html`<p class="flash flash-danger" role="alert">
      ${icon('alert')} The list could not be read again: ${answer.problem.detail} What you see is older; it is tried again by itself.
    </p>`
  );
}

/** The list of projects. When it cannot be read again, it says so, and the cards stay. */
export const projectsPage: PageDefinition = {
  path,
  place: 'projects',
  async render(view) {
    const { q, cursor } = view.query;
    const answer = await view.api.ask<ListAnswer<ProjectItem>>(withQuery('/api/projects', { q, cursor, limit: 30, total: '1' }));
    const isLive = isLiveReading(view.request);
    if (!answer.ok && !isLive) throw toError(answer.problem);
    const banner = { 'projects-trouble': html`${trouble(answer)}` };
    const live = answer.ok ? { ...banner, projects: cards(view, answer.value) } : banner;
    const isEmpty = answer.ok && answer.value.data.length === 0 && (q ?? '') === '';
    const head = pageHead({
      title: 'Monitored repositories',
      intro:
        'Projects: which repositories and branches are watched, how often they are compared with GitHub, and what is done when one moves.',
      actions: html`<a class="btn btn-primary" href="/projects/new">${icon('plus')}<span>Add project</span></a>
        <a class="btn" href="/projects/import">${icon('upload')}<span>Import</span></a>
        ${!isEmpty && html`<a class="btn" href="/api/projects/export" download="projects.json">${icon('download')}<span>Export</span></a>`}`,
    });
    const search = filterBar(view, [{ name: 'q', label: 'Search projects', kind: 'text', placeholder: 'Name or repository' }]);
    const body = html`${head} ${!isEmpty && search} ${livePart('projects-trouble', banner['projects-trouble'])}
    ${answer.ok && livePart('projects', cards(view, answer.value))}`;
    return { title: 'Projects', body, live, width: 'wide' };
  },
};

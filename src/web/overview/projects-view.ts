import type { ProjectItem } from '../../http/schemas/project.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { projectPath } from '../kit/paths.ts';
import { lastResults } from '../projects/project-card.ts';

/** How many projects the Overview names before the page of projects takes over. */
export const shownProjects = 5;

function projectRow(project: ProjectItem): Html {
  const { id, name, enabled, repositories, repository_count: all } = project;
  const [first] = repositories;
  return html`<li class="plain-row ${!enabled && 'is-off'}" id="monitored-${id}" data-row>
    ${icon('project')}
    <div class="plain-main">
      <p>
        <a data-main href="${projectPath(id)}"><bdi>${name}</bdi></a>
        ${first !== undefined && html`<span class="muted"><bdi>${first.full_name}</bdi>${all > 1 && ` and ${all - 1} more`}</span>`}
      </p>
      ${lastResults(project)}
    </div>
  </li>`;
}

/** The projects in a few lines: what each follows, and what was found and done last. */
export function projectsView(projects: readonly ProjectItem[]): Html {
  return html`<ul class="plain-rows">
    ${projects.map(projectRow)}
  </ul>`;
}

import { runStatuses } from '../../core/statuses.ts';
import type { RunSummary } from '../../http/schemas/run.ts';
import { html, type Html } from '../html.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import { changePath, projectPath, repositoryPath, runPath } from '../kit/paths.ts';
import type { PageDefinition } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { dataTable } from '../parts/data-table.ts';
import { filterBar } from '../parts/filters.ts';
import { pager } from '../parts/pager.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { describeDuration, statusIcon } from '../status-view.ts';
import { projectHead, projectId, readProject } from './project-head.ts';

function took({ started_at: from, finished_at: to }: RunSummary): string {
  return from === null || to === null ? '' : describeDuration(Date.parse(to) - Date.parse(from));
}

function runTable(runs: readonly RunSummary[], names: ReadonlyMap<string, string>): Html {
  return dataTable<RunSummary>({
    caption: 'Runs of the actions, newest first',
    rows: runs,
    id: ({ id }) => `run-${id}`,
    columns: [
      {
        title: 'Action',
        kind: 'main',
        cell: ({ id, watch, status, dry_run: dry }) =>
          html`<span class="run-name"
              >${statusIcon(status)} <a href="${runPath(id)}"><bdi>${names.get(watch.key) ?? watch.name}</bdi></a></span
            >${dry && html` <span class="label">dry run</span>`}`,
      },
      {
        title: 'Status',
        cell: ({ status, message }) => html`${status}${message !== null && html`<p class="muted one-line"><bdi>${message}</bdi></p>`}`,
        kind: 'wide',
      },
      {
        title: 'Repository',
        cell: ({ repository }) => html`<a href="${repositoryPath(repository.full_name)}"><bdi>${repository.full_name}</bdi></a>`,
      },
      {
        title: 'Change',
        cell: ({ change }) => html`<a href="${changePath(change.id)}"><bdi>${change.ref_name ?? change.type}</bdi></a>`,
      },
      { title: 'Took', kind: 'number', cell: took },
      { title: 'When', cell: ({ created_at: at }) => timeAgo(at) },
    ],
  });
}

/** The page of what the actions of a project did. */
export const projectRunsPage: PageDefinition = {
  path: '/projects/:id/runs',
  place: 'projects',
  async render(view) {
    const { status, action, cursor } = view.query;
    const [project, { data, meta }] = await Promise.all([
      readProject(view),
      view.api.get<ListAnswer<RunSummary>>(withQuery(`/api/projects/${projectId(view)}/runs`, { status, action, cursor, limit: 50 })),
    ]);
    const names = new Map(project.actions.map((one) => [one.watch, one.name]));
    const isFiltered = (status ?? '') !== '' || (action ?? '') !== '';
    const none = isFiltered
      ? blank({ icon: 'filter', title: 'No such runs', text: 'None of the runs fits the filters.' })
      : blank({
          icon: 'play',
          title: 'Nothing has run yet',
          text: 'As soon as one of its branches moves, the actions of this project run, and each run is listed here with all that it sent and got back.',
          action: html`<a class="btn" href="${projectPath(project.id, 'actions')}">To the actions</a>`,
        });
    const live = { runs: data.length === 0 ? none : html`${runTable(data, names)} ${pager(view, meta)}` };
    const filters = filterBar(view, [
      { name: 'action', label: 'Action', kind: 'choice', options: project.actions.map(({ id, name }) => ({ value: id, title: name })) },
      { name: 'status', label: 'Status', kind: 'choice', options: runStatuses },
    ]);
    const body = html`${projectHead(view, project, { tab: 'runs' })} ${filters} ${livePart('runs', live.runs)}`;
    return { title: `Runs · ${project.name}`, body, live, width: 'wide' };
  },
};

import type { RunSummary } from '../../http/schemas/run.ts';
import { html, type Html } from '../html.ts';
import { changePath, runPath } from '../kit/paths.ts';
import { dataTable } from '../parts/data-table.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { describeDuration, statusIcon, statusLabel } from '../status-view.ts';
import { branchLink, describeType } from './change-words.ts';

function durationOf({ started_at: from, finished_at: to }: RunSummary): string {
  return from === null || to === null ? '' : describeDuration(Date.parse(to) - Date.parse(from));
}

function changeOf({ change, repository }: RunSummary): Html {
  const { ref_name: ref, type } = change;
  const branch = ref !== null && type.startsWith('branch.') ? branchLink(repository.full_name, ref) : html`<bdi>${ref}</bdi>`;
  return html`<a href="${changePath(change.id)}">${describeType(type)}</a> ${ref !== null && branch}`;
}

/** Runs of one repository, newest first. */
export function runTable(runs: readonly RunSummary[], caption: string): Html {
  return dataTable<RunSummary>({
    caption,
    rows: runs,
    id: ({ id }) => `run-${id}`,
    columns: [
      {
        title: 'Run',
        kind: 'main',
        cell: (run) =>
          html`<span class="with-icon"
              >${statusIcon(run.status)}<a data-main href="${runPath(run.id)}"><bdi>${run.watch.name}</bdi></a></span
            >
            ${run.message !== null && run.status !== 'succeeded' && html`<p class="row-note muted"><bdi>${run.message}</bdi></p>`}`,
      },
      { title: 'Status', cell: ({ status, dry_run: dry }) => html`${statusLabel(status)} ${dry && statusLabel('dry-run')}` },
      { title: 'Because of', kind: 'wide', cell: changeOf },
      { title: 'Took', kind: 'number', cell: durationOf },
      { title: 'Began', kind: 'number', cell: ({ created_at: at }) => timeAgo(at) },
    ],
  });
}

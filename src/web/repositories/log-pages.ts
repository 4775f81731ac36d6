import { checkResults, runStatuses } from '../../core/statuses.ts';
import type { Check } from '../../http/schemas/check.ts';
import type { WatchItem } from '../../http/schemas/repository.ts';
import type { RunSummary } from '../../http/schemas/run.ts';
import { html } from '../html.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import type { PageDefinition } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { filterBar } from '../parts/filters.ts';
import { pager } from '../parts/pager.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { checkTable } from './check-table.ts';
import { apiOf, compareButton, mayChange, readRepository, repositoryHead } from './repository-head.ts';
import { runTable } from './run-table.ts';

const perPage = 50;

/** The runs of a repository. */
export const repositoryRunsPage: PageDefinition = {
  path: '/repos/:owner/:name/runs',
  place: 'repositories',
  async render(view) {
    const { status, watch, ref, cursor } = view.query;
    const repository = await readRepository(view);
    const query = { repository: repository.full_name, status, watch, ref, cursor, limit: perPage, total: '1' };
    const [{ data, meta }, watches] = await Promise.all([
      view.api.get<ListAnswer<RunSummary>>(withQuery('/api/runs', query)),
      view.api.get<ListAnswer<WatchItem>>(apiOf(view, '/watches')),
    ]);
    const isFiltered = [status, watch, ref].some((value) => value !== undefined && value !== '');
    const none = isFiltered
      ? blank({ icon: 'search', title: 'No run fits', text: 'Take a filter away to see more.' })
      : blank({
          icon: 'play',
          title: 'No runs yet',
          text: 'A run begins when something happens that a watch asks for, when its time has come, or when somebody starts it by hand.',
        });
    const live = { runs: data.length === 0 ? none : runTable(data, 'Runs, newest first') };
    const body = html`${repositoryHead(repository, { part: 'runs' })}
    ${filterBar(view, [
      { name: 'status', label: 'Status', kind: 'choice', options: runStatuses },
      {
        name: 'watch',
        label: 'Watch',
        kind: 'choice',
        options: watches.data.map(({ key, name }) => ({ value: key, title: name.slice(0, 80) })),
      },
      { name: 'ref', label: 'Branch or tag', kind: 'text', placeholder: 'Branch or tag', icon: 'git-branch' },
    ])}
    ${livePart('runs', live.runs)} ${pager(view, meta)}`;
    return { title: `Runs · ${repository.full_name}`, body, live, width: 'wide' };
  },
};

/** What comparing a repository with GitHub found. */
export const checksPage: PageDefinition = {
  path: '/repos/:owner/:name/checks',
  place: 'repositories',
  async render(view) {
    const { result, trigger, branch, cursor } = view.query;
    const [repository, { data, meta }] = await Promise.all([
      readRepository(view),
      view.api.get<ListAnswer<Check>>(withQuery(apiOf(view, '/checks'), { result, trigger, branch, cursor, limit: perPage, total: '1' })),
    ]);
    const { reconcile, last_check_at: last, status } = repository;
    const none = blank({
      icon: 'git-compare',
      title: 'Nothing was compared yet',
      text: 'RepoWatch compares the repository with GitHub by itself, so that a lost webhook loses nothing. What it finds stands here.',
    });
    const live = {
      pace: html`<p class="muted pace">
        Compared ${timeAgo(last)}${status === 'active' && html`, next ${timeAgo(reconcile.due_at)}`}
        ${reconcile.failures > 0 && html`<span class="tone-danger">${reconcile.failures} failed in a row</span>`}
      </p>`,
      checks: data.length === 0 ? none : checkTable(repository, data),
    };
    const body = html`${repositoryHead(repository, { part: 'checks', actions: mayChange(view, repository) && compareButton(view) })}
    ${livePart('pace', live.pace)}
    ${filterBar(view, [
      {
        name: 'result',
        label: 'Result',
        kind: 'choice',
        options: checkResults.map((value) => ({ value, title: value.replaceAll('_', ' ') })),
      },
      {
        name: 'trigger',
        label: 'Asked by',
        kind: 'choice',
        options: [
          { value: 'schedule', title: 'the schedule' },
          { value: 'manual', title: 'a person' },
        ],
      },
      { name: 'branch', label: 'Branch', kind: 'text', placeholder: 'Branch', icon: 'git-branch' },
    ])}
    ${livePart('checks', live.checks)} ${pager(view, meta)}`;
    return { title: `Checks · ${repository.full_name}`, body, live, width: 'wide' };
  },
};

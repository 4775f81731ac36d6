import type { Breaker } from '../../http/schemas/lane.ts';
import type { Branch, Repository, WatchItem } from '../../http/schemas/repository.ts';
import type { RunSummary } from '../../http/schemas/run.ts';
import type { Activity, RepositoryStatistics } from '../../http/schemas/statistics.ts';
import type { ThreadItem } from '../../http/schemas/thread.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import { isLiveReading } from '../kit/live-reading.ts';
import { repositoryPath, watchPath } from '../kit/paths.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { section } from '../parts/page-head.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { statusIcon } from '../status-view.ts';
import { activityView, readActivityDays, statisticsView } from './activity-view.ts';
import { branchLink, headlineOf, shortSha } from './change-words.ts';
import { apiOf, compareButton, mayChange, readRepository, repositoryHead } from './repository-head.ts';
import { runTable } from './run-table.ts';
import { describeStanding, type StandingFacts } from './standing.ts';
import { threadRows } from './thread-rows.ts';

const shownThreads = 8;
const shownRuns = 6;

function standingView(facts: StandingFacts): Html {
  return html`<ul class="standing">
    ${describeStanding(facts).map(
      ({ tone, icon: sign, text }) =>
        html`<li class="standing-${tone}"><span class="tone-${tone}">${icon(sign)}</span><span>${text}</span></li>`,
    )}
  </ul>`;
}

function headView(repository: Repository, branch: Branch | undefined): Html {
  if (branch === undefined || branch.sha === null) return html`<p class="muted">No branch is known yet.</p>`;
  const { last_commit: commit, changed_at: at, changed_by: by } = branch;
  return html`<div class="head-commit">
    <p>${branchLink(repository.full_name, branch.name)} ${shortSha(branch.sha, repository.html_url)}</p>
    ${commit !== null && html`<p class="headline"><bdi>${headlineOf(commit.message)}</bdi></p>`}
    <p class="muted">
      ${at === null ? html`It has not moved since it was seen first, ${timeAgo(branch.observed_at)}.` : html`${by !== null && html`<bdi>${by}</bdi>, `}${timeAgo(at)}`}
    </p>
  </div>`;
}

function watchLine(repository: Repository, { key, name, mode, last_run: run }: WatchItem): Html {
  return html`<li>
    ${mode === 'on' && run !== null ? statusIcon(run.status) : statusIcon(mode)}
    <a href="${watchPath(repository.full_name, key)}"><bdi>${name}</bdi></a>
    <span class="muted">${mode === 'off' ? 'off' : run === null ? 'has not run yet' : timeAgo(run.created_at)}</span>
  </li>`;
}

function watchesView(repository: Repository, watches: readonly WatchItem[]): Html {
  if (watches.length === 0)
    return html`<p class="muted">None yet. <a href="${repositoryPath(repository.full_name, 'watches/new')}">Write the first one</a>.</p>`;
  return html`<ul class="glance">
    ${watches.map((watch) => watchLine(repository, watch))}
  </ul>`;
}

async function readParts(view: View) {
  const repository = await readRepository(view);
  const { full_name: fullName, default_branch: main } = repository;
  const of = { repository: fullName };
  const [threads, runs, watches, breakers, branch] = await Promise.all([
    view.api.get<ListAnswer<ThreadItem>>(withQuery('/api/threads', { ...of, limit: shownThreads })),
    view.api.get<ListAnswer<RunSummary>>(withQuery('/api/runs', { ...of, limit: shownRuns })),
    view.api.get<ListAnswer<WatchItem>>(apiOf(view, '/watches')),
    view.api.get<ListAnswer<Breaker>>(withQuery('/api/breakers', { ...of, limit: 100 })),
    main === null ? undefined : view.api.find<Branch>(apiOf(view, `/branches/${encodeURIComponent(main)}`)),
  ]);
  return { repository, threads: threads.data, runs: runs.data, watches: watches.data, breakers: breakers.data, branch };
}

function liveParts({ repository, threads, runs, watches, breakers, branch }: Awaited<ReturnType<typeof readParts>>) {
  return {
    standing: standingView({ repository, watches, breakers }),
    'last-threads':
      threads.length > 0
        ? threadRows(threads)
        : blank({
            icon: 'broadcast',
            title: 'Nothing happened here yet',
            level: 3,
            text: 'Push a commit, and within a second it stands here with the watches that were asked and what they did.',
          }),
    'last-runs': runs.length > 0 ? runTable(runs, 'The last runs') : html`<p class="muted">No watch has run here yet.</p>`,
    'repo-head-commit': headView(repository, branch),
    'repo-watches': watchesView(repository, watches),
  };
}

/** The first page of a repository: how it stands, what happened last, and what it is made of. */
export const overviewPage: PageDefinition = {
  path: '/repos/:owner/:name',
  place: 'repositories',
  async render(view) {
    const days = readActivityDays(view);
    const isLive = isLiveReading(view.request);
    const [parts, statistics, activity] = await Promise.all([
      readParts(view),
      isLive ? undefined : view.api.get<RepositoryStatistics>(apiOf(view, '/statistics')),
      isLive ? undefined : view.api.get<Activity>(withQuery(apiOf(view, '/activity'), { days })),
    ]);
    const { repository } = parts;
    const live = liveParts(parts);
    const all = (part: string) => html`<a href="${repositoryPath(repository.full_name, part)}">All</a>`;
    const box = (title: string, content: Html, more?: Html) => section(title, content, more && { actions: more });
    const body = html`${repositoryHead(repository, { part: '', actions: mayChange(view, repository) && compareButton(view) })}
      ${livePart('standing', live.standing)}
      <div class="repo-overview">
        <div class="repo-main">
          ${box('What happened', livePart('last-threads', live['last-threads']), html`<a href="${withQuery('/changes', { repository: repository.full_name })}">All changes</a>`)}
          ${box('Runs', livePart('last-runs', live['last-runs']), all('runs'))}
        </div>
        <div class="repo-side">
          ${box('Default branch', livePart('repo-head-commit', live['repo-head-commit']))}
          ${box(`Watches`, livePart('repo-watches', live['repo-watches']), all('watches'))}
          ${statistics !== undefined && box('In numbers', statisticsView(repository, statistics))}
        </div>
      </div>
      ${activity !== undefined && activityView(view, repository, activity)}`;
    return { title: repository.full_name, body, live, width: 'wide' };
  },
};

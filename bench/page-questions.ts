import type { StoredHistory } from './million.ts';

/** Something to ask a server with a million runs for. */
export interface Question {
  kind: 'page' | 'api';
  name: string;
  path: string;
  /** Who may ask, when not everybody. */
  only?: 'admin';
}

/** A cursor that begins below this id. */
const below = (id: number): string => Buffer.from(String(id)).toString('base64url');

/** The pages, the lists behind them, and what people ask who want to know how slow it can be. */
export function listQuestions(history: StoredHistory): Question[] {
  const { repositories, newest } = history;
  const own = repositories.filter(({ installationGithubId }) => installationGithubId === repositories[0]!.installationGithubId);
  const busy = own[1]!.fullName;
  const quiet = own.at(-1)!.fullName;
  const middle = Math.round(Number(newest.run) / 2);
  const page = (name: string, path: string, more: Partial<Question> = {}): Question => ({ kind: 'page', name, path, ...more });
  const api = (name: string, path: string, more: Partial<Question> = {}): Question => ({ kind: 'api', name, path: `/api${path}`, ...more });
  const [thread, runPage] = [`/deliveries/${history.seen.delivery}`, `/runs/${history.seen.run}`];
  return [
    page('Overview', '/'),
    page('Overview, rates of a week', '/overview/rates?hours=168'),
    page('runs', '/runs'),
    page('failed runs', '/runs?status=failed'),
    page('runs of a repository', `/runs?repository=${busy}`),
    page('dead runs of a quiet repository', `/runs?repository=${quiet}&status=dead`),
    page('runs of a status that none has', '/runs?status=queued'),
    page('a thread (delivery, changes, watches, runs)', thread),
    page('a run', runPage),
    page('changes', '/changes'),
    page('a change', `/changes/${history.seen.change}`),
    page('deliveries', '/deliveries'),
    page('deliveries that failed', '/deliveries?status=errored'),
    page('repositories', '/repositories'),
    page('repositories as a table', '/repositories?view=table'),
    page('a repository', `/repos/${busy}`),
    page('branches of a repository', `/repos/${busy}/branches`),
    page('a branch', `/repos/${busy}/branches/main`),
    page('watches of a repository', `/repos/${busy}/watches`),
    page('runs of a repository in its place', `/repos/${busy}/runs`),
    page('why a watch did not run', `/repos/${busy}/watches?why=audit`),
    page('lanes', '/lanes'),
    page('destinations', '/destinations'),
    page('projects', '/projects'),
    page('installations', '/installations'),
    page('audit log', '/audit'),
    page('recovery', '/recovery', { only: 'admin' }),
    page('a search', `/search?q=${quiet.split('/')[1]}`),
    page('a search without a match', '/search?q=nothing-is-called-so'),
    api('rates of a day', '/stats/rates'),
    api('rates of an hour', '/stats/rates?hours=1'),
    api('rates of a week', '/stats/rates?hours=168'),
    api('rates of a repository', `/stats/rates?repository=${busy}`),
    api('attention', '/attention'),
    api('threads', '/threads'),
    api('threads of a repository', `/threads?repository=${quiet}`),
    api('threads that failed', '/threads?status=failed'),
    api('threads that wait', '/threads?status=waiting'),
    api('threads ignored', '/threads?status=ignored'),
    api('runs', '/runs?limit=50'),
    api('failed runs', '/runs?status=failed'),
    api('dead runs of a quiet repository', `/runs?status=dead&repository=${quiet}`),
    api('cancelled runs of a repository', `/runs?status=cancelled&repository=${busy}&limit=100`),
    api('queued runs, of which there are none', '/runs?status=queued'),
    api('running runs of a repository, none', `/runs?status=running&repository=${busy}`),
    api('runs of a watch that nobody has', '/runs?watch=nobody'),
    api('runs of a type that never was', '/runs?type=release.published'),
    api('runs of a ref that never was', '/runs?ref=nowhere'),
    api('runs with a code that never was', '/runs?code=never'),
    api('blocked runs', '/runs?blocked=true'),
    api(
      'runs of a day',
      `/runs?since=${new Date(Date.now() - 20 * 86_400_000).toISOString()}&until=${new Date(Date.now() - 19 * 86_400_000).toISOString()}`,
    ),
    api('runs far down', `/runs?cursor=${below(middle)}`),
    api('runs counted', '/runs?total=1'),
    api('failed runs counted', '/runs?status=failed&total=1'),
    api('changes', '/changes'),
    api('changes of a repository', `/changes?repository=${quiet}`),
    api('changes of a branch', '/changes?ref=feature/3'),
    api('changes of a type that never was', '/changes?type=release.published'),
    api('changes that nothing announced', '/changes?origin=reconcile'),
    api('changes counted', '/changes?total=1'),
    api(
      'changes of a day',
      `/changes?since=${new Date(Date.now() - 20 * 86_400_000).toISOString()}&until=${new Date(Date.now() - 19 * 86_400_000).toISOString()}`,
    ),
    api('deliveries', '/deliveries'),
    api('deliveries that failed', '/deliveries?status=errored'),
    api('deliveries of an event that never came', '/deliveries?event=star'),
    api('deliveries of a repository', `/deliveries?repository=${quiet}`),
    api('deliveries counted', '/deliveries?total=1'),
    api('lanes', '/lanes'),
    api('breakers', '/breakers'),
    api('repositories', '/repos?limit=100'),
    api('repositories with a word', '/repos?q=nothing-like-it'),
    api('a repository', `/repos/${busy}`),
    api('statistics of a repository', `/repos/${busy}/statistics`),
    api('activity of a repository', `/repos/${busy}/activity`),
    api('branches of a repository', `/repos/${busy}/branches`),
    api('why not', `/repos/${busy}/why?watch=audit`),
    api('recovery', '/recovery', { only: 'admin' }),
    api('statistics', '/stats'),
    api('audit log', '/audit'),
    api('destinations', '/destinations'),
    api('installations', '/installations'),
  ];
}

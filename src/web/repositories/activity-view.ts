import type { Repository } from '../../http/schemas/repository.ts';
import type { Activity, RepositoryStatistics } from '../../http/schemas/statistics.ts';
import { html, type Html, type HtmlValue } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery } from '../kit/api-client.ts';
import { branchPath, changePath, repositoryPath } from '../kit/paths.ts';
import { pageUrl, type View } from '../kit/view.ts';
import { section } from '../parts/page-head.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { describeType } from './change-words.ts';

const periods = ['7', '30', '365'] as const;

/** The days that somebody chose; 30 without a choice. */
export function readActivityDays({ query }: View): string {
  return periods.find((days) => days === query['days']) ?? '30';
}

/** How much there is in a repository; each number leads to what it counts. */
export function statisticsView(
  { full_name: name }: Repository,
  { issues, pull_requests: pulls, branches, tags, members }: RepositoryStatistics,
): Html {
  const number = (value: number) => html`<strong>${value.toLocaleString('en')}</strong>`;
  const row = (title: string, sign: string, { part, facts }: { part: string; facts: HtmlValue }) =>
    html`<div>
      <dt><a href="${repositoryPath(name, part)}">${icon(sign)}${title}</a></dt>
      <dd>${facts}</dd>
    </div>`;
  return html`<dl class="numbers">
    ${row('Branches', 'git-branch', { part: 'branches', facts: number(branches) })}
    ${row('Tags', 'tag', { part: 'tags', facts: number(tags) })}
    ${row('Issues', 'issue-opened', { part: 'github', facts: html`${number(issues.open)} open, ${number(issues.closed)} closed` })}
    ${row('Pull requests', 'git-pull-request', { part: 'github#pulls', facts: html`${number(pulls.open)} open, ${number(pulls.merged)} merged, ${number(pulls.closed)} closed` })}
    ${row('People', 'people', { part: 'people', facts: number(members) })}
  </dl>`;
}

type Happened = Activity['commits'];

function happenedItem(repository: Repository, item: Happened['latest'][number]): Html {
  const { id, ref_name: ref, number, title, type, happened_at: at } = item;
  const what =
    title === null
      ? html`<a href="${changePath(id)}">${describeType(type)}</a>
          ${ref !== null && html`<a href="${branchPath(repository.full_name, ref)}"><bdi>${ref}</bdi></a>`}`
      : html`<a href="${changePath(id)}"><span class="muted">#${number}</span> <bdi>${title}</bdi></a>`;
  return html`<li><span class="activity-what">${what}</span> <span class="muted">${timeAgo(at)}</span></li>`;
}

function happenedCard(
  repository: Repository,
  title: string,
  { sign, none, happened }: { sign: string; none: string; happened: Happened },
): Html {
  return html`<div class="card">
    <h3>${icon(sign)} ${title} <span class="counter">${happened.total.toLocaleString('en')}</span></h3>
    ${
      happened.latest.length === 0
        ? html`<p class="muted">${none}</p>`
        : html`<ul class="activity">
            ${happened.latest.map((item) => happenedItem(repository, item))}
          </ul>`
    }
  </div>`;
}

/** What happened in the last days: how much, and the latest of each. */
export function activityView(view: View, repository: Repository, { period_days: days, commits, issues, pulls }: Activity): Html {
  const choose = html`<span class="switch" role="group" aria-label="Days">
    ${periods.map(
      (period) =>
        html`<a
          class="btn btn-sm"
          href="${pageUrl(view, { days: period })}#activity"
          ${Number(period) === days && html`aria-current="true"`}
          >${period} days</a
        >`,
    )}
  </span>`;
  const content = html`<div class="cards activity-cards">
      ${happenedCard(repository, 'Pushes', { sign: 'git-commit', none: 'No branch was made or moved.', happened: commits })}
      ${happenedCard(repository, 'Issues opened', { sign: 'issue-opened', none: 'No issue was opened.', happened: issues })}
      ${happenedCard(repository, 'Pull requests opened', { sign: 'git-pull-request', none: 'No pull request was opened.', happened: pulls })}
    </div>
    <p class="muted"><a href="${withQuery('/changes', { repository: repository.full_name })}">All changes of this repository</a></p>`;
  return section(`Activity of the last ${days} days`, content, { id: 'activity', actions: choose });
}

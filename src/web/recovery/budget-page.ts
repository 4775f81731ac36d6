import { githubPurposes } from '../../core/statuses.ts';
import type { BudgetItem } from '../../http/schemas/budget.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import { installationPath } from '../kit/paths.ts';
import type { PageDefinition } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { dataTable } from '../parts/data-table.ts';
import { pageHead } from '../parts/page-head.ts';
import { pager } from '../parts/pager.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { timeChart } from '../parts/time-chart.ts';

type Resource = BudgetItem['resources'][number];
type Purpose = (typeof githubPurposes)[number];

const purposes: Record<Purpose, { title: string; what: string; tone: 'accent' | 'done' | 'muted' }> = {
  interactive: { title: 'People', what: 'people who wait, deliveries that are decided', tone: 'accent' },
  actions: { title: 'Actions', what: 'what runs do; stops when 10 % are left', tone: 'done' },
  sweep: { title: 'Sweeps', what: 'comparing and listing; stops when 20 % are left', tone: 'muted' },
};

const figure = (value: number) => value.toLocaleString('en');
const requests = (count: number) => `${figure(count)} ${count === 1 ? 'request' : 'requests'}`;
const sum = (counts: Record<Purpose, number>) => githubPurposes.reduce((total, purpose) => total + counts[purpose], 0);

function leftView({ limit, remaining, reset_at: reset }: Resource): Html {
  if (limit === null || remaining === null) return html`<p class="muted">GitHub names no limit.</p>`;
  const tone = remaining === 0 ? 'danger' : remaining < limit * 0.2 ? 'attention' : 'success';
  return html`<p class="budget-left">
      <strong class="tone-${tone}">${figure(remaining)}</strong> <span class="muted">of ${figure(limit)} left</span>
      <span class="muted budget-reset">${reset === null ? 'full' : html`renewed ${timeAgo(reset)}`}</span>
    </p>
    <progress class="budget-bar budget-${tone}" max="${limit}" value="${limit - remaining}" aria-label="Spent of the limit"></progress>`;
}

function resourceView(resource: Resource): Html {
  return html`<div class="budget-resource">
    <h3>${resource.resource === 'core' ? 'REST' : resource.resource === 'graphql' ? 'GraphQL, in points' : resource.resource}</h3>
    ${leftView(resource)}
    ${dataTable<Purpose>({
      caption: `Who spent what of ${resource.resource} in this hour`,
      rows: githubPurposes,
      columns: [
        {
          title: 'Who',
          kind: 'main',
          cell: (purpose) => html`<span class="swatch swatch-${purposes[purpose].tone}"></span> ${purposes[purpose].title}`,
        },
        { title: 'Sent', kind: 'number', cell: (purpose) => figure(resource.used[purpose]) },
        { title: 'Free (304)', kind: 'number', cell: (purpose) => figure(resource.not_modified[purpose]) },
        {
          title: 'Put off',
          kind: 'number',
          cell: (purpose) =>
            html`<span class="${resource.refused[purpose] > 0 && 'tone-attention'}">${figure(resource.refused[purpose])}</span>`,
        },
        {
          title: 'May still send',
          kind: 'number',
          cell: (purpose) => (resource.shares === null ? 'any' : figure(resource.shares[purpose].available)),
        },
      ],
    })}
  </div>`;
}

const pauses: Record<NonNullable<BudgetItem['pause_reason']>, string> = {
  primary_limit: 'The hour is used up',
  secondary_limit: 'GitHub asked to slow down',
  retry_after: 'GitHub asked to come again later',
};

function pauseView({ paused_until: until, pause_reason: reason, pause_message: message }: BudgetItem): Html | false {
  return (
    until !== null &&
    html`<p class="flash flash-attention">
      ${icon('stopwatch')} ${reason === null ? 'Paused' : pauses[reason]}: background work goes on ${timeAgo(until)}.
      <bdi class="muted">${message}</bdi>
    </p>`
  );
}

function budgetView(budget: BudgetItem): Html {
  const { installation_id: id, account, asked_at: asked, total, slots, used } = budget;
  const refused = slots.reduce((all, slot) => all + slot.refused, 0);
  const spent = slots.reduce((all, slot) => all + sum(slot.used), 0);
  return html`<article class="budget card" id="budget-${id}">
    <header class="budget-head">
      <h2>
        <a href="${installationPath(id)}"><bdi>${account}</bdi></a>
      </h2>
      <p class="muted">
        ${asked === null ? 'GitHub was not asked yet.' : html`${figure(sum(used))} sent in this hour, ${figure(budget.not_modified)} of them free; asked ${timeAgo(asked)}.`}
      </p>
    </header>
    ${pauseView(budget)}
    ${
      asked !== null &&
      html`${timeChart({
          id: `chart-budget-${id}`,
          title: 'Requests in five minutes each',
          look: 'bars',
          unit: 'count',
          summary: `${requests(spent)} in the last hour${refused === 0 ? '; none had to wait for the budget.' : `, and ${figure(refused)} were put off.`}`,
          series: githubPurposes.map((purpose) => ({ name: purposes[purpose].title, tone: purposes[purpose].tone })),
          rows: slots.map((slot) => ({ at: slot.at, values: githubPurposes.map((purpose) => slot.used[purpose]) })),
        })}
        <div class="budget-resources">${budget.resources.map(resourceView)}</div>
        <p class="muted budget-total">
          Since it is known: ${requests(total.requests)}, ${figure(total.not_modified)} of them free, ${figure(total.refused)} put off.
        </p>`
    }
  </article>`;
}

/** The page of what GitHub lets each installation ask, and who spends it. */
export const budgetPage: PageDefinition = {
  path: '/budget',
  place: 'budget',
  async render(view) {
    const budgets = await view.api.get<ListAnswer<BudgetItem>>(withQuery('/api/budgets', { cursor: view.query['cursor'], limit: 10 }));
    const live = { budgets: html`${budgets.data.map(budgetView)}` };
    const body = html`${pageHead({
        title: 'Budget',
        icon: 'meter',
        intro:
          'GitHub gives each installation a number of requests an hour. Who waits goes first: actions stop when 10 % are left, sweeps when 20 % are left.',
      })}
      <dl class="budget-key">
        ${githubPurposes.map(
          (purpose) =>
            html`<div>
              <dt><span class="swatch swatch-${purposes[purpose].tone}"></span> ${purposes[purpose].title}</dt>
              <dd class="muted">${purposes[purpose].what}</dd>
            </div>`,
        )}
      </dl>
      ${
        budgets.data.length === 0
          ? blank({
              icon: 'meter',
              title: 'No installation yet',
              text: 'What GitHub allows and who spends it shows up here, for each account that the App is installed on.',
              action: html`<a class="btn" href="/first-steps">First steps</a>`,
            })
          : livePart('budgets', live.budgets)
      }
      ${pager(view, budgets.meta)}`;
    return { title: 'Budget', body, live, scripts: ['charts'] };
  },
};

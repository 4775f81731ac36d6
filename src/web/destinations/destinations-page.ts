import { count } from '../../core/count.ts';
import { destinationStates } from '../../core/statuses.ts';
import type { Destination } from '../../http/schemas/destination.ts';
import type { Me } from '../../http/schemas/me.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import type { FormDefinition } from '../kit/pages.ts';
import { installationPath, runPath } from '../kit/paths.ts';
import { may, type PageDefinition, type View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { filterBar } from '../parts/filters.ts';
import { buttonForm } from '../parts/form.ts';
import { pageHead } from '../parts/page-head.ts';
import { pager } from '../parts/pager.ts';
import { timeAgo } from '../parts/relative-time.ts';

const path = '/destinations';

const looks: Record<Destination['state'], { icon: string; tone: string; word: string; sentence: string }> = {
  ok: { icon: 'check-circle-fill', tone: 'success', word: 'works', sentence: 'Everything goes there.' },
  resting: {
    icon: 'moon',
    tone: 'attention',
    word: 'resting',
    sentence: 'It failed many times in a row and is left alone for a while; nothing is lost.',
  },
  probing: {
    icon: 'pulse',
    tone: 'attention',
    word: 'being tried',
    sentence: 'One attempt finds out whether it works again; the others wait.',
  },
  disabled: {
    icon: 'circle-slash',
    tone: 'danger',
    word: 'gone',
    sentence: 'It answered 410 Gone: nothing is sent there until somebody says so.',
  },
};

function measure(title: string, value: Html | string | number): Html {
  return html`<div>
    <dt>${title}</dt>
    <dd>${value}</dd>
  </div>`;
}

function measures({ recent, attempts, failures }: Destination): Html {
  const { success_rate: rate, p50_ms: half, p95_ms: most } = recent;
  const percent = rate === null ? null : Math.round(rate * 100);
  const bar = html`<progress value="${percent ?? 0}" max="100" aria-label="Succeeded of the last ${recent.attempts}"></progress>`;
  return html`<dl class="measures">
    ${measure('Succeeded', percent === null ? html`<span class="muted">nothing sent yet</span>` : html`<strong>${percent} %</strong> <span class="muted">of the last ${recent.attempts}</span>${bar}`)}
    ${half !== null && measure('Half took up to', `${half} ms`)} ${most !== null && measure('95 % up to', `${most} ms`)}
    ${measure('Since it is known', html`${count(attempts, 'attempt')}${failures > 0 && html`, <span class="muted">${failures.toLocaleString('en')} failed</span>`}`)}
  </dl>`;
}

/** A sentence with one dot at its end. */
const ended = (text: string): string => `${text.trimEnd().replace(/\.$/, '')}.`;

function lastsView({ last_success_at: good, last_failure_at: bad, last_failure: failure, last_run_id: run }: Destination): Html {
  const why =
    failure !== null && html`: <code>${failure.code}</code>${failure.message !== null && html` <bdi>${ended(failure.message)}</bdi>`}`;
  return html`<ul class="lasts muted">
    <li>Last success ${timeAgo(good)}</li>
    <li>Last failure ${timeAgo(bad)}${why}</li>
    ${run !== null && html`<li><a href="${runPath(run)}">The last run</a></li>`}
  </ul>`;
}

function waitingView({ state, waiting_runs: waiting, opens_at: at, installation_id: installation }: Destination): Html | false {
  if (waiting === 0 && at === null) return false;
  const runs = withQuery('/runs', { code: 'destination_resting', status: 'waiting', installation });
  return html`<p>
    ${waiting > 0 && html`<a href="${runs}">${count(waiting, 'run waits', 'runs wait')}</a> for it. `}${at !== null && state !== 'ok' && html`Next attempt ${timeAgo(at)}`}
  </p>`;
}

function destinationView(view: View, destination: Destination, account: string | undefined): Html {
  const { id, address, state, state_since: since, consecutive_failures: failures, installation_id: installation } = destination;
  const look = looks[state];
  return html`<li class="card destination destination-${state}" id="destination-${id}" data-row>
    <div class="card-top">
      <h2><span class="tone-${look.tone} status-icon">${icon(look.icon, state)}</span> <bdi>${address}</bdi></h2>
      <span class="label label-${look.tone}">${look.word}</span>
      <a class="muted" href="${installationPath(installation)}"><bdi>${account ?? `installation ${installation}`}</bdi></a>
    </div>
    ${
      state !== 'ok' &&
      html`<div class="destination-trouble">
        <div>
          <p>
            ${look.sentence}
            <span class="muted">Since ${timeAgo(since)}${failures > 0 && html`, ${count(failures, 'failure')} in a row`}</span>
          </p>
          ${waitingView(destination)}
        </div>
        ${may(view, 'manage', { installation }) && buttonForm(`${path}/${id}/enable`, { text: 'Let everything go there again', icon: 'play', label: `Let everything go to ${address} again` })}
      </div>`
    }
    ${measures(destination)} ${lastsView(destination)}
  </li>`;
}

function nothing(isFiltered: boolean): Html {
  if (isFiltered) return blank({ icon: 'filter', title: 'No such destinations', text: 'None that you see fits the filters.' });
  const text =
    'As soon as a step sends something, the place it sends to is listed here with how it answers. One that fails many times in a row is left alone for a while, so that it can recover; what was meant for it waits.';
  return blank({ icon: 'webhook', title: 'Nothing was sent yet', text });
}

/** The page of the places that steps send to, those that do not work first. */
export const destinationsPage: PageDefinition = {
  path,
  place: 'destinations',
  async render(view) {
    const { state, installation, cursor } = view.query;
    const ask = async (of: string | undefined) =>
      await view.api.get<ListAnswer<Destination>>(withQuery('/api/destinations', { state: of, installation, cursor, limit: 100 }));
    const [{ data, meta }, me] = await Promise.all([ask(state), view.api.get<Me>('/api/me')]);
    const accounts = new Map(me.installations.map(({ id, account }) => [id, account]));
    const sorted = [...data.filter((one) => one.state !== 'ok'), ...data.filter((one) => one.state === 'ok')];
    const isFiltered = (state ?? '') !== '' || (installation ?? '') !== '';
    const list = html`<ul class="destinations">
        ${sorted.map((one) => destinationView(view, one, accounts.get(one.installation_id)))}
      </ul>
      ${pager(view, meta)}`;
    const live = { destinations: data.length > 0 ? list : nothing(isFiltered) };
    const filters = filterBar(view, [
      { name: 'state', label: 'State', kind: 'choice', options: destinationStates.map((value) => ({ value, title: looks[value].word })) },
      ...(me.installations.length > 1
        ? [
            {
              name: 'installation',
              label: 'Account',
              kind: 'choice' as const,
              options: me.installations.map(({ id, account }) => ({ value: id, title: account })),
            },
          ]
        : []),
    ]);
    const body = html`${pageHead({ title: 'Where steps send to', intro: 'Each place that steps send to, how it answers, and what waits for it.' })}
    ${filters} ${livePart('destinations', live.destinations)}`;
    return { title: 'Destinations', body, live };
  },
};

/** Letting everything go to a destination again. */
export const enableDestinationForm: FormDefinition = {
  path: `${path}/:id/enable`,
  page: destinationsPage,
  pageView: () => ({ url: path }),
  submit: async ({ api, params }) =>
    await api.send({ method: 'POST', path: `/api/destinations/${encodeURIComponent(params['id'] ?? '')}/enable` }),
  done: () => ({ to: path, notice: 'enabled' }),
};

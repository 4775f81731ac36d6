import { setTimeout as pause } from 'node:timers/promises';
import type { Doctor } from '../../http/schemas/doctor.ts';
import type { Job } from '../../http/schemas/job.ts';
import type { Me } from '../../http/schemas/me.ts';
import type { Statistics } from '../../http/schemas/statistics.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import type { ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import { isLiveReading } from '../kit/live-reading.ts';
import type { FormDefinition } from '../kit/pages.ts';
import { installationPath } from '../kit/paths.ts';
import { themeOf, themes, type Theme } from '../kit/theme.ts';
import { may, type PageContent, type PageDefinition, type View } from '../kit/view.ts';
import { facts } from '../parts/facts.ts';
import { buttonForm, selectField, form } from '../parts/form.ts';
import { jobProgress } from '../parts/job-progress.ts';
import { pageHead, section } from '../parts/page-head.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { findingsList, verdictOf } from './doctor-page.ts';

const path = '/settings';

const themeTitles: Record<Theme, string> = {
  auto: 'As the system is',
  light: 'Light',
  dark: 'Dark',
  'light-high-contrast': 'Light, high contrast',
  'dark-high-contrast': 'Dark, high contrast',
};

const roleWords: Record<Me['role'], string> = {
  admin: 'administrator of this server',
  manager: 'manager',
  maintainer: 'maintainer',
  viewer: 'viewer',
  nobody: 'nobody yet: GitHub shows you no repository that this App is installed on',
};

function youSection({ login, role, github, access, installations }: Me): Html {
  const list = installations.map(
    ({ id, account, role: there }) =>
      html`<li>
        <a href="${installationPath(id)}"><bdi>${account}</bdi></a> <span class="muted">${there}</span>
      </li>`,
  );
  return section(
    'You',
    html`${facts([
        ['Signed in as', html`<bdi>${login}</bdi>`],
        ['Role', roleWords[role]],
        ['On GitHub', github === null ? 'not connected: this is the admin token' : html`<bdi>${github.name ?? github.login}</bdi>`],
        access !== null && [
          'GitHub was asked what you see',
          html`${timeAgo(access.listed_at)} ${access.error !== null && html`<span class="tone-danger">${access.error}</span>`}`,
        ],
      ])}
      ${
        list.length > 0 &&
        html`<ul class="plain-list" aria-label="Where you are">
          ${list}
        </ul>`
      }
      <div class="form-actions">
        <a class="btn btn-sm" href="/integrations">${icon('mark-github')}<span>Connection to GitHub</span></a>
        <a class="btn btn-sm" href="/tokens">${icon('key-asterisk')}<span>API tokens</span></a>
        <a class="btn btn-sm" href="/people">${icon('people')}<span>People elsewhere</span></a>
        ${buttonForm('/settings/sessions/end', { text: 'Sign out everywhere', icon: 'sign-out' })}
      </div>`,
    { id: 'you' },
  );
}

function appearanceSection(view: View): Html {
  const at = '/settings/appearance';
  const options = themes.map((theme) => ({ value: theme, title: themeTitles[theme] }));
  const field = selectField({
    view,
    path: at,
    name: 'theme',
    label: 'Colours',
    options,
    value: themeOf(view.request),
    hint: 'Remembered in this browser.',
  });
  return section('Appearance', form({ view, path: at, fields: field, submit: 'Use them' }), { id: 'appearance' });
}

function syncSection(view: View, statistics: Statistics, jobs: readonly Job[]): { fixed: Html; live: Html } {
  const { repositories, compared, failing, last_compared_at: at } = statistics;
  const live = html`${facts([
    ['Repositories', repositories.toLocaleString('en')],
    ['Compared at least once', compared.toLocaleString('en')],
    ['Failing', failing === 0 ? '0' : html`<span class="tone-danger">${failing}</span>`],
    ['Compared last', timeAgo(at)],
  ])}
  ${jobs.map(jobProgress)}`;
  const fixed =
    may(view, 'write', 'everything') && buttonForm('/settings/sync', { text: 'Compare everything with GitHub now', icon: 'sync' });
  return { fixed: html`${fixed}`, live };
}

/** How long the page waits for the doctor, who asks GitHub. Milliseconds. */
const doctorPatienceMs = 2_000;

/** What the doctor finds, for those who may hear it; undefined when GitHub takes its time. */
async function askDoctor({ api, request, requester }: View): Promise<Doctor | undefined> {
  if (!requester.admin || isLiveReading(request)) return undefined;
  const asked = api.ask<Doctor>('/api/doctor').then((answer) => (answer.ok ? answer.value : undefined));
  return await Promise.race([asked, pause(doctorPatienceMs, undefined, { ref: false })]);
}

/** `isWhole` once somebody asked for everything; before, only what is not in order. */
function testSection(view: View, { report, isWhole }: { report: Doctor | undefined; isWhole: boolean }): Html | false {
  if (!view.requester.admin) return false;
  const tested =
    report === undefined
      ? html`<p class="muted">The doctor is still asking GitHub. <a href="/doctor">See what it finds</a>.</p>`
      : html`<p class="verdict">${verdictOf(report)}</p>
          ${isWhole || report.status !== 'ok' ? findingsList(report, isWhole ? undefined : ['problem', 'warning']) : ''}`;
  return section('Connection', html`${tested}`, {
    id: 'connection',
    intro: 'Does GitHub know this App, does it reach us, does Postgres answer?',
    actions: html`${buttonForm('/settings/test', { text: 'Test the connection', icon: 'pulse' })}
      <a class="btn btn-sm" href="/doctor">Doctor</a>`,
  });
}

async function settingsContent(view: View, tested?: Doctor): Promise<PageContent> {
  const [me, statistics, jobs, report] = await Promise.all([
    view.api.get<Me>('/api/me'),
    view.api.find<Statistics>('/api/stats'),
    view.api.get<ListAnswer<Job>>('/api/jobs?limit=3'),
    tested ?? askDoctor(view),
  ]);
  const sync = statistics === undefined ? undefined : syncSection(view, statistics, jobs.data);
  const body = html`${pageHead({ title: 'Settings' })} ${youSection(me)} ${appearanceSection(view)}
  ${testSection(view, { report, isWhole: tested !== undefined })}
  ${
    sync !== undefined &&
    section('Comparing with GitHub', livePart('sync', sync.live), {
      id: 'comparing',
      intro: 'Every repository is compared on a schedule; what webhooks missed becomes the same changes.',
      actions: sync.fixed,
    })
  }
  ${section(
    'This server',
    facts([
      ['REST API', html`<a href="/api/docs">Reference</a>`],
      ['Metrics', html`<a href="/metrics">/metrics</a>`],
      ['Configuration schema', html`<a href="/schema/repowatch.json">repowatch.json</a>`],
    ]),
  )}`;
  return { title: 'Settings', body, ...(sync !== undefined && { live: { sync: sync.live } }) };
}

/** The page of what can be set, and of how the comparing stands. */
export const settingsPage: PageDefinition = { path, place: 'settings', render: async (view) => await settingsContent(view) };

const pageView = () => ({ url: path, params: {} });

/** Signing out everywhere. */
export const endSessionsForm: FormDefinition = {
  path: '/settings/sessions/end',
  page: settingsPage,
  pageView,
  submit: async ({ api }) => await api.send({ method: 'DELETE', path: '/api/me/sessions' }),
  done: () => ({ to: '/login' }),
};

/** Comparing every repository with GitHub now (features R143). */
export const syncAllForm: FormDefinition = {
  path: '/settings/sync',
  page: settingsPage,
  pageView,
  submit: async ({ api }) => await api.send({ method: 'POST', path: '/api/reconcile' }),
  done: () => ({ to: `${path}#comparing`, notice: 'started' }),
};

/** Testing the connection: what the doctor says, the App's name among it (features R143). */
export const testForm: FormDefinition = {
  path: '/settings/test',
  page: settingsPage,
  pageView,
  submit: async ({ api }) => await api.ask<Doctor>('/api/doctor'),
  reveal: async (view, { value }) => await settingsContent({ ...view, url: path }, value as Doctor),
  done: () => ({ to: path }),
};

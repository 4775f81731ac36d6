import type { z } from 'zod';
import { count } from '../../core/count.ts';
import type { Job } from '../../http/schemas/job.ts';
import type { keyReportSchema } from '../../http/schemas/secret.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import type { ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import type { FormDefinition } from '../kit/pages.ts';
import type { PageDefinition } from '../kit/view.ts';
import { dataTable } from '../parts/data-table.ts';
import { buttonForm } from '../parts/form.ts';
import { jobProgress } from '../parts/job-progress.ts';
import { pageHead, section } from '../parts/page-head.ts';

type KeyReport = z.output<typeof keyReportSchema>;

const states = { current: 'encrypts what is new', older: 'still opens what it encrypted', unknown: 'not in SECRETS_KEY' } as const;

function keyTable({ keys }: KeyReport): Html {
  return dataTable<KeyReport['keys'][number]>({
    caption: 'Keys of SECRETS_KEY',
    rows: keys,
    columns: [
      { title: 'Key', kind: 'main', cell: ({ id }) => html`<code>${id}</code>` },
      {
        title: 'State',
        cell: ({ state }) =>
          html`<span class="label ${state === 'current' ? 'label-success' : state === 'unknown' && 'label-danger'}">${state}</span>
            <span class="muted">${states[state]}</span>`,
      },
      { title: 'Values on it', kind: 'number', cell: ({ rows }) => rows },
      { title: 'Of these', cell: ({ by }) => by.map(({ what, rows }) => `${rows} ${what}`).join(', ') },
      {
        title: 'Can go',
        cell: ({ removable }) => (removable ? html`<span class="tone-success">${icon('check')} take it out of SECRETS_KEY</span>` : 'no'),
      },
    ],
  });
}

/** The page of the keys that values are encrypted with, for administrators; others are refused by the REST side. */
export const keysPage: PageDefinition = {
  path: '/secrets/keys',
  place: 'secrets',
  async render(view) {
    const [keys, jobs] = await Promise.all([
      view.api.get<KeyReport>('/api/secrets/rotate-key'),
      view.api.get<ListAnswer<Job>>('/api/jobs?kind=rotate_key&limit=5'),
    ]);
    const { remaining, unreadable, current } = keys;
    const state = html`${
      unreadable > 0 &&
      html`<p class="flash flash-danger">
        ${icon('alert')} ${count(unreadable, 'value')} cannot be opened by any key of <code>SECRETS_KEY</code>. Put the missing key back.
      </p>`
    }
    ${remaining === 0 ? html`<p class="keys-done"><span class="tone-success">${icon('check-circle-fill')}</span> Everything is encrypted with <code>${current}</code>.</p>` : html`<p>${count(remaining, 'value')} still to be encrypted with <code>${current}</code>.</p>`}
    ${keyTable(keys)}`;
    const live = {
      keys: state,
      'key-jobs': html`${jobs.data.length === 0 ? html`<p class="muted">None yet.</p>` : jobs.data.map(jobProgress)}`,
    };
    const body = html`${pageHead({
      title: 'Encryption keys',
      crumbs: [{ title: 'Secrets', path: '/secrets' }],
      intro: html`Each value has a key of its own, encrypted with the first key of <code>SECRETS_KEY</code>. To change it, put a new one in
        front and restart; what is there follows by itself, or at once with this button.`,
      actions: buttonForm('/secrets/keys/rotate', { text: 'Encrypt everything with the current key', icon: 'sync' }),
    })}
    ${livePart('keys', live.keys)} ${section('Jobs', livePart('key-jobs', live['key-jobs']))}`;
    return { title: 'Encryption keys', body, live };
  },
};

/** Encrypting everything with the current key, as a job. */
export const rotateForm: FormDefinition = {
  path: '/secrets/keys/rotate',
  page: keysPage,
  pageView: () => ({ url: '/secrets/keys' }),
  submit: async ({ api }) => await api.send({ method: 'POST', path: '/api/secrets/rotate-key' }),
  done: () => ({ to: '/secrets/keys', notice: 'started' }),
};

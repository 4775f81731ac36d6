import { recoveryStatuses } from '../../core/statuses.ts';
import type { RecoveryDelivery, RecoveryHour, RecoveryState } from '../../http/schemas/recovery.ts';
import { html } from '../html.ts';
import { withQuery, type ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import { refuseForm, type FormDefinition } from '../kit/pages.ts';
import { may, pageUrl, type PageDefinition, type View } from '../kit/view.ts';
import { blank } from '../parts/blank.ts';
import { dialog, dialogButton } from '../parts/dialog.ts';
import { filterBar } from '../parts/filters.ts';
import { buttonForm, form, refusalOf, textField } from '../parts/form.ts';
import { pageHead, section } from '../parts/page-head.ts';
import { pager } from '../parts/pager.ts';
import { gapsView, missingTable, recoveryCharts, recoveryHeadline, scanFacts } from './recovery-view.ts';

const scanPath = '/recovery/scan';
const sincePath = '/recovery/since';

const ranges = [
  { hours: '24', title: 'Last 24 h', words: 'in the last 24 h' },
  { hours: '168', title: 'Last 7 d', words: 'in the last 7 days' },
] as const;

function actionsOf(view: View) {
  return html`${buttonForm(scanPath, { text: 'Scan now', icon: 'sync' })}
  ${dialogButton('since', { text: 'Scan since…', icon: 'history', kind: 'small' })}
  ${dialog({
    id: 'since',
    title: 'Act on earlier deliveries',
    open: refusalOf(view, sincePath) !== undefined,
    body: html`<p class="muted">
        The scan goes back to this moment and acts on every delivery of GitHub’s record that is not held, also from before RepoWatch was
        there, or after a backup was restored. What is held is never acted on again.
      </p>
      ${form({
        view,
        path: sincePath,
        submit: 'Scan from there',
        fields: textField({
          view,
          path: sincePath,
          name: 'since',
          label: 'Since (UTC)',
          placeholder: '2026-11-20 00:00',
          required: true,
          maxlength: 40,
          hint: 'GitHub keeps three days of it, seven on Enterprise Server.',
        }),
      })}`,
  })}`;
}

/** The page of what GitHub could not deliver: what is proven, what was found, what to do. */
export const recoveryPage: PageDefinition = {
  path: '/recovery',
  place: 'recovery',
  async render(view) {
    const { status, cursor, hours } = view.query;
    const range = ranges.find((each) => each.hours === hours) ?? ranges[0];
    const known = recoveryStatuses.find((word) => word === status);
    const [state, byHour, missing] = await Promise.all([
      view.api.get<RecoveryState>('/api/recovery'),
      view.api.get<ListAnswer<RecoveryHour>>(`/api/recovery/hours?hours=${range.hours}`),
      view.api.get<ListAnswer<RecoveryDelivery>>(withQuery('/api/recovery/deliveries', { status: known, cursor })),
    ]);
    const live = { headline: recoveryHeadline(state), scan: scanFacts(state), charts: recoveryCharts(byHour.data, range.words) };
    const body = html`${pageHead({
      title: 'Recovery',
      icon: 'history',
      intro: html`GitHub sends each webhook once and keeps a record of it. RepoWatch reads that record and pulls what is not held here, so
      that nothing is lost.`,
      actions: may(view, 'write', 'everything') && actionsOf(view),
    })}
    ${livePart('headline', live.headline)}
    ${section('By the hour', livePart('charts', live.charts), {
      actions: html`<ul class="ranges">
        ${ranges.map(
          (each) =>
            html`<li>
              <a
                href="${pageUrl(view, { hours: each.hours === '24' ? undefined : each.hours })}"
                ${each === range && html`aria-current="true"`}
                >${each.title}</a
              >
            </li>`,
        )}
      </ul>`,
    })}
    ${section('The scan', livePart('scan', live.scan))}
    ${state.gaps.length > 0 && section('Stretches that could not be proven', gapsView(state.gaps))}
    ${section(
      'What was missing',
      html`${filterBar(view, [{ name: 'status', label: 'Became', kind: 'choice', options: recoveryStatuses }])}
      ${
        missing.data.length === 0
          ? blank({
              icon: 'verified',
              title: known === undefined ? 'Nothing was ever missing' : `Nothing is ${known}`,
              text: 'Deliveries that GitHub could not hand over are listed here, with what became of them.',
              level: 3,
            })
          : html`${missingTable(missing.data)} ${pager(view, missing.meta)}`
      }`,
    )}`;
    return { title: 'Recovery', body, live, scripts: ['charts'] };
  },
};

/** A moment as people write it, in UTC unless it says otherwise. Undefined for what is none. */
function readMoment(text: string): string | undefined {
  const given = text
    .trim()
    .replace(/^(\d{4}-\d\d-\d\d)$/, '$1T00:00')
    .replace(' ', 'T');
  const zoned = /(?:z|[+-]\d\d:?\d\d)$/i.test(given) ? given : `${given}Z`;
  const at = new Date(zoned);
  return /^\d{4}-\d\d-\d\dT/.test(given) && !Number.isNaN(at.getTime()) ? at.toISOString() : undefined;
}

/** The forms that ask for a scan. */
export const recoveryForms: readonly FormDefinition[] = [
  {
    path: scanPath,
    page: recoveryPage,
    pageView: () => ({ url: '/recovery', query: {} }),
    submit: (view) => view.api.send({ method: 'POST', path: '/api/recovery' }),
    done: () => ({ to: '/recovery', notice: 'requested' }),
  },
  {
    path: sincePath,
    page: recoveryPage,
    pageView: () => ({ url: '/recovery', query: {} }),
    submit: async (view, values) => {
      const since = readMoment(values['since'] ?? '');
      if (since === undefined) return refuseForm([{ path: 'since', message: 'must be a day or a moment, such as 2026-11-20 00:00' }]);
      return await view.api.send({ method: 'POST', path: '/api/recovery', body: { since } });
    },
    done: () => ({ to: '/recovery', notice: 'requested' }),
  },
];

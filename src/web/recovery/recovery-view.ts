import type { RecoveryDelivery, RecoveryHour, RecoveryState } from '../../http/schemas/recovery.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { deliveryPath } from '../kit/paths.ts';
import { dataTable } from '../parts/data-table.ts';
import { facts } from '../parts/facts.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { chartFigure, timeChart } from '../parts/time-chart.ts';
import { statusLabel } from '../status-view.ts';

const plural = (count: number, one: string, several = `${one}s`) => `${count.toLocaleString('en')} ${count === 1 ? one : several}`;

function toneOf({ gaps_24h: gaps, error, last_complete_scan_at: complete }: RecoveryState): { tone: string; icon: string } {
  if (gaps > 0) return { tone: 'danger', icon: 'x-circle-fill' };
  if (complete === null || error !== null) return { tone: 'attention', icon: 'alert-fill' };
  return { tone: 'success', icon: 'check-circle-fill' };
}

function proofOf(state: RecoveryState): Html | string {
  const { window, last_24h: day, last_complete_scan_at: complete } = state;
  if (window === null || complete === null)
    return 'As soon as a scan has read GitHub’s record of deliveries to its end, this page says from when on nothing is missing.';
  return html`GitHub’s record was read to its end ${timeAgo(complete)}: ${plural(day.scanned, 'entry', 'entries')} in the last 24 h, of
  which ${day.missing === 0 ? 'none was' : plural(day.missing, 'delivery', 'deliveries').concat(day.missing === 1 ? ' was' : ' were')}
  missing here. Every delivery between ${timeAgo(window.from)} and ${timeAgo(window.to)} is held or counted as lost.`;
}

/** In one sentence whether something is missing, and what proves it. */
export function recoveryHeadline(state: RecoveryState): Html {
  const look = toneOf(state);
  const text = `${state.summary[0]!.toUpperCase()}${state.summary.slice(1)}`;
  return html`<div class="health-line health-${look.tone} health-long">
      <p class="health-text"><span class="tone-${look.tone}">${icon(look.icon)}</span> <strong>${text}</strong></p>
      <p class="muted">${proofOf(state)}</p>
    </div>
    ${state.error !== null && html`<p class="flash flash-attention">${icon('alert')} ${state.error.message} It is tried again ${timeAgo(state.next_at)}.</p>`}`;
}

/** How the scan stands at this moment. */
export function scanFacts(state: RecoveryState): Html {
  const phases = { list: 'reading the record', pull: 'pulling what is missing' } as Record<string, string>;
  return facts([
    ['Now', state.scanning ? html`<span class="tone-attention">${phases[state.phase ?? ''] ?? 'scanning'}</span>` : 'resting'],
    ['Next scan', timeAgo(state.next_at, 'not planned')],
    ['Last complete scan', timeAgo(state.last_complete_scan_at)],
    ['Missing at this moment', state.pending.toLocaleString('en')],
    ['Newest delivery of the record', state.mark === null ? 'none yet' : timeAgo(state.mark.at)],
    ['Since the first start', `${plural(state.scanned, 'entry', 'entries')} read in ${plural(state.calls, 'request')}`],
    ['Recovered', `${state.recovered.toLocaleString('en')} pulled, ${state.arrived.toLocaleString('en')} came late by themselves`],
    ['Lost', state.lost === 0 ? '0' : html`<span class="tone-danger">${state.lost.toLocaleString('en')}</span>`],
  ]);
}

/** What the scans found by the hour, and how late it came. */
export function recoveryCharts(hours: readonly RecoveryHour[], words: string): Html {
  const sum = (name: 'scanned' | 'missing' | 'recovered' | 'arrived' | 'lost') => hours.reduce((total, hour) => total + hour[name], 0);
  const slowest = Math.max(0, ...hours.map(({ lag }) => lag.p95_ms ?? 0));
  const rows = (values: (hour: RecoveryHour) => (number | null)[]) => hours.map((hour) => ({ at: hour.at, values: values(hour) }));
  return html`<div class="charts">
    ${timeChart({
      id: 'chart-scanned',
      title: 'Record read',
      look: 'bars',
      unit: 'count',
      group: 'recovery',
      summary: `${plural(sum('scanned'), 'entry', 'entries')} of GitHub’s record read ${words}.`,
      series: [{ name: 'Entries', tone: 'accent' }],
      rows: rows((hour) => [hour.scanned]),
    })}
    ${timeChart({
      id: 'chart-missing',
      title: 'What was missing',
      look: 'bars',
      unit: 'count',
      group: 'recovery',
      summary:
        sum('missing') === 0
          ? `Nothing was missing ${words}.`
          : `${sum('recovered').toLocaleString('en')} pulled, ${sum('arrived').toLocaleString('en')} came late, ${sum('lost').toLocaleString('en')} lost ${words}.`,
      series: [
        { name: 'Recovered', tone: 'success' },
        { name: 'Came late', tone: 'attention' },
        { name: 'Lost', tone: 'danger' },
      ],
      rows: rows((hour) => [hour.recovered, hour.arrived, hour.lost]),
    })}
    ${timeChart({
      id: 'chart-lag',
      title: 'Lag of what was missing',
      look: 'lines',
      unit: 'ms',
      group: 'recovery',
      summary:
        slowest === 0
          ? 'Nothing had to be waited for.'
          : `From GitHub’s first try until it was held: 95 % within ${chartFigure(slowest, 'ms')}.`,
      series: [
        { name: 'Median', tone: 'accent' },
        { name: '95 %', tone: 'attention' },
      ],
      rows: rows((hour) => [hour.lag.p50_ms, hour.lag.p95_ms]),
    })}
  </div>`;
}

/** Stretches of time about which nothing is proven, and what to do about each. */
export function gapsView(gaps: RecoveryState['gaps']): Html {
  return dataTable<RecoveryState['gaps'][number]>({
    caption: 'Stretches that are not proven',
    rows: gaps,
    columns: [
      { title: 'From', kind: 'main', cell: (gap) => timeAgo(gap.from) },
      { title: 'Noticed', cell: (gap) => timeAgo(gap.noticed_at) },
      { title: 'Read to its end again', cell: (gap) => timeAgo(gap.closed_at, 'not yet') },
      {
        title: 'What to do',
        kind: 'wide',
        cell: ({ closed_at: closed, unproven_until: until }) => {
          if (closed === null)
            return 'GitHub cannot be asked: mend that soon, its record reaches back three days only (seven on Enterprise Server).';
          if (until === null) return 'Nothing: the record reached back, and everything of that time is held.';
          return html`What was sent until ${timeAgo(until)} may be missing. Branches and tags were compared with GitHub since; look through
          comments, issues and releases of that time on GitHub.`;
        },
      },
    ],
  });
}

/** Deliveries that were missing, with what became of each. */
export function missingTable(rows: readonly RecoveryDelivery[]): Html {
  return dataTable<RecoveryDelivery>({
    caption: 'Deliveries that were missing, the newest find first',
    rows,
    id: ({ id }) => `missing-${id}`,
    columns: [
      {
        title: 'Delivery',
        kind: 'main',
        cell: ({ delivery_id: id, event, action, guid }) => {
          const name = action === null ? event : `${event}.${action}`;
          return html`${id === null ? html`<strong>${name}</strong>` : html`<a href="${deliveryPath(id)}">${name}</a>`}
            <code>${guid.slice(0, 8)}</code>`;
        },
      },
      { title: 'Became', cell: ({ status }) => statusLabel(status) },
      { title: 'Sent', cell: ({ sent_at: at }) => timeAgo(at) },
      {
        title: 'Held',
        cell: ({ settled_at: at, status }) => (status === 'lost' ? html`<span class="muted">never</span>` : timeAgo(at, 'not yet')),
      },
      {
        title: 'GitHub said',
        cell: ({ answer, acknowledged }) =>
          html`${answer ?? html`<span class="muted">nothing</span>`}${acknowledged && html` <span class="muted">although it is not from us</span>`}`,
      },
      {
        title: 'Why',
        kind: 'wide',
        cell: ({ code, reason, next_attempt_at: next }) =>
          html`${code !== null && html`<code>${code}</code> `}<bdi>${reason}</bdi>${next !== null && html` <span class="muted">Next try ${timeAgo(next)}.</span>`}`,
      },
    ],
  });
}

import type { RateFigures, Rates } from '../../http/schemas/rates.ts';
import { html, type Html } from '../html.ts';
import { chartFigure, timeChart } from '../parts/time-chart.ts';

/** For how long figures are shown, in hours. */
export const rateRanges = [
  { hours: 1, title: '1 h', words: 'in the last hour' },
  { hours: 24, title: '24 h', words: 'in the last 24 hours' },
  { hours: 168, title: '7 d', words: 'in the last 7 days' },
] as const;

/** The range that an address names; 24 hours without one. */
export function readHours(text: string | undefined): (typeof rateRanges)[number] {
  return rateRanges.find(({ hours }) => String(hours) === text) ?? rateRanges[1];
}

const openOf = ({ runs }: Pick<RateFigures, 'runs'>) => runs.queued + runs.running + runs.waiting;
const failedOf = ({ runs }: Pick<RateFigures, 'runs'>) => runs.failed + runs.dead;

function tile(name: string, value: string, look: { tone?: string | false; note?: string } = {}): Html {
  return html`<div class="tile">
    <dt>${name}</dt>
    <dd class="${look.tone !== undefined && look.tone !== false && `tone-${look.tone}`}">${value}</dd>
    ${look.note !== undefined && html`<dd class="tile-note muted">${look.note}</dd>`}
  </div>`;
}

function tilesView({ totals }: Rates): Html {
  const { success_rate: rate, delay, attempt } = totals;
  const failed = failedOf(totals);
  const share = rate === null ? '–' : `${Math.floor(rate * 1_000) / 10} %`;
  return html`<dl class="tiles tiles-rates">
    ${tile('Deliveries', totals.deliveries.toLocaleString('en'), { note: `${totals.changes.toLocaleString('en')} changes` })}
    ${tile('Runs succeeded', totals.runs.succeeded.toLocaleString('en'), { note: `${openOf(totals).toLocaleString('en')} not over` })}
    ${tile('Runs failed', failed.toLocaleString('en'), { tone: failed > 0 && 'danger', note: `${share} succeeded` })}
    ${tile('Delay, median', chartFigure(delay.p50_ms, 'ms'), { note: `95 % within ${chartFigure(delay.p95_ms, 'ms')}` })}
    ${tile('Attempt, median', chartFigure(attempt.p50_ms, 'ms'), { note: `95 % within ${chartFigure(attempt.p95_ms, 'ms')}` })}
  </dl>`;
}

/** What came in and what became of it: the figures of a time, and how they went. */
export function ratesView(rates: Rates, words: string, level: 2 | 3 = 3): Html {
  const { totals, buckets } = rates;
  const row = (values: (bucket: RateFigures) => (number | null)[]) => buckets.map((bucket) => ({ at: bucket.at, values: values(bucket) }));
  const samples = totals.delay.samples;
  return html`${tilesView(rates)}
    <div class="charts">
      ${timeChart({
        id: 'chart-runs',
        title: 'Runs',
        look: 'bars',
        unit: 'count',
        group: 'rates',
        level,
        summary: `${totals.runs.succeeded.toLocaleString('en')} succeeded and ${failedOf(totals).toLocaleString('en')} failed ${words}.`,
        series: [
          { name: 'Succeeded', tone: 'success' },
          { name: 'Failed', tone: 'danger' },
          { name: 'Not over', tone: 'attention' },
        ],
        rows: row((bucket) => [bucket.runs.succeeded, failedOf(bucket), openOf(bucket)]),
      })}
      ${timeChart({
        id: 'chart-intake',
        title: 'Intake',
        look: 'lines',
        unit: 'count',
        group: 'rates',
        level,
        summary: `${totals.deliveries.toLocaleString('en')} deliveries told of ${totals.changes.toLocaleString('en')} changes ${words}.`,
        series: [
          { name: 'Deliveries', tone: 'accent' },
          { name: 'Changes', tone: 'done' },
        ],
        rows: row((bucket) => [bucket.deliveries, bucket.changes]),
      })}
      ${timeChart({
        id: 'chart-delay',
        title: 'Delay until the first attempt',
        look: 'lines',
        unit: 'ms',
        group: 'rates',
        level,
        summary:
          samples === 0
            ? `No run began ${words}.`
            : `Half of the runs began within ${chartFigure(totals.delay.p50_ms, 'ms')} of the delivery, 95 % within ${chartFigure(totals.delay.p95_ms, 'ms')}.`,
        series: [
          { name: 'Median', tone: 'accent' },
          { name: '95 %', tone: 'attention' },
        ],
        rows: row((bucket) => [bucket.delay.p50_ms, bucket.delay.p95_ms]),
      })}
    </div>`;
}

import { html, type Html } from '../html.ts';

/** What a line or a bar of a chart stands for. */
interface ChartSeries {
  name: string;
  tone: 'success' | 'danger' | 'attention' | 'accent' | 'done' | 'muted';
}

/** Figures by the clock, drawn where there is a script and a table everywhere. */
export interface TimeChart {
  /** A name in the page. */
  id: string;
  title: string;
  /** One sentence that says what there is to see. */
  summary: string;
  /** `bars` are stacked, `lines` are not. */
  look: 'bars' | 'lines';
  unit: 'count' | 'ms';
  series: readonly ChartSeries[];
  /** By time, without a hole; null where there was nothing to measure. */
  rows: readonly { at: string; values: readonly (number | null)[] }[];
  /** Charts of one page with the same name share their cursor. */
  group?: string;
  /** The rank of its heading. */
  level?: 2 | 3;
}

/** A figure as charts and their tables write it. Must say what the script says (assets/charts/10-time-chart.js). */
export function chartFigure(value: number | null, unit: TimeChart['unit']): string {
  if (value === null) return '–';
  if (unit === 'count') return value.toLocaleString('en');
  if (value < 1_000) return `${Math.round(value)} ms`;
  if (value < 100_000) return `${(value / 1_000).toFixed(value < 10_000 ? 1 : 0)} s`;
  return `${Math.round(value / 60_000).toLocaleString('en')} min`;
}

function tableView({ id, title, unit, series, rows }: TimeChart): Html {
  const row = ({ at, values }: TimeChart['rows'][number]) =>
    html`<tr data-at="${Date.parse(at) / 1000}">
      <th scope="row">${at.slice(5, 16).replace('T', ' ')}</th>
      ${values.map((value) => html`<td data-value="${value}">${chartFigure(value, unit)}</td>`)}
    </tr>`;
  return html`<details class="chart-table" id="${id}-table">
    <summary>As a table</summary>
    <div class="chart-scroll" role="region" aria-label="${title}, as a table" tabindex="0">
      <table>
        <caption class="sr-only">
          ${title}, times in UTC
        </caption>
        <thead>
          <tr>
            <th scope="col">UTC</th>
            ${series.map(({ name }) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(row)}
        </tbody>
      </table>
    </div>
  </details>`;
}

/**
 * Shows a chart; the page has to name `scripts: ['charts']`. The script (assets/charts/10-time-chart.js) reads the table, so that everybody has the
 * same figures, and draws again whenever a live update changes it.
 */
export function timeChart(chart: TimeChart): Html {
  const { id, title, summary, look, unit, series, group = id, level = 3 } = chart;
  const heading = level === 2 ? html`<h2>${title}</h2>` : html`<h3>${title}</h3>`;
  const tones = series.map(({ tone }) => tone).join(' ');
  return html`<time-chart class="chart" id="${id}" data-look="${look}" data-unit="${unit}" data-group="${group}" data-tones="${tones}">
    <div class="chart-head">
      ${heading}
      <ul class="chart-legend">
        ${series.map(
          ({ name, tone }, index) =>
            html`<li><span class="swatch swatch-${tone}"></span>${name} <output class="lazy" id="${id}-now-${index}"></output></li>`,
        )}
      </ul>
    </div>
    <div class="chart-plot lazy" id="${id}-plot" role="img" tabindex="0" aria-label="${title}. ${summary} Arrow keys read it."></div>
    <p class="chart-reading sr-only lazy" id="${id}-reading" aria-live="polite"></p>
    <p class="chart-summary muted">${summary}</p>
    ${tableView(chart)}
  </time-chart>`;
}

// Draws the charts of parts/time-chart.ts. What is drawn stands in the table below each chart; when a live update changes the table, it is drawn
// again. Colours are the style's, so that a chart changes with the theme.
const { uPlot } = window;
const drawn = new Set();

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const plain = new Intl.NumberFormat('en');

function figure(value, unit) {
  if (value === null || value === undefined) return '–';
  if (unit === 'count') return plain.format(value);
  if (value < 1_000) return `${Math.round(value)} ms`;
  if (value < 100_000) return `${(value / 1_000).toFixed(value < 10_000 ? 1 : 0)} s`;
  return `${plain.format(Math.round(value / 60_000))} min`;
}

const tick = (value, unit) => (unit !== 'count' ? figure(value, unit) : Number.isInteger(value) ? compact.format(value) : '');

const hours = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const days = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric' });
const whole = new Intl.DateTimeFormat(undefined, { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** Each sum stands on the one before, so that bars are stacked; the last one is the tallest and is drawn first. */
function stack(columns) {
  const sums = columns[0]?.map(() => 0) ?? [];
  return columns.map((column) => column.map((value, index) => (sums[index] += value ?? 0)));
}

/** Points without neighbours, through which no line goes. */
function alone(plot, series) {
  const values = plot.data[series];
  const isNone = (index) => values[index] === null || values[index] === undefined;
  return values.flatMap((_, index) => (!isNone(index) && isNone(index - 1) && isNone(index + 1) ? [index] : []));
}

class TimeChart extends HTMLElement {
  connectedCallback() {
    this.table = this.querySelector('table');
    this.place = this.querySelector('.chart-plot');
    if (this.table === null || this.place === null) return;
    drawn.add(this);
    this.watch = new MutationObserver(() => this.later());
    this.watch.observe(this.table, { childList: true, subtree: true, attributes: true, characterData: true });
    this.size = new ResizeObserver(() => this.fit());
    this.size.observe(this.place);
    this.place.addEventListener('keydown', (event) => this.press(event));
    this.place.addEventListener('blur', () => this.point(null));
    this.draw();
  }

  disconnectedCallback() {
    drawn.delete(this);
    this.watch?.disconnect();
    this.size?.disconnect();
    this.plot?.destroy();
    this.plot = undefined;
  }

  /** Many rows change at once: they are drawn once. */
  later() {
    cancelAnimationFrame(this.soon);
    this.soon = requestAnimationFrame(() => this.draw());
  }

  read() {
    const rows = [...this.table.tBodies[0].rows];
    const valueOf = ({ dataset }) => (dataset.value === undefined || dataset.value === '' ? null : Number(dataset.value));
    this.names = [...this.table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent.trim());
    this.times = rows.map((row) => Number(row.dataset.at));
    this.columns = this.names.map((_, index) => rows.map((row) => valueOf(row.cells[index + 1])));
  }

  draw() {
    this.read();
    const isEmpty = this.columns.every((values) => values.every((value) => value === null));
    this.place.classList.toggle('is-empty', isEmpty);
    if (this.times.length < 2 || isEmpty) return;
    const columns = this.dataset.look === 'bars' ? stack(this.columns).toReversed() : this.columns;
    const data = [this.times, ...columns];
    if (this.plot !== undefined && this.plot.series.length === data.length) this.plot.setData(data);
    else {
      this.plot?.destroy();
      this.plot = new uPlot(this.options(), data, this.place);
    }
    this.tell(this.plot.cursor.idx);
  }

  options() {
    const { look, unit, group } = this.dataset;
    const style = getComputedStyle(this);
    const colour = (name) => () => style.getPropertyValue(`--chart-${name}`).trim();
    const isBars = look === 'bars';
    const tones = isBars ? this.dataset.tones.split(' ').toReversed() : this.dataset.tones.split(' ');
    const axis = { stroke: colour('text'), font: '11px system-ui, sans-serif', ticks: { show: false }, gap: 6 };
    const bars = uPlot.paths.bars({ size: [0.78, 40], radius: 0.15 });
    const series = tones.map((tone) =>
      isBars
        ? { fill: colour(tone), width: 0, paths: bars, points: { show: false } }
        : { stroke: colour(tone), width: 1.75, points: { show: true, size: 5, fill: colour(tone), filter: alone } },
    );
    const padding = () => (isBars ? (this.times[1] - this.times[0]) / 2 : 0);
    const atTime = (_, ticks) => {
      const format = this.times.at(-1) - this.times[0] > 180_000 ? days : hours;
      return ticks.map((at) => format.format(at * 1000));
    };
    return {
      width: this.place.clientWidth,
      height: this.place.clientHeight,
      padding: [6, 8, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: false, y: false },
        sync: { key: group },
        points: { show: !isBars, size: 7, fill: (_, index) => colour(tones[index - 1])() },
      },
      scales: {
        x: { range: (_, from, until) => [from - padding(), until + padding()] },
        y: { range: (_, _from, until) => [0, Math.max(until ?? 0, unit === 'count' ? 4 : 10) * 1.08] },
      },
      axes: [
        { ...axis, grid: { show: false }, size: 22, space: 64, values: atTime },
        {
          ...axis,
          grid: { stroke: colour('grid'), width: 1 },
          size: 52,
          space: 32,
          values: (_, ticks) => ticks.map((value) => tick(value, unit)),
        },
      ],
      series: [{}, ...series],
      hooks: { setCursor: [(plot) => this.tell(plot.cursor.idx)] },
    };
  }

  /** The figures at a place of the time, in the legend; without one those of all the time, where they can be added up. */
  tell(index) {
    const { unit } = this.dataset;
    this.columns.forEach((values, column) => {
      const output = document.getElementById(`${this.id}-now-${column}`);
      if (output === null) return;
      const isAt = index !== null && index !== undefined;
      if (isAt) output.textContent = figure(values[index], unit);
      else
        output.textContent =
          unit === 'count'
            ? figure(
                values.reduce((sum, value) => sum + (value ?? 0), 0),
                unit,
              )
            : '';
    });
  }

  point(index) {
    if (index === null) this.plot?.setCursor({ left: -10, top: -10 }, true, true);
    else this.plot?.setCursor({ left: this.plot.valToPos(this.times[index], 'x'), top: 4 }, true, true);
  }

  press(event) {
    const last = (this.times?.length ?? 0) - 1;
    const at = this.plot?.cursor.idx ?? null;
    if (event.key === 'Escape') this.point(null);
    const next = { ArrowLeft: (at ?? last + 1) - 1, ArrowRight: (at ?? -1) + 1, Home: 0, End: last }[event.key];
    if (next === undefined || last < 1) return;
    event.preventDefault();
    const index = Math.min(Math.max(next, 0), last);
    this.point(index);
    const figures = this.names.map((name, column) => `${name} ${figure(this.columns[column][index], this.dataset.unit)}`);
    document.getElementById(`${this.id}-reading`).textContent = `${whole.format(this.times[index] * 1000)}: ${figures.join(', ')}`;
  }

  fit() {
    const { clientWidth: width, clientHeight: height } = this.place;
    if (this.plot !== undefined && width > 0) this.plot.setSize({ width, height });
  }
}
customElements.define('time-chart', TimeChart);

// Another theme: the same figures in its colours.
const recolour = () => drawn.forEach((chart) => chart.plot?.redraw(false));
for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)']) matchMedia(query).addEventListener('change', recolour);
new MutationObserver(recolour).observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });

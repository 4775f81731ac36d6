import type { AttemptStatus } from '../../core/statuses.ts';
import { html, type Html } from '../html.ts';
import { timeAgo } from '../parts/relative-time.ts';
import { describeDuration } from '../status-view.ts';

/** As much of a run as its time tells. */
interface TimedRun {
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  steps: readonly {
    key: string | null;
    name: string | null;
    kind: string;
    attempts: readonly { number: number; status: AttemptStatus; started_at: string; duration_ms: number | null; retry_at: string | null }[];
  }[];
}

/** One line: what took how long, and how long was waited after it. Milliseconds since 1970. */
interface Line {
  label: string;
  tone: 'wait' | 'success' | 'danger' | 'running';
  from: number;
  to: number;
  /** Until when the next try was waited for. */
  rest: number | undefined;
}

/** Lines shown; a run of more tries than this is told by its list of attempts. */
const shownLines = 40;

/** The width of the drawing, in its own units. */
const width = 1_000;

const tones: Record<AttemptStatus, Line['tone']> = { started: 'running', succeeded: 'success', failed: 'danger', interrupted: 'danger' };

function attemptLines(run: TimedRun, end: number): Line[] {
  return run.steps.flatMap((step) =>
    step.attempts.map((attempt, index): Line => {
      const from = Date.parse(attempt.started_at);
      const to = attempt.duration_ms === null ? end : from + attempt.duration_ms;
      const next = step.attempts[index + 1];
      const until = next === undefined ? attempt.retry_at : next.started_at;
      const label = `${step.name ?? step.key ?? step.kind} #${attempt.number}`;
      return { label, tone: tones[attempt.status], from, to, rest: until === null ? undefined : Math.min(Date.parse(until), end) };
    }),
  );
}

function readLines(run: TimedRun): { lines: Line[]; from: number; end: number } {
  const from = Date.parse(run.created_at);
  const end = run.finished_at === null ? Date.now() : Date.parse(run.finished_at);
  // A try may be written down a moment before its run is: what is first counts.
  const first = run.steps.flatMap(({ attempts }) => attempts.map(({ started_at: at }) => Date.parse(at)));
  const begun = Math.min(run.started_at === null ? end : Date.parse(run.started_at), ...first);
  const queued: Line = { label: 'Queued', tone: 'wait', from, to: begun, rest: undefined };
  return { lines: [queued, ...attemptLines(run, end)], from, end: Math.max(end, from + 1) };
}

function lineView({ label, tone, from, to, rest }: Line, scale: (at: number) => number): Html {
  const x = scale(from);
  const long = Math.max(scale(to) - x, 4);
  const took = describeDuration(to - from);
  const waited = rest === undefined || rest <= to ? undefined : scale(rest) - scale(to);
  return html`<li>
    <span class="waterfall-label"><bdi>${label}</bdi></span>
    <svg class="waterfall-bar" viewBox="0 0 ${width} 8" preserveAspectRatio="none" aria-hidden="true">
      <rect class="bar-track" width="${width}" height="8" />
      ${waited !== undefined && html`<rect class="bar-rest" x="${scale(to)}" width="${waited}" y="3" height="2" />`}
      <rect class="bar-${tone}" x="${Math.min(x, width - 4)}" width="${long}" height="8" />
    </svg>
    <span class="waterfall-took muted">${tone === 'running' ? 'running' : took}</span>
  </li>`;
}

/** When a run waited, tried, waited again and was over: one line for each try, on one scale. */
export function waterfall(run: TimedRun): Html {
  const { lines, from, end } = readLines(run);
  const scale = (at: number) => Math.round((Math.min(Math.max(at - from, 0), end - from) / (end - from)) * width);
  const more = lines.length - shownLines;
  return html`<div class="waterfall">
    <ol>
      ${lines.slice(0, shownLines).map((line) => lineView(line, scale))}
    </ol>
    ${more > 0 && html`<p class="muted">and ${more} more</p>`}
    <p class="waterfall-scale muted">
      <span>Queued ${timeAgo(run.created_at)}</span
      ><span>${run.finished_at === null ? 'not over yet' : html`over after ${describeDuration(end - from)}`}</span>
    </p>
  </div>`;
}

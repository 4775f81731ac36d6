import { styleText } from 'node:util';
import { isReached, type BenchResult, type Goal } from './bench-result.ts';
import { rounded, roundedAll } from './measure.ts';

const columns = ['bench', 'what', 'measured', 'yardstick', 'compared', 'to reach', 'reached'];

/** The result with figures that a person can read. */
export function tidy(result: BenchResult): BenchResult {
  return {
    ...result,
    figures: roundedAll(result.figures),
    yardstick: roundedAll(result.yardstick),
    ratio: rounded(result.ratio),
    ...(result.goals
      ? { goals: result.goals.map((goal) => ({ ...goal, measured: rounded(goal.measured), value: rounded(goal.value) })) }
      : {}),
  };
}

/** The lines of a table, as cells of text. */
function toRows(result: BenchResult): string[][] {
  const goals: Goal[] = result.goals ?? [];
  return goals.map((goal) => [
    result.name,
    goal.what,
    withUnit(goal.measured, goal.unit),
    goal.yardstick === undefined ? '–' : withUnit(goal.yardstick, goal.unit),
    isRatio(goal) ? `${show(goal.value)} ×` : '–',
    `${goal.better === 'more' ? 'at least' : 'at most'} ${show(goal.reach)}${isRatio(goal) ? ' ×' : ` ${goal.unit}`}`,
    isReached(goal) ? 'yes' : 'NO',
  ]);
}

function isRatio(goal: Goal): boolean {
  return goal.value !== goal.measured;
}

function withUnit(value: number, unit: string): string {
  return `${show(value)} ${unit}`;
}

function show(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en-US') : String(rounded(value));
}

/** The rows of bench/README.md; `command` is what gives these figures again. */
export function renderMarkdown(results: BenchResult[]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const head = [...columns, 'command'];
  const rows = results.flatMap((result) => toRows(result).map((cells) => cells.concat(`\`npm run bench -- ${result.name}\``)));
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** One benchmark for the terminal: its goals as a table, then all its figures. */
export function renderText(result: BenchResult): string {
  const rows = [columns.slice(1), ...toRows(result).map((cells) => cells.slice(1))];
  const widths = columns.slice(1).map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  const lines = rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  const colour = lines.map((text, index) =>
    index === 0 ? styleText('dim', text) : styleText(text.endsWith('NO') ? 'red' : 'green', text),
  );
  const list = (values: Record<string, number>) =>
    Object.entries(roundedAll(values))
      .map(([name, value]) => `${name} ${value}`)
      .join(' · ');
  return [
    styleText('bold', result.name),
    ...(rows.length > 1 ? colour : []),
    `figures: ${list(result.figures)}`,
    `yardstick: ${list(result.yardstick)}`,
    `ratio: ${rounded(result.ratio)} (${result.unit})`,
  ].join('\n');
}

import type { Problem } from '../watches/problems.ts';

/** Writes text in colour on a terminal, and as it is everywhere else. */
export type Paint = (colour: 'red' | 'yellow' | 'green' | 'dim' | 'bold', text: string) => string;

const codes = { red: 31, yellow: 33, green: 32, dim: 2, bold: 1 };

/** Colours where somebody looks at a terminal that wants them (https://no-color.org). */
export function createPaint(isTerminal: boolean, environment: Record<string, string | undefined>): Paint {
  const wanted = isTerminal && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb';
  return (colour, text) => (wanted ? `\u001B[${codes[colour]}m${text}\u001B[0m` : text);
}

/** One line for a problem, as compilers write it: `file:line:column: message`. */
export function problemLine(path: string, { line, column, message, severity }: Problem): string {
  return `${path}:${line}:${column}: ${severity === 'warning' ? 'warning: ' : ''}${message}`;
}

/** The longest part of a line that is shown. */
const shownWidth = 100;

/** A problem for people at a terminal: the line it is in, a caret below its place, and what to do. */
export function drawProblem(path: string, problem: Problem, look: { text: string; paint: Paint }): string[] {
  const { line, column, message, hint, severity } = problem;
  const { text, paint } = look;
  const colour = severity === 'warning' ? 'yellow' : 'red';
  const drawn = [`${paint('bold', `${path}:${line}:${column}:`)} ${paint(colour, severity)}: ${message}`];
  const source = visible(text.split('\n')[line - 1] ?? '');
  if (source.trim() !== '') {
    const from = column > shownWidth ? column - Math.floor(shownWidth / 2) : 1;
    const margin = String(line);
    drawn.push(`  ${paint('dim', `${margin} |`)} ${source.slice(from - 1, from - 1 + shownWidth)}`);
    drawn.push(`  ${paint('dim', `${' '.repeat(margin.length)} |`)} ${' '.repeat(column - from)}${paint(colour, '^')}`);
  }
  if (!message.endsWith(hint)) drawn.push(`  ${paint('dim', hint)}`);
  return drawn;
}

/** A line of a file, without what would move the caret or steer the terminal. */
function visible(line: string): string {
  return line.replaceAll('\t', ' ').replaceAll(/\p{Cc}/gu, '');
}

import type { Paint } from './show-problem.ts';

/** One column of a table: its heading, and what a row has in it; null and undefined are shown as `-`. */
export interface Column<Row> {
  title: string;
  cell(row: Row): string | number | null | undefined;
  /** How the text of a cell is painted on a terminal; plain without it. */
  colour?(row: Row): Parameters<Paint>[0] | undefined;
}

/** Strangers write it: control characters and the marks that turn the direction of writing must not steer the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, '?');
}

/** How many columns of a terminal a text takes: wide letters take two, marks on a letter none. */
function widthOf(text: string): number {
  let width = 0;
  for (const letter of text) width += /\p{Mn}|\p{Me}|\p{Cf}/u.test(letter) ? 0 : wide.test(letter) ? 2 : 1;
  return width;
}

const wide = /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}/u;

/** How a table is to look. */
export interface TableLook {
  paint: Paint;
  /** How many columns the terminal has; the widest cells are cut to fit. Without it nothing is cut. */
  width?: number | undefined;
}

/** The lines of a table for people: a heading, then a line for each row, columns two spaces apart. The last column is never padded. */
export function drawTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[], { paint, width }: TableLook): string[] {
  const titles = columns.map(({ title }) => title.toUpperCase());
  const whole = rows.map((row) => columns.map((column) => textOf(column.cell(row))));
  const wanted = titles.map((title, index) => Math.max(widthOf(title), ...whole.map((line) => widthOf(line[index] ?? ''))));
  const widths = width === undefined ? wanted : fitWidths(wanted, width);
  const cells = whole.map((line) => line.map((text, index) => cutText(text, widths[index]!)));
  const line = (texts: readonly string[], look: (text: string, index: number) => string) =>
    texts
      .map((text, index) => look(text, index) + (index === texts.length - 1 ? '' : ' '.repeat(widths[index]! - widthOf(text))))
      .join('  ');
  return [
    line(
      titles.map((title, index) => cutText(title, widths[index]!)),
      (text) => paint('dim', text),
    ),
    ...cells.map((texts, number) =>
      line(texts, (text, index) => {
        const colour = columns[index]?.colour?.(rows[number]!);
        return colour === undefined ? text : paint(colour, text);
      }),
    ),
  ];
}

/** A column is never cut below this, so that something of it can be read. */
const leastWidth = 6;

/** Takes from the widest columns until all fit side by side. */
function fitWidths(wanted: readonly number[], width: number): number[] {
  const widths = [...wanted];
  let over = widths.reduce((sum, one) => sum + one + 2, -2) - width;
  for (; over > 0; over -= 1) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest]! <= leastWidth) break;
    widths[widest]! -= 1;
  }
  return widths;
}

/** A text in at most so many columns of a terminal; what is cut off is told by `…`. */
export function cutText(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let cut = '';
  let taken = 0;
  for (const letter of text) {
    taken += widthOf(letter);
    if (taken > width - 1) break;
    cut += letter;
  }
  return `${cut}…`;
}

function textOf(value: string | number | null | undefined): string {
  return value === null || value === undefined || value === '' ? '-' : printable(String(value));
}

/** A moment for people: `2026-11-22 02:10`, in UTC as every time of RepoWatch. */
export function shortTime(iso: string | null | undefined): string | null {
  return iso === null || iso === undefined ? null : iso.slice(0, 16).replace('T', ' ');
}

import { isMoment, relativeTime } from './relative-time.ts';
import type { Columns, Section } from './remote-verb.ts';
import { cutText, drawTable, printable, type Column, type TableLook } from './show-table.ts';
import type { Paint } from './show-problem.ts';

const colours: readonly [colour: Parameters<Paint>[0], words: RegExp][] = [
  ['green', /^(?:succeeded|processed|active|ok|done|synced|recovered|arrived|ready|success|moved|matched)$/],
  ['red', /^(?:failed|dead|errored|lost|disabled|revoked|expired|problem|invalid|deleted|suspended|refused|load_error|not_ready)$/],
  ['yellow', /^(?:queued|running|waiting|unprocessed|processing|reprocessing|resting|probing|missing|warning|interrupted|started)$/],
  ['dim', /^(?:ignored|cancelled|skipped|absent|removed|archived|unchanged|unknown|superseded|no)$/],
];

/** How a word for a state is painted. */
export function colourOf(word: unknown): Parameters<Paint>[0] | undefined {
  return typeof word === 'string' ? colours.find(([, words]) => words.test(word))?.[0] : undefined;
}

/** The columns of a verb as tables take them: moments become how long ago they were, states get their colours. */
export function toColumns<Row>(columns: Columns<Row>): Column<Row>[] {
  return Object.entries(columns).map(([title, cell]): Column<Row> => {
    const shown = (row: Row) => {
      const value = cell(row);
      if (typeof value === 'boolean') return value ? 'yes' : 'no';
      return isMoment(value) ? relativeTime(value) : value;
    };
    const isState = /^(?:status|state|verdict|level)$/.test(title);
    return isState ? { title, cell: shown, colour: (row) => colourOf(cell(row)) } : { title, cell: shown };
  });
}

/** A thing for people: a line for each of its parts, and tables below it. */
export function drawThing(
  thing: unknown,
  { sections = {}, hidden = [] }: { sections?: Record<string, Section> | undefined; hidden?: readonly string[] | undefined },
  look: TableLook,
): string[] {
  const gone = new Set([...Object.keys(sections), ...hidden]);
  const parts = Object.entries(Object(thing) as object).filter(([key]) => !gone.has(key));
  const flat = parts.flatMap(([key, value]) => flatten(key, value));
  const width = Math.max(0, ...flat.filter(({ text }) => text !== undefined).map(({ key }) => key.length));
  const lines = flat.flatMap(({ key, text, block = [] }) =>
    text === undefined ? drawBlock(key, block) : [fit(`${printable(key).padEnd(width)}  `, text, look)],
  );
  return [...lines, ...Object.entries(sections).flatMap(([title, of]) => drawSection(title, of, { thing, look }))];
}

function drawBlock(key: string, block: readonly string[]): string[] {
  return [`${printable(key)}:`].concat(block.map((line) => `  ${printable(line)}`));
}

interface Part {
  key: string;
  text?: string;
  block?: string[];
}

function flatten(key: string, value: unknown): Part[] {
  if (value === null || value === undefined || value === '') return [{ key, text: '-' }];
  if (typeof value === 'boolean') return [{ key, text: value ? 'yes' : 'no' }];
  if (isMoment(value)) return [{ key, text: `${value.slice(0, 19).replace('T', ' ')} (${relativeTime(value)})` }];
  if (typeof value === 'string' && value.includes('\n')) return [{ key, block: value.trimEnd().split('\n') }];
  if (typeof value === 'string' || typeof value === 'number') return [{ key, text: String(value) }];
  if (typeof value !== 'object') return [];
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object'))
    return [{ key, text: value.length === 0 ? '-' : value.join(', ') }];
  const entries = Object.entries(value);
  if (entries.length === 0) return [{ key, text: '-' }];
  if (!Array.isArray(value) && entries.length <= 12 && entries.every(([, one]) => one === null || typeof one !== 'object'))
    return entries.flatMap(([name, one]) => flatten(`${key}.${name}`, one));
  return [{ key, block: JSON.stringify(value, null, 2).split('\n') }];
}

function fit(key: string, text: string, { paint, width }: TableLook): string {
  const clean = printable(text);
  const shown = width === undefined ? clean : cutText(clean, Math.max(width - key.length, 20));
  const colour = /(?:^|\.)(?:status|state)\s*$/.test(key) ? colourOf(text) : undefined;
  return `${paint('dim', key)}${colour === undefined ? shown : paint(colour, shown)}`;
}

function drawSection(title: string, { rows, columns }: Section, { thing, look }: { thing: unknown; look: TableLook }): string[] {
  const found = rows(thing as never);
  if (found.length === 0) return [];
  return ['', look.paint('bold', title), ...drawTable(found as never[], toColumns(columns), look)];
}

import { isDeepStrictEqual } from 'node:util';
import { valueOfYaml } from '../../watches/edit-yaml.ts';
import { renderBlock } from '../../watches/render-yaml.ts';
import { isObject, textOf, type EditorField } from './json-fields.ts';

/** Without the line ends at its end. No pattern: one would try again at each of a million line ends. */
function tidy(text: string): string {
  const plain = text.replaceAll('\r\n', '\n');
  let end = plain.length;
  while (plain[end - 1] === '\n') end -= 1;
  return plain.slice(0, end);
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : [value]);

/** A time of a schedule as one line: five parts, and the time zone when it is another than UTC. */
function showTime(time: unknown): string {
  if (!isObject(time)) return '';
  const { cron, timezone } = time;
  return [cron, timezone]
    .filter((part) => part !== undefined)
    .map(String)
    .join(' ');
}

/** What a field's control holds for what the file says. */
export function showField({ kind, value }: Pick<EditorField, 'kind' | 'value'>): string {
  if (value === undefined || value === null) return '';
  if (kind === 'yaml') return renderBlock(value, '');
  if (kind === 'times') return listOf(value).map(showTime).join('\n');
  if (kind === 'lines' || kind === 'words') return listOf(value).map(String).join('\n');
  return isObject(value) || Array.isArray(value) ? JSON.stringify(value) : textOf(value);
}

/** What somebody filled in: the same as the file says, another value (undefined for none), or what is wrong with it. */
export type FieldReading = { is: 'same' } | { is: 'changed'; value: unknown } | { is: 'wrong'; message: string };

/** Compares what was filled in with what the file says, and reads it where it differs. */
export function readField(field: EditorField, filledIn: string): FieldReading {
  const text = tidy(filledIn);
  if (field.kind === 'words' ? sameWords(text, showField(field)) : text === tidy(showField(field))) return { is: 'same' };
  if (text.trim() === '') return { is: 'changed', value: undefined };
  const value = readText(field, text);
  if (value instanceof Error) return { is: 'wrong', message: value.message };
  return isDeepStrictEqual(value, field.value) ? { is: 'same' } : { is: 'changed', value };
}

const wordsOf = (text: string): string[] => text.split('\n').filter((word) => word !== '');
const sameWords = (one: string, other: string): boolean => isDeepStrictEqual(wordsOf(one).sort(), wordsOf(other).sort());

function readText({ kind, options, numeric, path }: EditorField, text: string): unknown {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (kind === 'flag') return text === 'true';
  if (kind === 'times') return lines.map(readTime);
  if (kind === 'words') return lines;
  // A word that stands for itself, such as `standard`, is no list of one.
  if (kind === 'lines') return lines.length === 1 && (options.includes(lines[0]!) || isWhole(lines[0]!)) ? lines[0] : lines;
  if (kind === 'yaml') {
    const read = valueOfYaml(text);
    return read === undefined
      ? new Error(`This is not YAML: look at the indentation, the colons and the quotes of ${String(path.at(-1))}.`)
      : read.value;
  }
  return numeric && /^-?\d{1,15}(?:\.\d{1,9})?$/.test(text) ? Number(text) : text;
}

/** One expression can stand for a whole list. */
const isWhole = (line: string): boolean => /^\$\{\{.*\}\}$/.test(line);

function readTime(line: string): Record<string, string> {
  const parts = line.split(/\s+/);
  const zone = parts.slice(5).join(' ');
  return { cron: parts.slice(0, 5).join(' '), ...(zone !== '' && { timezone: zone }) };
}

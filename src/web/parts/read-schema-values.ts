import type { JsonSchema } from '../../watches/json-schema.ts';
import { hiddenMark, splitLine } from './hidden-lines.ts';
import { fieldsOf, namesValue, readLine, type SchemaField } from './schema-shape.ts';

/** What a form said, as JSON to send, and what could not be read as the field's path and what is wrong with it. */
export interface ReadValues {
  value: Record<string, unknown>;
  problems: { path: string; message: string }[];
}

/** What was filled in, by the names that `schemaFields` gave. */
interface Reading {
  values: Readonly<Record<string, string>>;
  problems: ReadValues['problems'];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

function readRecord(text: string, { at, before, reading }: { at: string; before: unknown; reading: Reading }): Record<string, unknown> {
  const refuse = (message: string) => {
    reading.problems.push({ path: at, message });
    return [];
  };
  const entries = linesOf(text).flatMap((line, index): [string, unknown][] => {
    const pair = splitLine(line);
    if (pair === undefined) return refuse(`Line ${index + 1} must be \`name: value\`.`);
    const { name, value } = pair;
    if (value !== hiddenMark) return [[name, readLine(value)]];
    if (isObject(before) && Object.hasOwn(before, name)) return [[name, before[name]]];
    return refuse(`${name} was not kept. Write it again, or name a secret: \`\${{ secrets.NAME }}\`.`);
  });
  return Object.fromEntries(entries);
}

function readJson(text: string, { at, asText, reading }: { at: string; asText: boolean; reading: Reading }): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (asText || namesValue(text)) return text;
    const reason = error instanceof Error || Error.isError(error) ? error.message : 'it cannot be read';
    reading.problems.push({ path: at, message: `This is not JSON: ${reason}.` });
    return undefined;
  }
}

function readFlag(field: SchemaField, text: string | undefined): unknown {
  if (text !== undefined && namesValue(text)) return text.trim();
  const value = text === 'on' || text === 'true';
  const preset = field.schema['default'] === true;
  return value === preset && !field.required ? undefined : value;
}

function readList(lines: string[], shape: { single: boolean; number: boolean }): unknown {
  const items = lines.map((line) => (shape.number && /^\d{1,15}$/.test(line) ? Number(line) : line));
  if (items.length === 1 && (shape.single || namesValue(lines[0]!))) return items[0];
  return items;
}

function readText(text: string, shape: { long: boolean; number: boolean }): unknown {
  const value = shape.long ? text : text.trim();
  return shape.number && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
}

function readField(field: SchemaField, { at, before, reading }: { at: string; before: unknown; reading: Reading }): unknown {
  const { shape } = field;
  if (shape.kind === 'object') {
    const former = shape.text !== undefined && typeof before === 'string' ? { [shape.text]: before } : before;
    const value = readObject(shape.schema, { prefix: `${at}.`, before: isObject(former) ? former : {}, reading });
    const whole = reading.values[at]?.trim();
    if (whole !== undefined && namesValue(whole)) return whole;
    return Object.keys(value).length === 0 ? undefined : value;
  }
  const text = reading.values[at]?.replaceAll('\r\n', '\n');
  if (shape.kind === 'flag') return readFlag(field, text);
  if (text === undefined || text.trim() === '') return field.secret && isHidden(before) ? before : undefined;
  if (shape.kind === 'choices') return namesValue(text) ? text.trim() : linesOf(text);
  if (shape.kind === 'list') return readList(linesOf(text), shape);
  if (shape.kind === 'record')
    return namesValue(text) && !/[:=]/.test(text.split('${{', 1)[0]!) ? text.trim() : readRecord(text, { at, before, reading });
  if (shape.kind === 'json') return readJson(text, { at, asText: shape.text, reading });
  return shape.kind === 'choice' ? text.trim() : readText(text, shape);
}

/** A credential that is written out: the page does not show it, so that an empty field means that it stays. */
export function isHidden(value: unknown): boolean {
  const texts = [value].flat();
  return texts.some((text) => typeof text === 'string' && text !== '' && !namesValue(text));
}

function readObject(
  schema: JsonSchema,
  { prefix, before, reading }: { prefix: string; before: Readonly<Record<string, unknown>>; reading: Reading },
): Record<string, unknown> {
  const entries = fieldsOf(schema).map((field): [string, unknown] => [
    field.name,
    readField(field, { at: `${prefix}${field.name}`, before: before[field.name], reading }),
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/**
 * What the fields of `schemaFields` said, as JSON to send. What was left empty is left out; whether it all fits is for the REST side to say.
 * `before` is what was there: credentials that the page did not show stay when their field is left empty.
 */
export function readSchemaValues(
  schema: JsonSchema,
  values: Readonly<Record<string, string>>,
  place: { prefix: string; before?: Readonly<Record<string, unknown>> | undefined },
): ReadValues {
  const reading: Reading = { values, problems: [] };
  const { prefix, before = {} } = place;
  const value = readObject(schema, { prefix: prefix === '' ? '' : `${prefix}.`, before, reading });
  return { value, problems: reading.problems };
}

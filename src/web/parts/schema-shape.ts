import type { JsonSchema } from '../../watches/json-schema.ts';

/** How a value of a schema is filled in. */
type SchemaShape =
  /** One text; `number` where digits alone mean a number, `long` for several lines, `code` for what is no prose. */
  | { kind: 'text'; long: boolean; code: boolean; number: boolean; duration: boolean; maxLength: number | undefined }
  | { kind: 'flag' }
  /** One of some words. */
  | { kind: 'choice'; options: readonly string[] }
  /** Some of some words. */
  | { kind: 'choices'; options: readonly string[] }
  /** A line for each; `single` where one line may stand without a list. */
  | { kind: 'list'; single: boolean; number: boolean }
  /** A line `name: value` for each. */
  | { kind: 'record' }
  /** Fields of its own; `text` names the one that a plain text stands for. */
  | { kind: 'object'; schema: JsonSchema; text: string | undefined }
  /** JSON as it stands; with `text`, everything else is a text. */
  | { kind: 'json'; text: boolean };

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null && !Array.isArray(value);

const isExpression = (schema: JsonSchema): boolean => schema['type'] === 'string' && schema['pattern'] === String.raw`\$\{\{`;

/** The alternatives that a value may be, without `${{ }}`, which can stand for every one of them, and without null. */
function alternativesOf(schema: JsonSchema): JsonSchema[] {
  const choices = [schema['anyOf'], schema['oneOf']].filter(Array.isArray).flat().filter(isSchema);
  const all = choices.length === 0 ? [schema] : choices.flatMap(alternativesOf);
  return all.filter((one) => !isExpression(one) && one['type'] !== 'null');
}

/** The words of an enumeration; undefined for other schemas. */
function wordsOf(schema: JsonSchema): string[] | undefined {
  const { enum: words, const: word } = schema as { enum?: unknown; const?: unknown };
  if (typeof word === 'string') return [word];
  return Array.isArray(words) && words.every((text) => typeof text === 'string') ? words : undefined;
}

const typesOf = (schema: JsonSchema): unknown[] => [schema['type']].flat();

function listShape(list: JsonSchema, others: readonly JsonSchema[]): SchemaShape {
  const item = isSchema(list['items']) ? alternativesOf(list['items']) : [];
  if (item.some((one) => typesOf(one).some((type) => type === 'object' || type === 'array'))) return { kind: 'json', text: false };
  const words = item.length === 1 ? wordsOf(item[0]!) : undefined;
  if (words !== undefined) return { kind: 'choices', options: words };
  return { kind: 'list', single: others.length > 0, number: item.some((one) => typesOf(one).includes('integer')) };
}

function objectShape(schema: JsonSchema, others: readonly JsonSchema[]): SchemaShape {
  const properties = isSchema(schema['properties']) ? Object.keys(schema['properties']) : [];
  if (properties.length > 0) {
    const required = Array.isArray(schema['required']) ? (schema['required'] as string[]) : [];
    return { kind: 'object', schema, text: others.length > 0 && required.length === 1 ? required[0] : undefined };
  }
  const { additionalProperties: value } = schema;
  const isDeep = isSchema(value) && alternativesOf(value).some((one) => one['type'] === 'object' || one['type'] === 'array');
  return isDeep ? { kind: 'json', text: false } : { kind: 'record' };
}

function textShape(schema: JsonSchema, alternatives: readonly JsonSchema[]): SchemaShape {
  const types = new Set(alternatives.flatMap(typesOf));
  const lengths = alternatives.map(({ maxLength }) => maxLength).filter((length) => typeof length === 'number');
  const maxLength = lengths.length === 0 ? undefined : Math.max(...lengths);
  const description = typeof schema['description'] === 'string' ? schema['description'] : '';
  const isText = types.has('string') && !types.has('integer');
  const duration = alternatives.some(({ pattern }) => typeof pattern === 'string' && pattern.includes('ms|s|m'));
  const long = isText && (maxLength === undefined ? /markdown/i.test(description) : maxLength > 8192);
  const isLiteral = schema['type'] === 'string';
  const code = long && (/\bPEM\b/.test(description) || (isLiteral && maxLength !== undefined));
  return { kind: 'text', long, code, duration, maxLength, number: types.has('integer') || types.has('number') };
}

/** How a value of this schema is filled in. */
function shapeOf(schema: JsonSchema): SchemaShape {
  const alternatives = alternativesOf(schema);
  const isOf = (type: string) => (one: JsonSchema) => one['type'] === type;
  const list = alternatives.find(isOf('array'));
  if (list !== undefined)
    return listShape(
      list,
      alternatives.filter((one) => one !== list),
    );
  const object = alternatives.find(isOf('object'));
  if (object !== undefined)
    return objectShape(
      object,
      alternatives.filter((one) => one !== object),
    );
  if (alternatives.length > 0 && alternatives.every(isOf('boolean'))) return { kind: 'flag' };
  const words = alternatives.map(wordsOf);
  if (words.length > 0 && words.every((some) => some !== undefined)) return { kind: 'choice', options: words.flat() };
  if (alternatives.every((one) => typesOf(one).every((type) => type === undefined))) return { kind: 'json', text: true };
  return textShape(schema, alternatives);
}

/** One input of a schema. */
export interface SchemaField {
  name: string;
  schema: JsonSchema;
  shape: SchemaShape;
  required: boolean;
  /** Its value is a credential: shown only as the name of a secret. */
  secret: boolean;
}

const secretName = /token|password|secret|key/i;

/** The inputs of an object's schema, in its order. Inside a secret object only what sounds like a credential is one. */
export function fieldsOf(schema: JsonSchema): SchemaField[] {
  const properties = isSchema(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? (schema['required'] as string[]) : [];
  const inside = schema['writeOnly'] === true;
  return Object.entries(properties).flatMap(([name, value]) => {
    if (!isSchema(value)) return [];
    const shape = shapeOf(value);
    const secret = value['writeOnly'] === true || (inside && secretName.test(name));
    const deeper: SchemaShape = shape.kind === 'object' && secret ? { ...shape, schema: { ...shape.schema, writeOnly: true } } : shape;
    return [{ name, schema: value, shape: deeper, required: required.includes(name), secret: secret && shape.kind !== 'object' }];
  });
}

/** True for a text that names a secret, or is computed otherwise, and is none itself. */
export function namesValue(text: string): boolean {
  return text.includes('${{');
}

/** A scalar or more as one line: as it stands, or as JSON where it would be read as something else. */
export function writeLine(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value) ?? '';
  const isPlain = value !== '' && value === value.trim() && !/[\r\n]/.test(value) && readLine(value) === value;
  return isPlain ? value : JSON.stringify(value);
}

/** What a line means: JSON where it is JSON, otherwise its text. */
export function readLine(line: string): unknown {
  if (!/^(?:[[{"]|-?\d|true$|false$|null$)/.test(line)) return line;
  try {
    const value: unknown = JSON.parse(line);
    // Digits that a number would not give back are a text, such as the id 9007199254740993.
    return typeof value === 'number' && String(value) !== line ? line : value;
  } catch {
    return line;
  }
}

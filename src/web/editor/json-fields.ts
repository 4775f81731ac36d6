import type { ConfigPath } from '../../watches/problems.ts';

/** A JSON Schema, as far as a form needs it. */
export type Schema = Readonly<Record<string, unknown>>;

/**
 * How a value is filled in. `lines`: several texts, one in each line. `words`: any of some words. `times`: a schedule, one time in each
 * line. `yaml`: what only its own language can say.
 */
type FieldKind = 'text' | 'area' | 'choice' | 'flag' | 'lines' | 'words' | 'times' | 'yaml';

/** One value of the file that a form shows. */
export interface EditorField {
  path: ConfigPath;
  /** The name of its control: the path, with a `/` before each part. */
  name: string;
  label: string;
  kind: FieldKind;
  hint: string;
  required: boolean;
  /** What counts when nothing is written. */
  preset: unknown;
  options: readonly string[];
  /** What numbers are written as. */
  numeric: boolean;
  /** What the file says now. */
  value: unknown;
  placeholder: string;
}

/** The control's name for a place in the file. */
function fieldName(path: ConfigPath): string {
  return path.map((part) => `/${part}`).join('');
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A text of a schema or a file; empty for what is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** Every form that a value may have, without the expression that may stand for any of them. */
export function alternatives(schema: Schema): Schema[] {
  const inner = (schema['anyOf'] ?? schema['oneOf']) as Schema[] | undefined;
  if (inner !== undefined) return inner.flatMap(alternatives);
  const { type, pattern } = schema;
  if (typeof pattern === 'string' && pattern.startsWith(String.raw`\$\{\{`)) return [];
  return Array.isArray(type) ? type.map((each) => Object.assign({}, schema, { type: each as unknown })) : [schema];
}

const words = (schema: Schema): readonly string[] =>
  Array.isArray(schema['enum']) ? schema['enum'].map(String) : schema['const'] === undefined ? [] : [textOf(schema['const'])];

/** Texts that people write over several lines. */
const longTexts = new Set(['run', 'body', 'text', 'comment', 'description', 'html', 'ca', 'client_cert', 'client_key', 'summary']);

function kindOf(name: string, forms: readonly Schema[]): FieldKind {
  const types = new Set(forms.map(({ type, ...form }) => textOf(type) || (words(form).length > 0 ? 'string' : 'any')));
  const list = forms.find(({ type }) => type === 'array');
  const items = isObject(list?.['items']) ? alternatives(list['items']) : [];
  const takesTexts = items.length > 0 && items.every((item) => item['type'] === 'string' || item['type'] === 'integer');
  if (list && takesTexts && !types.has('object') && !types.has('any'))
    return items.every((item) => words(item).length > 0) ? 'words' : 'lines';
  if (list || types.has('object') || types.has('any') || forms.length === 0) return 'yaml';
  if (forms.every((form) => words(form).length > 0)) return 'choice';
  if (types.size === 1 && types.has('boolean')) return 'flag';
  return longTexts.has(name) ? 'area' : 'text';
}

function exampleOf(schema: Schema): string {
  const [example] = Array.isArray(schema['examples']) ? (schema['examples'] as unknown[]) : [];
  if (Array.isArray(example)) return example.map(String).join('\n');
  return typeof example === 'string' || typeof example === 'number' ? String(example) : '';
}

/** `event_type` as people read it. */
function labelOf(name: string): string {
  const text = name.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The field of one value of an object. */
export function fieldOf(
  name: string,
  schema: Schema,
  at: { path: ConfigPath; value: unknown; required?: boolean; label?: string },
): EditorField {
  const forms = alternatives(schema).filter(({ type }) => type !== 'null');
  const kind = kindOf(name, forms);
  const items = forms.flatMap(({ items: each }) => (isObject(each) ? alternatives(each) : []));
  return {
    path: at.path,
    name: fieldName(at.path),
    label: at.label ?? labelOf(name),
    kind,
    hint: typeof schema['description'] === 'string' ? schema['description'] : '',
    required: at.required ?? false,
    preset: schema['default'],
    options: [...new Set((kind === 'words' ? items : forms).flatMap(words))],
    numeric: forms.some(({ type }) => type === 'number' || type === 'integer'),
    value: at.value,
    placeholder: kind === 'words' || kind === 'choice' ? '' : exampleOf(schema),
  };
}

/** The fields of an object, in the order of its schema. */
export function fieldsOf(schema: Schema, at: { path: ConfigPath; value: unknown }): EditorField[] {
  const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
  const required = new Set(Array.isArray(schema['required']) ? (schema['required'] as unknown[]).map(String) : []);
  const given = isObject(at.value) ? at.value : {};
  return Object.entries(properties).map(([name, each]) =>
    fieldOf(name, each, { path: [...at.path, name], value: given[name], required: required.has(name) }),
  );
}

import type { JsonSchema } from '../../watches/json-schema.ts';
import { html, type Html, type HtmlValue } from '../html.ts';
import type { View } from '../kit/view.ts';
import { areaField, checkField, choicesField, refusalOf, selectField, textField } from './form.ts';
import { hiddenMark, hideLines, isHiddenLine } from './hidden-lines.ts';
import { isHidden } from './read-schema-values.ts';
import { fieldsOf, namesValue, writeLine, type SchemaField } from './schema-shape.ts';

/** The fields of one object of a form. */
export interface SchemaFields {
  view: View;
  /** The form that they belong to. */
  path: string;
  schema: JsonSchema;
  /** Stands before each field's name with a dot, such as `with`. */
  prefix: string;
  /** What is there already. */
  values: Readonly<Record<string, unknown>>;
  /** Names of secrets that can be chosen. */
  secrets?: readonly string[];
  /** Names of inputs that stand first and are always in sight; without it what is needed, or else the first four. */
  first?: readonly string[];
  /** The words of what folds out. */
  more?: string;
  /** The whole object may be left out, so that the browser must not insist on its fields. */
  optional?: boolean;
}

/** Text in which `code` is code. */
export function withCode(text: string): Html {
  const parts = text.split('`');
  return html`${parts.map((part, index) => (index % 2 === 1 && index < parts.length - 1 ? html`<code>${part}</code>` : part))}`;
}

/** `event_type` as people read it. */
function labelOf(name: string): string {
  const words = name.replaceAll('_', ' ');
  const known: Record<string, string> = {
    url: 'URL',
    cc: 'Cc',
    bcc: 'Bcc',
    sha: 'Commit',
    html: 'HTML',
    ca: 'CA certificates',
    cpu: 'CPU time',
  };
  return (
    known[name] ??
    `${words.charAt(0).toUpperCase()}${words
      .slice(1)
      .replace(/\burl\b/, 'URL')
      .replace(/\bid\b/, 'ID')}`
  );
}

/** How something is written that has no field of its own kind. */
function describeShape({ schema, shape }: SchemaField): string {
  if (shape.kind === 'record') return 'A line `name: value` for each.';
  if (shape.kind === 'list') return 'One in each line.';
  if (shape.kind === 'json') return shape.text ? '' : 'As JSON.';
  const preset = schema['default'];
  return shape.kind === 'choices' && Array.isArray(preset) ? `Without a choice: ${preset.join(', ')}.` : '';
}

function hintOf(field: SchemaField, hidden: boolean): HtmlValue {
  const { schema, secret } = field;
  const said = typeof schema['description'] === 'string' ? schema['description'] : '';
  const how = secret ? '' : describeShape(field);
  const kept = hidden ? 'It is set and not shown; leave this empty to keep it.' : secret ? 'Name a secret: `${{ secrets.NAME }}`.' : '';
  const text = [said, how, kept].filter(Boolean).join(' ');
  return text === '' ? undefined : withCode(text);
}

/** A text that would be read as JSON is written as JSON. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A value as its field shows it. Credentials that are written out are shown as nothing. */
function fieldText({ shape, secret }: Pick<SchemaField, 'shape' | 'secret'>, value: unknown): string {
  if (value === undefined || value === null || (secret && isHidden(value))) return '';
  if (shape.kind === 'json') return typeof value === 'string' && shape.text && !isJson(value) ? value : JSON.stringify(value, null, 2);
  if (Array.isArray(value)) return value.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).join('\n');
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([name, item]) => `${name}: ${isHiddenLine(name, item) ? hiddenMark : writeLine(item)}`)
      .join('\n');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function placeholderOf({ schema, shape }: SchemaField): string {
  const preset = schema['default'];
  if (typeof preset === 'string' || typeof preset === 'number') return String(preset);
  const [example] = Array.isArray(schema['examples']) ? (schema['examples'] as unknown[]) : [];
  if (typeof example === 'string') return `e.g. ${example}`;
  if (shape.kind === 'text' && shape.duration) return 'e.g. 30s';
  return shape.kind === 'record' ? 'name: value' : '';
}

/** What a refused form said, without credentials that were typed in: they are not sent back. */
function withoutCredentials(view: View, { path, name }: { path: string; name: string }): View {
  const { refused } = view;
  const text = refused?.path === path ? refused.values[name] : undefined;
  if (refused === undefined || text === undefined || text === '' || namesValue(text)) return view;
  return { ...view, refused: { ...refused, values: { ...refused.values, [name]: '' } } };
}

/** What a field shows of a refused form: credentials that were typed in are not sent back. */
function viewOfField(view: View, at: { path: string; name: string }, { secret, shape }: SchemaField): View {
  if (secret) return withoutCredentials(view, at);
  const { refused } = view;
  const text = refused?.path === at.path ? refused.values[at.name] : undefined;
  if (refused === undefined || text === undefined || shape.kind !== 'record') return view;
  return { ...view, refused: { ...refused, values: { ...refused.values, [at.name]: hideLines(text) } } };
}

function fieldView(given: SchemaFields, field: SchemaField): Html {
  const { shape, schema, secret } = field;
  const name = `${given.prefix === '' ? '' : `${given.prefix}.`}${field.name}`;
  const value = given.values[field.name];
  const hidden = secret && isHidden(value);
  if (shape.kind === 'object') return objectView(given, { field, shape, name });
  const view = viewOfField(given.view, { path: given.path, name }, field);
  const text = fieldText(field, value);
  const base = { view, path: given.path, name, label: labelOf(field.name), hint: hintOf(field, hidden), covers: true };
  const common = { ...base, value: text, required: field.required && !hidden && given.optional !== true };
  const placeholder = hidden ? '••••••••' : placeholderOf(field);
  if (shape.kind === 'flag' && !namesValue(text))
    return checkField({ ...base, checked: value === undefined ? schema['default'] === true : value === true });
  if (shape.kind === 'choice') return selectField({ ...common, options: choiceOptions(shape.options, field, text) });
  if (shape.kind === 'choices' && !namesValue(text)) return choicesField({ ...common, options: shape.options });
  if (secret && !text.includes('\n')) {
    const list = (given.secrets ?? []).map((secretName) => `\${{ secrets.${secretName} }}`);
    return textField({ ...common, list, placeholder });
  }
  if (shape.kind === 'list' || shape.kind === 'record') return areaField({ ...common, rows: rowsFor(text, 2), code: true, placeholder });
  if (shape.kind === 'json') return areaField({ ...common, rows: rowsFor(text, 3), code: true, placeholder });
  if (shape.kind === 'text' && shape.long)
    return areaField({ ...common, rows: rowsFor(text, shape.code ? 10 : 4), code: shape.code, placeholder });
  const maxlength = shape.kind === 'text' && shape.maxLength !== undefined && { maxlength: Math.max(shape.maxLength, 1000) };
  return textField({ ...common, placeholder, ...maxlength });
}

const rowsFor = (text: string, least: number): number => Math.min(Math.max(text.split('\n').length, least), 24);

/** The words, the default first, and an expression that stands there already. */
function choiceOptions(options: readonly string[], field: SchemaField, present: string): { value: string; title: string }[] {
  const preset = field.schema['default'];
  const none = typeof preset === 'string' ? `${preset} (default)` : field.required ? 'Choose…' : 'Not set';
  const words = options.filter((word) => word !== preset || present === word).map((word) => ({ value: word, title: word }));
  const other = present !== '' && !options.includes(present) ? [{ value: present, title: present }] : [];
  return [{ value: '', title: none }, ...words, ...other];
}

function objectView(
  given: SchemaFields,
  place: { field: SchemaField; shape: { schema: JsonSchema; text: string | undefined }; name: string },
): Html {
  const { field, shape, name } = place;
  const value = given.values[field.name];
  const former = typeof value === 'string' && shape.text !== undefined ? { [shape.text]: value } : value;
  const values = typeof former === 'object' && former !== null ? (former as Record<string, unknown>) : {};
  const hint = hintOf(field, false);
  const isWhole = typeof value === 'string' && shape.text === undefined && namesValue(value);
  const first = fieldsOf(shape.schema).map((inner) => inner.name);
  return html`<fieldset class="field-group">
    <legend>${labelOf(field.name)}</legend>
    ${hint !== undefined && html`<p class="hint muted">${hint}</p>`}
    ${isWhole && textField({ view: given.view, path: given.path, name, label: 'All of it', value })}
    ${schemaFields({ ...given, schema: shape.schema, prefix: name, values, first, optional: given.optional === true || !field.required })}
  </fieldset>`;
}

/** True when a problem of the refused form lies at this field or below it. */
function isComplained(given: SchemaFields, field: SchemaField): boolean {
  const name = `${given.prefix === '' ? '' : `${given.prefix}.`}${field.name}`;
  const errors = refusalOf(given.view, given.path)?.problem.errors ?? [];
  return errors.some(({ path }) => path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`));
}

/**
 * Fields for an object of a JSON Schema, as `createJsonSchema` and `describeInputs` make them: labels from names, hints from descriptions.
 * What is needed, filled in or complained about stands in sight, the rest folds out. `readSchemaValues` reads them again.
 */
export function schemaFields(given: SchemaFields): Html {
  const all = fieldsOf(given.schema);
  const needed = all.filter(({ required }) => required).map(({ name }) => name);
  const first = given.first ?? (needed.length > 0 ? needed : all.slice(0, 4).map(({ name }) => name));
  const inSight = (field: SchemaField) =>
    first.includes(field.name) || field.required || given.values[field.name] !== undefined || isComplained(given, field);
  const shown = all.filter(inSight).toSorted((one, other) => rankOf(first, one) - rankOf(first, other));
  const rest = all.filter((field) => !inSight(field));
  return html`${shown.map((field) => fieldView(given, field))}
  ${
    rest.length > 0 &&
    html`<details class="more-fields">
      <summary>${given.more ?? 'More inputs'} <span class="counter">${rest.length}</span></summary>
      <div class="more-fields-body">${rest.map((field) => fieldView(given, field))}</div>
    </details>`
  }`;
}

function rankOf(first: readonly string[], { name }: SchemaField): number {
  const index = first.indexOf(name);
  return index === -1 ? first.length : index;
}

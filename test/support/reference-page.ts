import { writeFile } from 'node:fs/promises';
import { loadKinds } from '../../src/actions/load-kinds.ts';
import { createJsonSchema, describeInputs, type JsonSchema } from '../../src/watches/json-schema.ts';
import { triggerNames, triggers } from '../../src/watches/triggers.ts';

const isObject = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null && !Array.isArray(value);
const alternatives = (schema: JsonSchema): JsonSchema[] =>
  Array.isArray(schema['anyOf']) ? (schema['anyOf'] as JsonSchema[]).flatMap(alternatives) : [schema];

/** What can be written, in a few words. */
function describeValue(schema: JsonSchema): string {
  const words = alternatives(schema).flatMap((one): string[] => {
    if ('const' in one) return [code(one['const'])];
    if (Array.isArray(one['enum'])) return one['enum'].map(code);
    const { type } = one;
    if (Array.isArray(type)) return type.map((name) => describeType(String(name), one));
    return typeof type === 'string' ? [describeType(type, one)] : ['anything'];
  });
  return [...new Set(words)].join(', ');
}

function describeType(type: string, schema: JsonSchema): string {
  if (type === 'string') {
    const { pattern } = schema;
    if (typeof pattern !== 'string') return 'text';
    return pattern.includes('ms|s|m|h') ? 'duration' : pattern.includes('{') && pattern.startsWith('\\$') ? 'expression' : 'text';
  }
  if (type === 'array') {
    const inner = isObject(schema['items']) ? describeValue(schema['items']) : 'anything';
    return inner.includes(',') || inner === 'mapping' ? 'list' : `list of ${inner}`;
  }
  return { object: 'mapping', boolean: 'true or false', integer: 'number', null: 'nothing' }[type] ?? type;
}

const code = (value: unknown): string => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
const escaped = (text: string): string => text.replaceAll('|', String.raw`\|`);

/** Words for an example inside a table. */
function describeExamples(schema: JsonSchema): string {
  const examples = Array.isArray(schema['examples']) ? schema['examples'] : [];
  return examples.map(code).join(' · ');
}

function renderTable(rows: string[][]): string {
  const cells = rows.map((row) => row.map((cell) => escaped(cell)));
  const widths = cells[0]!.map((_, column) => Math.max(3, ...cells.map((row) => row[column]!.length)));
  const line = (row: string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const [head, ...body] = cells;
  return [line(head!), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

/** The keys of a mapping, one per row. */
function renderKeys(schema: JsonSchema, required: readonly string[] = (schema['required'] ?? []) as string[]): string {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>);
  if (properties.length === 0) return 'It has no keys.';
  const rows = properties.map(([key, value]) => {
    const preset = required.includes(key) ? 'needed' : 'default' in value ? code(value['default']) : '–';
    return [
      code(key),
      describeValue(value),
      preset,
      typeof value['description'] === 'string' ? value['description'] : '–',
      describeExamples(value) || '–',
    ];
  });
  return renderTable([['key', 'value', 'default', 'meaning', 'example'], ...rows]);
}

/** The mapping among what can be written. */
function mappingOf(schema: unknown): JsonSchema {
  const found = isObject(schema) ? alternatives(schema).find((one) => one['type'] === 'object') : undefined;
  if (!found) throw new Error('A mapping was expected');
  return found;
}

function propertyOf(schema: JsonSchema, ...path: string[]): JsonSchema {
  return path.reduce((inner, key) => {
    const mapping = mappingOf(inner);
    const found = (mapping['properties'] as Record<string, JsonSchema> | undefined)?.[key] ?? mapping['additionalProperties'];
    if (!isObject(found)) throw new Error(`There is no ${path.join('.')}`);
    return found;
  }, schema);
}

function renderTriggers(watch: JsonSchema): string[] {
  return triggerNames.flatMap((name) => {
    const schema = propertyOf(watch, 'on', name);
    const list = alternatives(schema).find((one) => one['type'] === 'array');
    const keys = list ? (list['items'] as JsonSchema) : mappingOf(schema);
    const types = name === 'all' ? [] : [`Types of changes: ${triggers[name].allTypes.map(code).join(', ')}.`];
    const bare = triggers[name].bare ? [] : [`It is a list, and needs at least one entry: \`${name}: [{ … }]\`.`];
    return [`### \`${name}\``, triggers[name].description].concat(types, bare, renderKeys(keys));
  });
}

/** The reference of the configuration language, as it follows from its schema. */
export async function renderReferencePage(): Promise<string> {
  const kinds = await loadKinds();
  const file = createJsonSchema({ kinds, organization: true });
  const repository = createJsonSchema({ kinds });
  const watch = propertyOf(file, 'watches', '*');
  const step = (propertyOf(watch, 'steps')['items'] ?? {}) as JsonSchema;
  const manualInput = propertyOf(watch, 'on', 'manual', 'inputs', '*');
  const parts = [
    '# Reference of `.github/repowatch.yml`',
    'Every key of the language, written from its schema by `npm run reference`. [configuration.md](configuration.md) explains how they work together; `GET /schema/repowatch.json` answers the schema itself, for editors. Keys that begin with `x-` are yours.',
    '## Top level',
    renderKeys(file, repository['required'] as string[]),
    '`mandatory` and `allow` can only stand in the organisation’s file, which needs no `watches`.',
    ...['defaults', 'reconcile', 'allow'].flatMap((key) => [`### \`${key}\``, renderKeys(mappingOf(propertyOf(file, key)))]),
    '### `machines.NAME`',
    renderKeys(propertyOf(file, 'machines', '*')),
    '## A watch',
    'Instead of a mapping, `off` switches off a watch that is inherited; with `mode: off`, `on` and `steps` can be left out for the same reason.',
    renderKeys(mappingOf(watch), ['on', 'steps']),
    '### `concurrency` as a mapping',
    renderKeys(mappingOf(propertyOf(watch, 'concurrency'))),
    '## Triggers',
    'They stand under `on`: one by its name, several as a list, or a mapping with filters. A name in a mapping can be left without a value.',
    ...renderTriggers(watch),
    '### `manual.inputs.NAME`',
    renderKeys(manualInput),
    '## A step',
    renderKeys(step),
    ...kinds.flatMap((kind) => [
      `### \`uses: ${kind.name}\``,
      `${kind.title ?? kind.name}. Inputs under \`with\`:`,
      renderKeys(describeInputs(kind)),
    ]),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** The page, by its path in the project. */
export const referencePath = 'docs/reference.md';

if (import.meta.main) {
  await writeFile(new URL(`../../${referencePath}`, import.meta.url), await renderReferencePage());
}

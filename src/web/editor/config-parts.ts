import type { ConfigPath } from '../../watches/problems.ts';
import { alternatives, fieldOf, fieldsOf, isObject, textOf, type EditorField, type Schema } from './json-fields.ts';

/** One trigger of a watch, with its filters. */
export interface TriggerPart {
  name: string;
  description: string;
  fields: EditorField[];
}

/** One step of a watch: its kind, its inputs, and what every step has. */
export interface StepPart {
  index: number;
  uses: EditorField;
  title: string;
  inputs: EditorField[];
  /** id, name and `if`. */
  basics: EditorField[];
  /** env, retry, timeout. */
  more: EditorField[];
}

/** A watch as a form. */
export interface WatchParts {
  key: string;
  path: ConfigPath;
  /** It only switches an inherited one off, by the one word. */
  isSwitch: boolean;
  basics: EditorField[];
  triggers: TriggerPart[];
  /** Triggers that it does not have. */
  otherTriggers: { name: string; description: string }[];
  condition: EditorField;
  steps: StepPart[];
  kinds: string[];
  flow: EditorField[];
}

const at = (schema: Schema | undefined, ...way: (string | number)[]): Schema => {
  let found: unknown = schema;
  for (const part of way) found = (found as Record<string | number, unknown> | undefined)?.[part];
  return isObject(found) ? found : {};
};

/** The schema of a watch that is more than a word. */
function watchSchema(schema: Schema): Schema {
  return alternatives(at(schema, 'properties', 'watches', 'additionalProperties')).find(({ type }) => type === 'object') ?? {};
}

/** The schema of each trigger's filters by its name. */
function triggerSchemas(watch: Schema): Record<string, Schema> {
  const mapping = alternatives(at(watch, 'properties', 'on')).find(({ properties }) => properties !== undefined);
  return (mapping?.['properties'] ?? {}) as Record<string, Schema>;
}

/** `on:` in its long form: the filters of each trigger, null for none. */
export function triggersOf(on: unknown): Record<string, unknown> {
  if (typeof on === 'string') return { [on]: null };
  if (Array.isArray(on)) return Object.fromEntries(on.map((name) => [String(name), null]));
  return isObject(on) ? { ...on } : {};
}

function triggerPart(name: string, schema: Schema, { path, filters }: { path: ConfigPath; filters: unknown }): TriggerPart {
  const description = typeof schema['description'] === 'string' ? schema['description'] : '';
  const forms = alternatives(schema);
  const mapping = forms.find(({ type }) => type === 'object');
  if (mapping) return { name, description, fields: fieldsOf(mapping, { path, value: filters }) };
  const field = fieldOf(name, schema, { path, value: filters, required: true, label: 'Times' });
  const hint = 'One time in each line: minute, hour, day of the month, month, day of the week, and the time zone when it is not UTC.';
  return { name, description, fields: [{ ...field, kind: 'times', hint, placeholder: '0 6 * * 1-5 Europe/Berlin' }] };
}

/** The inputs of each kind of action by its name. */
function inputSchemas(step: Schema): Map<string, Schema> {
  const rules = Array.isArray(step['allOf']) ? (step['allOf'] as Schema[]) : [];
  return new Map(
    rules.map((rule) => [String(at(rule, 'if', 'properties', 'uses')['const']), at(rule, 'then', 'properties', 'with')] as const),
  );
}

/** "webhook (Send a webhook), …" of the schema's description, by name. */
function kindTitles(uses: Schema): Map<string, string> {
  const text = textOf(uses['description']);
  return new Map([...text.matchAll(/([a-z][\w/-]*) \(([^)]*)\)/g)].map(([, name = '', title = '']) => [name, title]));
}

function stepPart(schema: Schema, { path, index, value }: { path: ConfigPath; index: number; value: unknown }): StepPart {
  const fields = new Map(fieldsOf(schema, { path, value }).map((field) => [String(field.path.at(-1)), field]));
  const given = isObject(value) ? value : {};
  const kind = textOf(given['uses']);
  const inputs = inputSchemas(schema).get(kind);
  const pick = (...names: string[]) => names.flatMap((name) => fields.get(name) ?? []);
  return {
    index,
    uses: fields.get('uses')!,
    title: kindTitles(at(schema, 'properties', 'uses')).get(kind) ?? '',
    inputs: inputs === undefined ? [] : fieldsOf(inputs, { path: [...path, 'with'], value: given['with'] }),
    basics: pick('id', 'name', 'if'),
    more: pick('env', 'retry', 'timeout'),
  };
}

/** Concurrency has a short form, a key alone; a form shows the long one. */
function concurrencyFields(schema: Schema, { path, value }: { path: ConfigPath; value: unknown }): EditorField[] {
  const mapping = alternatives(schema).find(({ type }) => type === 'object') ?? {};
  const labels: Record<string, string> = { key: 'Runs wait for each other by', on_busy: 'While another one runs' };
  return fieldsOf(mapping, { path, value: typeof value === 'string' ? { key: value } : value }).map((field) =>
    Object.assign(field, {
      label: labels[String(field.path.at(-1))] ?? field.label,
      placeholder: field.kind === 'text' ? 'deploy:${{ repository.id }}' : '',
    }),
  );
}

/** A watch of the file as a form; undefined when the file has none of that key. */
export function watchParts(schema: Schema, file: unknown, key: string): WatchParts | undefined {
  const watches = isObject(file) && isObject(file['watches']) ? file['watches'] : {};
  if (!Object.hasOwn(watches, key)) return undefined;
  const own = watchSchema(schema);
  const value = isObject(watches[key]) ? watches[key] : {};
  const path = ['watches', key];
  const fields = new Map(fieldsOf(own, { path, value }).map((field) => [String(field.path.at(-1)), field]));
  const pick = (...names: string[]) => names.flatMap((name) => fields.get(name) ?? []);
  const triggers = triggerSchemas(own);
  const given = triggersOf(value['on']);
  const stepSchema = at(own, 'properties', 'steps', 'items');
  const steps = Array.isArray(value['steps']) ? (value['steps'] as unknown[]) : [];
  return {
    key,
    path,
    isSwitch: watches[key] === 'off' || watches[key] === false,
    basics: pick('name', 'description', 'mode'),
    triggers: Object.entries(given).flatMap(([name, filters]) =>
      triggers[name] === undefined ? [] : [triggerPart(name, triggers[name], { path: [...path, 'on', name], filters })],
    ),
    otherTriggers: Object.entries(triggers)
      .filter(([name]) => !Object.hasOwn(given, name))
      .map(([name, { description }]) => ({ name, description: textOf(description) })),
    condition: { ...fields.get('if')!, label: 'Only if', placeholder: "actor.type != 'Bot'" },
    steps: steps.map((step, index) => stepPart(stepSchema, { path: [...path, 'steps', index], index, value: step })),
    kinds: [...inputSchemas(stepSchema).keys()],
    flow: [
      ...pick('order'),
      ...concurrencyFields(at(own, 'properties', 'concurrency'), { path: [...path, 'concurrency'], value: value['concurrency'] }),
      ...pick('retry', 'timeout', 'settle', 'batch', 'parameters', 'include_self'),
    ],
  };
}

/** What the file says beside its watches, in groups. */
export function fileParts(schema: Schema, file: unknown): { title: string; fields: EditorField[] }[] {
  const given = isObject(file) ? file : {};
  const properties = at(schema, 'properties') as Record<string, Schema>;
  const single = (name: string) => fieldOf(name, properties[name] ?? {}, { path: [name], value: given[name] });
  const nested = (name: string) => fieldsOf(properties[name] ?? {}, { path: [name], value: given[name] });
  const { concurrency: _, ...plain } = at(properties['defaults'], 'properties') as Record<string, Schema>;
  const defaults = fieldsOf({ properties: plain }, { path: ['defaults'], value: given['defaults'] });
  const rest = ['vars', 'machines', 'mandatory', 'allow'].filter((name) => properties[name] !== undefined).map(single);
  return [
    { title: 'For every watch', fields: [single('extends'), ...defaults] },
    { title: 'Comparing with GitHub', fields: nested('reconcile') },
    { title: 'Values and machines', fields: rest },
  ];
}

/** The keys of the file's watches in its order. */
export function watchKeys(file: unknown): string[] {
  return isObject(file) && isObject(file['watches']) ? Object.keys(file['watches']) : [];
}

/** Every field of a watch's form. */
export function listFields(parts: WatchParts): EditorField[] {
  return [
    ...parts.basics,
    ...parts.triggers.flatMap(({ fields }) => fields),
    parts.condition,
    ...parts.steps.flatMap(({ uses, inputs, basics, more }) => [uses, ...basics, ...inputs, ...more]),
    ...parts.flow,
  ];
}

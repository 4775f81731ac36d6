import type { YamlEdit } from '../../watches/edit-yaml.ts';
import { isMapping, valueAt, type ConfigPath } from '../../watches/problems.ts';
import { triggersOf } from './config-parts.ts';
import { readField } from './field-text.ts';
import type { EditorField } from './json-fields.ts';

/** What a form changes in its file, and what could not be read, by the names of the controls. */
export interface FormEdits {
  edits: YamlEdit[];
  wrong: { name: string; message: string }[];
}

/** Compares what was filled in with what the file says, and names what has to change in it. Pure. */
export function editsOf(fields: readonly EditorField[], values: Readonly<Record<string, string>>, file: unknown): FormEdits {
  const found: FormEdits = { edits: [], wrong: [] };
  const long: { path: ConfigPath; value: unknown }[] = [];
  for (const field of fields) {
    const text = values[field.name];
    if (text === undefined) continue;
    const read = readField(field, text);
    if (read.is === 'wrong') found.wrong.push({ name: field.name, message: read.message });
    else if (read.is === 'changed' && isShortened(field.path, file)) long.push({ path: field.path, value: read.value });
    else if (read.is === 'changed') found.edits.push(editOf(field.path, read.value, file));
  }
  found.edits.push(...writeOut(long, file));
  return found;
}

/** True below `on: push` and `concurrency: deploy`: the file has a short form, and the form shows the long one. */
function isShortened(path: ConfigPath, file: unknown): boolean {
  const [top, key, part] = path;
  if (top !== 'watches' || (part !== 'on' && part !== 'concurrency')) return false;
  if (part === 'concurrency') return true;
  return !isMapping(valueAt(file, ['watches', key!, 'on']));
}

/** The long form of what the file says in a short one, with everything that was changed in it. */
function writeOut(changes: readonly { path: ConfigPath; value: unknown }[], file: unknown): YamlEdit[] {
  const roots = new Map<string, { path: ConfigPath; value: unknown }>();
  for (const { path, value } of changes) {
    const root = path.slice(0, 3);
    const name = root.join('/');
    const now = roots.get(name)?.value ?? longForm(root, file);
    roots.set(name, { path: root, value: change(now, path.slice(3), value) });
  }
  return [...roots.values()].map(({ path, value }) => {
    const short = path[2] === 'concurrency' ? shortConcurrency(value) : value;
    return short === undefined ? { do: 'remove', path } : { do: 'set', path, value: short };
  });
}

function longForm(path: ConfigPath, file: unknown): unknown {
  const value = valueAt(file, path);
  if (path[2] === 'on') return triggersOf(value);
  return typeof value === 'string' ? { key: value } : (value ?? {});
}

function change(root: unknown, path: ConfigPath, value: unknown): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  const map = isMapping(root) ? { ...root } : {};
  const inner = change(map[part], rest, value);
  if (inner === undefined) delete map[part];
  else map[part] = inner;
  return map;
}

function shortConcurrency(value: unknown): unknown {
  if (!isMapping(value) || Object.keys(value).length === 0) return undefined;
  return value['on_busy'] === undefined && Object.keys(value).length === 1 ? value['key'] : value;
}

/** Keys that say nothing when nothing is below them. */
const emptied = new Set(['with', 'env', 'defaults', 'reconcile', 'vars', 'machines']);

/** One edit: a value that goes takes along what would be left empty. */
function editOf(path: ConfigPath, value: unknown, file: unknown): YamlEdit {
  if (value !== undefined) return { do: 'set', path, value };
  const parent = path.slice(0, -1);
  const holder = valueAt(file, parent);
  const isLast = isMapping(holder) && Object.keys(holder).length === 1;
  if (isLast && parent.at(-2) === 'on') return { do: 'set', path: parent, value: null };
  if (isLast && emptied.has(String(parent.at(-1)))) return { do: 'remove', path: parent };
  return { do: 'remove', path };
}

/** A trigger more: the short form stays one as long as it can. */
export function addTrigger(key: string, name: string, file: unknown): YamlEdit[] {
  const path = ['watches', key, 'on'];
  const on = valueAt(file, path);
  const first = name === 'schedule' ? [{ cron: '0 6 * * 1-5' }] : null;
  if (on === undefined || on === null) return [{ do: 'set', path, value: first === null ? name : { [name]: first } }];
  if (isMapping(on)) return [{ do: 'set', path: [...path, name], value: first }];
  const names = Object.keys(triggersOf(on));
  return [{ do: 'set', path, value: first === null ? [...names, name] : { ...triggersOf(on), [name]: first } }];
}

/** A trigger less. */
export function removeTrigger(key: string, name: string, file: unknown): YamlEdit[] {
  const path = ['watches', key, 'on'];
  const on = valueAt(file, path);
  const rest = Object.keys(triggersOf(on)).filter((each) => each !== name);
  if (rest.length === 0) return [{ do: 'remove', path }];
  if (isMapping(on)) return [{ do: 'remove', path: [...path, name] }];
  return [{ do: 'set', path, value: rest.length === 1 ? rest[0] : rest }];
}

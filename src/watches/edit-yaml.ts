import { isDeepStrictEqual } from 'node:util';
import { parseDocument } from 'yaml';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { isMapping, valueAt, type ConfigPath } from './problems.ts';
import { readYaml } from './read-yaml.ts';
import { setInside, spliceAlias, spliceRemove, spliceRename, spliceSet, spliceSwap, type Source, type Splice } from './yaml-splices.ts';

/** One thing that is changed in a file of YAML. */
export type YamlEdit =
  | { do: 'set'; path: ConfigPath; value: unknown }
  | { do: 'remove'; path: ConfigPath }
  /** The item of a list at the end of the path changes places with the one behind it. */
  | { do: 'swap'; path: ConfigPath }
  /** The key at the end of the path gets another name. */
  | { do: 'rename'; path: ConfigPath; key: string };

type Edited = Outcome<string, 'config_syntax'>;

function open(text: string): Outcome<Source, 'config_syntax'> {
  const read = readYaml(text);
  if (!read.ok) return failed('config_syntax', read.problem.message);
  const document = parseDocument(text, { version: '1.2', uniqueKeys: false, merge: false });
  return document.errors.length > 0 ? failed('config_syntax', document.errors[0]!.message) : ok({ text, document });
}

/** The plain value of a text; undefined when it is no YAML. */
export function valueOfYaml(text: string): { value: unknown } | undefined {
  const opened = open(text);
  if (!opened.ok) return undefined;
  try {
    return { value: (opened.value.document.toJS() ?? null) as unknown };
  } catch {
    return undefined;
  }
}

/**
 * Changes single things in a file and leaves everything else as people wrote it, to the letter: comments, blank lines, quotes, the order
 * of keys. What a change cannot be written as is refused, and so is a file that is no YAML.
 */
export function editYaml(text: string, edits: readonly YamlEdit[]): Edited {
  const hasCr = text.includes('\r\n');
  let edited = hasCr ? text.replaceAll('\r\n', '\n') : text;
  for (const edit of edits) {
    const done = applyEdit(edited, edit);
    if (!done.ok) return done;
    edited = done.value;
  }
  return ok(hasCr ? edited.replaceAll('\n', '\r\n') : edited);
}

function applyEdit(text: string, edit: YamlEdit): Edited {
  const opened = open(text);
  if (!opened.ok) return opened;
  const source = opened.value;
  const before = (source.document.toJS() ?? null) as unknown;
  const wanted = expected(before, edit);
  if (isDeepStrictEqual(before, wanted) && edit.do !== 'rename') return ok(text);
  if (before === null) return ok(writeFirst(text, wanted));
  const splice = spliceOf(source, edit);
  const spliced = splice && text.slice(0, splice.from) + splice.text + text.slice(splice.to);
  // What does not come to what was meant is not kept.
  if (spliced !== undefined && isDeepStrictEqual(valueOfYaml(spliced)?.value, wanted)) return ok(spliced);
  return rewrite(source, edit, wanted);
}

function spliceOf(source: Source, edit: YamlEdit): Splice | undefined {
  const { path } = edit;
  const alias = spliceAlias(source, path);
  if (alias) {
    const text = source.text.slice(0, alias.from) + alias.text + source.text.slice(alias.to);
    const done = applyEdit(text, edit);
    return done.ok ? { from: 0, to: source.text.length, text: done.value } : undefined;
  }
  if (edit.do === 'set') return spliceSet(source, path, edit.value);
  if (edit.do === 'remove') return spliceRemove(source, path);
  if (edit.do === 'rename') return spliceRename(source, path, edit.key);
  return spliceSwap(source, path.slice(0, -1), path.at(-1) as number);
}

/** What the file has to say after an edit. */
function expected(value: unknown, edit: YamlEdit): unknown {
  const { path } = edit;
  if (edit.do === 'set') return setInside(value, path, edit.value);
  if (edit.do === 'remove') return setInside(value, path, undefined);
  const parent = path.slice(0, -1);
  const inside = valueAt(value, parent);
  if (edit.do === 'rename' && isMapping(inside))
    return setInside(
      value,
      parent,
      Object.fromEntries(Object.entries(inside).map(([key, each]) => [key === path.at(-1) ? edit.key : key, each])),
    );
  if (edit.do === 'swap' && Array.isArray(inside)) {
    const list = [...(inside as unknown[])];
    const index = path.at(-1) as number;
    if (index >= 0 && index + 1 < list.length) [list[index], list[index + 1]] = [list[index + 1], list[index]];
    return setInside(value, parent, list);
  }
  return value;
}

/** A file that holds nothing but comments gets its first keys. */
function writeFirst(text: string, value: unknown): string {
  const comments = text.trimEnd();
  const written = Object.entries((value ?? {}) as Record<string, unknown>).length === 0 ? '' : asText(value);
  return comments === '' ? written : `${comments}\n${written}`;
}

function asText(value: unknown): string {
  const document = parseDocument('{}');
  document.contents = document.createNode(value) as typeof document.contents;
  return document.toString({ lineWidth: 0 });
}

/** The way for what no splice can say: the library writes the file anew. Comments stay, some blanks do not. */
function rewrite({ document }: Source, edit: YamlEdit, wanted: unknown): Edited {
  const { path } = edit;
  if (edit.do === 'set') document.setIn(path, document.createNode(edit.value));
  else if (edit.do === 'remove') document.deleteIn(path);
  else document.setIn(path.slice(0, -1), document.createNode(valueAt(wanted, path.slice(0, -1))));
  const written = document.toString({ lineWidth: 0 });
  if (isDeepStrictEqual(valueOfYaml(written)?.value, wanted)) return ok(written);
  return failed('config_syntax', 'This cannot be changed by the form. Change it in the text.');
}

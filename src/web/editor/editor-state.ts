import { createHash } from 'node:crypto';
import { editYaml, valueOfYaml, type YamlEdit } from '../../watches/edit-yaml.ts';
import { isMapping, valueAt } from '../../watches/problems.ts';
import type { FormValues } from '../kit/pages.ts';
import { fileParts, listFields, watchKeys, watchParts } from './config-parts.ts';
import { addTrigger, editsOf, removeTrigger } from './form-edits.ts';
import type { Schema } from './json-fields.ts';
import { freeKey, watchTemplates } from './watch-templates.ts';

/** What stands in the editor. All of it travels with each request, so that the server remembers nothing. */
export interface EditorState {
  /** The text of the file. */
  content: string;
  /** The watch whose form is shown; empty for what the file says beside its watches. */
  part: string;
  /** The file's content on the branch, as git names it, when the editor was opened; empty where there is none. */
  baseSha: string;
  /** `api`: the text holds one watch of the API instead of a file. */
  managed: 'file' | 'api';
  /** What the form could not read, by the names of its controls. */
  wrong: readonly { name: string; message: string }[];
  /** What could not be done with the form, for people. */
  note: string | undefined;
}

/** How a text is named in the form that was made from it: only a form of this very text may change it. */
export function formMark(content: string): string {
  return createHash('sha256').update(content.replaceAll('\r\n', '\n').trimEnd()).digest('base64url').slice(0, 16);
}

/** A form that is sent has CR LF for every line end; the file keeps what it has. */
function readContent(text: string, crlf: boolean): string {
  const plain = text.replaceAll('\r\n', '\n');
  return crlf ? plain.replaceAll('\n', '\r\n') : plain;
}

/** What the editor holds, as it was sent. */
function readState(values: FormValues): EditorState {
  return {
    content: readContent(values['content'] ?? '', values['line_ends'] === 'crlf'),
    part: values['part'] ?? '',
    baseSha: /^[0-9a-f]{40,64}$/.test(values['base_sha'] ?? '') ? values['base_sha']! : '',
    managed: values['managed'] === 'api' ? 'api' : 'file',
    wrong: [],
    note: undefined,
  };
}

/** What a button of the editor asks for: `add-step`, `remove:/steps/2`. */
function readOp(values: FormValues): { name: string; at: string } {
  const [name = '', ...rest] = (values['op'] ?? 'text').split(':');
  return { name, at: rest.join(':').slice(0, 300) };
}

/** The state after what was filled in and pressed. Text wins over the form when it was changed by hand since the form was made. */
export function nextState(schema: Schema, values: FormValues, branch: string): EditorState {
  const state = readState(values);
  const op = readOp(values);
  const fresh = values['form_of'] === formMark(state.content);
  const filled = op.name === 'text' || !fresh ? state : fillIn(schema, state, values);
  if (filled.wrong.length > 0) return filled;
  return structure(filled, op, { values, branch });
}

function fillIn(schema: Schema, state: EditorState, values: FormValues): EditorState {
  const read = valueOfYaml(state.content);
  if (read === undefined) return state;
  const parts = state.part === '' ? undefined : watchParts(schema, read.value, state.part);
  const fields = parts ? listFields(parts) : fileParts(schema, read.value).flatMap((group) => group.fields);
  const { edits, wrong } = editsOf(fields, values, read.value);
  const edited = withEdits(state, edits);
  return renamed({ ...edited, wrong }, values['watch_key']?.trim());
}

function withEdits(state: EditorState, edits: readonly YamlEdit[]): EditorState {
  const done = editYaml(state.content, edits);
  return done.ok ? { ...state, content: done.value } : { ...state, note: done.message };
}

function renamed(state: EditorState, key: string | undefined): EditorState {
  if (key === undefined || key === '' || key === state.part || state.part === '') return state;
  const wrong = (message: string): EditorState => ({ ...state, wrong: [...state.wrong, { name: 'watch_key', message }] });
  if (!/^[A-Za-z_][A-Za-z0-9_-]{0,99}$/.test(key))
    return wrong('Begin with a letter or `_`, go on with letters, digits, `_` and `-`, at most 100.');
  if (watchKeys(valueOfYaml(state.content)?.value).includes(key)) return wrong(`There is a watch ${key} already.`);
  return { ...withEdits(state, [{ do: 'rename', path: ['watches', state.part], key }]), part: key };
}

/** What changes the form itself: a trigger or a step more or less, another place, another watch. */
function structure(state: EditorState, op: { name: string; at: string }, given: { values: FormValues; branch: string }): EditorState {
  const { values, branch } = given;
  const file = valueOfYaml(state.content)?.value;
  const steps = ['watches', state.part, 'steps'];
  const index = Number(op.at);
  const isStep = /^\d{1,2}$/.test(op.at);
  switch (op.name) {
    case 'open':
      return { ...state, part: op.at === '' ? (values['open'] ?? '') : op.at };
    case 'open-file':
      return { ...state, part: '' };
    case 'new-watch':
      return addWatch(state, op.at, branch);
    case 'delete-watch':
      return { ...withEdits(state, [{ do: 'remove', path: ['watches', state.part] }]), part: '' };
    case 'write-out':
      return withEdits(state, [{ do: 'set', path: ['watches', state.part], value: { mode: 'off' } }]);
    case 'add-trigger':
      return withEdits(state, addTrigger(state.part, values['new_trigger'] ?? 'push', file));
    case 'remove-trigger':
      return withEdits(state, removeTrigger(state.part, op.at, file));
    case 'add-step':
      return withEdits(state, [addStep(steps, values['new_step'] ?? 'webhook', file)]);
    case 'remove-step':
      return isStep ? withEdits(state, [{ do: 'remove', path: [...steps, index] }]) : state;
    case 'down-step':
      return isStep ? withEdits(state, [{ do: 'swap', path: [...steps, index] }]) : state;
    case 'up-step':
      return isStep && index > 0 ? withEdits(state, [{ do: 'swap', path: [...steps, index - 1] }]) : state;
    default:
      return state;
  }
}

function addStep(path: string[], uses: string, file: unknown): YamlEdit {
  const steps = valueAt(file, path);
  const count = Array.isArray(steps) ? steps.length : 0;
  return count === 0 ? { do: 'set', path, value: [{ uses }] } : { do: 'set', path: [...path, count], value: { uses } };
}

/** Puts a watch of a template into the file, which is begun when there is none. */
export function addWatch(state: EditorState, name: string, branch: string): EditorState {
  const templates = watchTemplates(branch);
  const template = templates.find((each) => each.name === name) ?? templates[0]!;
  const file = valueOfYaml(state.content)?.value;
  const key = freeKey(template.key, watchKeys(file));
  const begin: YamlEdit[] = isMapping(file) && file['version'] !== undefined ? [] : [{ do: 'set', path: ['version'], value: 1 }];
  return { ...withEdits(state, [...begin, { do: 'set', path: ['watches', key], value: template.watch }]), part: key };
}

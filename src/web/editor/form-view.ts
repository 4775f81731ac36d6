import { html, type Html, type HtmlValue } from '../html.ts';
import { icon } from '../icons.ts';
import { fileParts, watchKeys, watchParts, type StepPart, type TriggerPart, type WatchParts } from './config-parts.ts';
import { withCode } from '../parts/schema-form.ts';
import type { EditorState } from './editor-state.ts';
import { fieldView, remarkView, type Remarks } from './field-view.ts';
import { textOf, type EditorField, type Schema } from './json-fields.ts';
import { watchTemplates } from './watch-templates.ts';

const isSet = ({ value, required }: EditorField): boolean => required || value !== undefined;

function opButton(op: string, look: { icon: string; label: string; text?: string; danger?: boolean; disabled?: boolean }): Html {
  return html`<button
    class="btn btn-sm ${look.danger === true && 'btn-danger'} ${look.text === undefined && 'btn-plain'}"
    type="submit"
    name="op"
    value="${op}"
    title="${look.text === undefined && look.label}"
    ${look.disabled === true && 'disabled'}
  >
    ${look.text === undefined ? icon(look.icon, look.label) : html`${icon(look.icon)}<span>${look.text}</span>`}
  </button>`;
}

/** Fields that are seldom needed stay folded until they say something. */
function folded(title: string, fields: readonly EditorField[], { remarks, id }: { remarks: Remarks; id: string }): Html | false {
  if (fields.length === 0) return false;
  const used = fields.filter(({ value }) => value !== undefined).length;
  const wrong = fields.some(({ name }) => remarks.has(name));
  return html`<details class="editor-more" id="${id}" ${(used > 0 || wrong) && 'open'}>
    <summary>${title}${used > 0 && html` <span class="counter">${used}</span>`}</summary>
    <div class="editor-fields">${fields.map((field) => fieldView(field, remarks))}</div>
  </details>`;
}

function card(title: HtmlValue, tools: HtmlValue, body: HtmlValue): Html {
  return html`<div class="editor-card">
    <div class="editor-card-head">
      <h3>${title}</h3>
      <div class="editor-tools">${tools}</div>
    </div>
    ${body}
  </div>`;
}

function triggerView({ name, description, fields }: TriggerPart, remarks: Remarks): Html {
  return card(
    html`<code>${name}</code>`,
    opButton(`remove-trigger:${name}`, { icon: 'x', label: `Remove the trigger ${name}` }),
    html`<p class="hint muted">${withCode(description)}</p>
      ${fields.length > 0 && html`<div class="editor-fields">${fields.map((field) => fieldView(field, remarks))}</div>`}`,
  );
}

function stepView(step: StepPart, { parts, remarks }: { parts: WatchParts; remarks: Remarks }): Html {
  const { index, uses, title, inputs, basics, more } = step;
  const name = `step ${index + 1}`;
  const count = parts.steps.length;
  const shown = inputs.filter(isSet);
  const wanted = shown.length > 0 ? shown : inputs.slice(0, 2);
  const rest = inputs.filter((input) => !wanted.includes(input));
  const tools = html`${opButton(`up-step:${index}`, { icon: 'chevron-up', label: `Move ${name} up`, disabled: index === 0 })}
  ${opButton(`down-step:${index}`, { icon: 'chevron-down', label: `Move ${name} down`, disabled: index === count - 1 })}
  ${opButton(`remove-step:${index}`, { icon: 'x', label: `Remove ${name}`, disabled: count === 1 })}`;
  const id = `step-${index}`;
  return card(
    html`<span class="editor-number">${index + 1}</span> <code>${textOf(uses.value)}</code> <span class="muted">${title}</span>`,
    tools,
    html`<div class="editor-fields">
        ${fieldView({ ...uses, label: 'Kind', hint: '', kind: 'choice', options: parts.kinds }, remarks)}
        ${wanted.map((input) => fieldView(input, remarks))}
      </div>
      ${folded('More inputs', rest, { remarks, id: `${id}-inputs` })}
      ${folded('Condition, id, environment, retries', [...basics, ...more], { remarks, id: `${id}-more` })}`,
  );
}

function group(title: string, body: HtmlValue, hint?: string): Html {
  return html`<fieldset class="editor-group">
    <legend>${title}</legend>
    ${hint !== undefined && html`<p class="hint muted">${hint}</p>`} ${body}
  </fieldset>`;
}

function keyField(parts: WatchParts, remarks: Remarks): Html {
  return html`<div class="field" data-field="watch_key">
    <label for="watch-key">Id<span class="required" title="needed"> *</span></label>
    <input
      id="watch-key"
      name="watch_key"
      type="text"
      value="${parts.key}"
      maxlength="100"
      aria-describedby="watch-key-hint watch-key-problem"
      autocomplete="off"
    />
    <p class="hint muted" id="watch-key-hint">
      The watch’s identity: with another id it is another watch, and its runs stay with the old one.
    </p>
    ${remarkView('watch-key-problem', remarks.get('watch_key'))}
  </div>`;
}

function watchForm(parts: WatchParts, { state, remarks }: { state: EditorState; remarks: Remarks }): Html {
  if (parts.isSwitch)
    return html`<p>
        <code>${parts.key}: off</code> switches off a watch of that id that a layer below declares: the organisation’s file, or what this
        file extends.
      </p>
      <p>${opButton('write-out', { icon: 'pencil', label: '', text: 'Write a watch here instead' })}</p>`;
  return html`${group('The watch', html`<div class="editor-fields">${state.managed === 'file' && keyField(parts, remarks)}${parts.basics.map((field) => fieldView(field, remarks))}</div>`)}
  ${group(
    'When',
    html`${parts.triggers.map((trigger) => triggerView(trigger, remarks))}
      <div class="editor-add">
        <label class="sr-only" for="new-trigger">Another trigger</label>
        <select id="new-trigger" name="new_trigger">
          ${parts.otherTriggers.map(({ name, description }) => html`<option value="${name}">${name} – ${description}</option>`)}
        </select>
        ${opButton('add-trigger', { icon: 'plus', label: '', text: 'Add trigger' })}
      </div>
      <div class="editor-fields">${fieldView(parts.condition, remarks)}</div>`,
    'One trigger that passes is enough. All filters of a trigger have to pass.',
  )}
  ${group(
    'What it does',
    html`${parts.steps.map((step) => stepView(step, { parts, remarks }))}
      <div class="editor-add">
        <label class="sr-only" for="new-step">Kind of the new step</label>
        <select id="new-step" name="new_step">
          ${parts.kinds.map((kind) => html`<option ${kind === 'webhook' && 'selected'}>${kind}</option>`)}
        </select>
        ${opButton('add-step', { icon: 'plus', label: '', text: 'Add step' })}
      </div>`,
    'In this order. A step that fails skips the rest, unless their condition says otherwise.',
  )}
  ${folded('Order, waiting, retries, parameters', parts.flow, { remarks, id: 'watch-flow' })}`;
}

function fileForm(schema: Schema, file: unknown, remarks: Remarks): Html {
  return html`${fileParts(schema, file).map(({ title, fields }) =>
    group(title, html`<div class="editor-fields">${fields.map((field) => fieldView(field, remarks))}</div>`),
  )}`;
}

/** The watches of the file, and what it says beside them, one of which the form shows. */
function partsNav(file: unknown, { part }: EditorState): Html {
  const keys = watchKeys(file);
  return html`<nav class="editor-parts" aria-label="Parts of the file">
    ${keys.map(
      (key) =>
        html`<button class="btn btn-sm" type="submit" name="op" value="open:${key}" ${key === part && html`aria-current="true"`}>
          ${icon('eye')}<bdi>${key}</bdi>
        </button>`,
    )}
    <button class="btn btn-sm" type="submit" name="op" value="open-file" ${part === '' && html`aria-current="true"`}>
      ${icon('gear')}<span>File</span>
    </button>
  </nav>`;
}

function newWatch(branch: string, isOpen: boolean): Html {
  return html`<details class="editor-more" id="new-watch" ${isOpen && 'open'}>
    <summary>New watch</summary>
    <div class="editor-templates">
      ${watchTemplates(branch).map(
        ({ name, title, text }) =>
          html`<button class="btn" type="submit" name="op" value="new-watch:${name}">
            <strong>${title}</strong><span class="muted">${text}</span>
          </button>`,
      )}
    </div>
  </details>`;
}

/** The form of the part that is shown, or why there is none. */
export function formView(given: {
  schema: Schema;
  state: EditorState;
  file: { value: unknown } | undefined;
  remarks: Remarks;
  branch: string;
}): Html {
  const { schema, state, file, remarks, branch } = given;
  if (file === undefined)
    return html`<p class="flash flash-danger">
      ${icon('alert')} The text is not YAML. Mend it at the line that is marked; the form comes back by itself.
    </p>`;
  const parts = state.part === '' ? undefined : watchParts(schema, file.value, state.part);
  return html`${state.note !== undefined && html`<p class="flash flash-danger" role="alert">${icon('alert')} ${state.note}</p>`}
  ${state.managed === 'file' && html`${partsNav(file.value, state)}${newWatch(branch, watchKeys(file.value).length === 0)}`}
  ${parts ? watchForm(parts, { state, remarks }) : fileForm(schema, file.value, remarks)}
  ${
    parts &&
    state.managed === 'file' &&
    html`<p class="editor-remove">
      ${opButton('delete-watch', { icon: 'trash', label: '', text: `Remove ${parts.key} from the file`, danger: true })}
    </p>`
  }`;
}

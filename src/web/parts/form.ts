import { randomUUID } from 'node:crypto';
import { html, type Html, type HtmlValue } from '../html.ts';
import { icon } from '../icons.ts';
import type { RefusedForm, View } from '../kit/view.ts';

/** One form of a page. */
export interface FormPart {
  view: View;
  path: string;
  fields: HtmlValue;
  /** The word of its button. */
  submit: string;
  danger?: boolean;
  /** Beside the button, such as a link that gives up. */
  beside?: HtmlValue;
}

/** The refusal of this form, when it is the one that was sent. */
export function refusalOf(view: View, path: string): RefusedForm | undefined {
  return view.refused?.path === path ? view.refused : undefined;
}

/** A form that changes something. Each has a key of its own, so that a second click does nothing twice. */
export function form({ view, path, fields, submit, danger = false, beside }: FormPart): Html {
  const refused = refusalOf(view, path);
  return html`<form class="form" method="post" action="${path}" data-form>
    ${refused !== undefined && html`<p class="flash flash-danger" role="alert">${icon('alert')} ${refused.problem.detail}</p>`}
    <input type="hidden" name="form_key" value="${randomUUID()}" />
    ${fields}
    <div class="form-actions"><button class="btn ${danger ? 'btn-danger' : 'btn-primary'}" type="submit">${submit}</button>${beside}</div>
  </form>`;
}

/** A button that does one thing by itself. */
export function buttonForm(
  path: string,
  button: { text: string; icon?: string; danger?: boolean; fields?: Readonly<Record<string, string>>; label?: string },
): Html {
  return html`<form class="inline" method="post" action="${path}" data-form>
    <input type="hidden" name="form_key" value="${randomUUID()}" />
    ${Object.entries(button.fields ?? {}).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
    <button
      class="btn btn-sm ${button.danger === true && 'btn-danger'}"
      type="submit"
      ${button.label !== undefined && html`aria-label="${button.label}"`}
    >
      ${button.icon !== undefined && icon(button.icon)}<span>${button.text}</span>
    </button>
  </form>`;
}

/** What every field has. */
interface Field {
  /** The form it belongs to. */
  view: View;
  path: string;
  name: string;
  label: string;
  hint?: HtmlValue;
  value?: string | undefined;
  required?: boolean;
  /** Problems of what lies below, such as `to[1]`, are told here, too. */
  covers?: boolean;
  /** A name in the page, where something else has to find the field. */
  id?: string;
}

function fieldState({ view, path, name, value, covers = false, id: named }: Field): {
  value: string | undefined;
  problem: string | undefined;
  id: string;
} {
  const refused = refusalOf(view, path);
  const isAt = (at: string) => at === name || (covers && (at.startsWith(`${name}.`) || at.startsWith(`${name}[`)));
  const problem = refused?.problem.errors?.find((error) => isAt(error.path))?.message;
  const id = named ?? `f${path.replaceAll(/[^a-z0-9]+/gi, '-')}-${name}`;
  return { value: refused === undefined ? value : (refused.values[name] ?? ''), problem, id };
}

function around(field: Field, control: (state: ReturnType<typeof fieldState> & { described: Html | false }) => Html): Html {
  const state = fieldState(field);
  const { id, problem } = state;
  const notes = [field.hint !== undefined && `${id}-hint`, problem !== undefined && `${id}-problem`].filter(Boolean).join(' ');
  const described = notes !== '' && html`aria-describedby="${notes}" ${problem !== undefined && html`aria-invalid="true"`}`;
  return html`<div class="field">
    <label for="${id}">${field.label}${field.required === true && html`<span class="required" title="needed"> *</span>`}</label>
    ${control({ ...state, described })} ${field.hint !== undefined && html`<p class="hint muted" id="${id}-hint">${field.hint}</p>`}
    ${problem !== undefined && html`<p class="field-problem tone-danger" id="${id}-problem">${icon('alert')} ${problem}</p>`}
  </div>`;
}

/** A line of text; `password` for what nobody may read over a shoulder, which is never filled in again. */
export function textField(
  field: Field & {
    type?: 'text' | 'password' | 'url' | 'email' | 'number';
    placeholder?: string;
    list?: readonly string[];
    maxlength?: number;
    /** Of a number. */
    min?: number;
    max?: number;
  },
): Html {
  const { type = 'text' } = field;
  return around(
    field,
    ({ id, value, described }) =>
      html`<input
          id="${id}"
          name="${field.name}"
          type="${type}"
          value="${type !== 'password' && value}"
          placeholder="${field.placeholder ?? ''}"
          ${field.maxlength !== undefined && html`maxlength="${field.maxlength}"`}
          ${field.min !== undefined && html`min="${field.min}"`}
          ${field.max !== undefined && html`max="${field.max}"`}
          ${field.required === true && 'required'}
          ${described}
          ${type === 'password' && html`autocomplete="new-password"`}
          ${field.list !== undefined && html`list="${id}-list"`}
        />
        ${field.list !== undefined && html`<datalist id="${id}-list">${field.list.map((word) => html`<option value="${word}"></option>`)}</datalist>`}`,
  );
}

/** Several lines of text; `code` for a script or YAML. */
export function areaField(field: Field & { rows?: number; code?: boolean; placeholder?: string }): Html {
  return around(
    field,
    ({ id, value, described }) =>
      html`<textarea
        id="${id}"
        name="${field.name}"
        rows="${field.rows ?? 4}"
        class="${field.code === true && 'code'}"
        spellcheck="${field.code === true ? 'false' : 'true'}"
        placeholder="${field.placeholder ?? ''}"
        ${field.required === true && 'required'}
        ${described}
      >
${value}</textarea>`,
  );
}

/** One of some words. */
export function selectField(field: Field & { options: readonly (string | { value: string; title: string })[] }): Html {
  return around(
    field,
    ({ id, value, described }) =>
      html`<select id="${id}" name="${field.name}" ${field.required === true && 'required'} ${described}>
        ${field.options.map((option) => {
          const { value: word, title } = typeof option === 'string' ? { value: option, title: option } : option;
          return html`<option value="${word}" ${word === value && 'selected'}>${title}</option>`;
        })}
      </select>`,
  );
}

/** Yes or no: the field is sent as `on`, or not at all. */
export function checkField(field: Omit<Field, 'value'> & { checked?: boolean }): Html {
  const refused = refusalOf(field.view, field.path);
  const checked = refused === undefined ? field.checked === true : refused.values[field.name] === 'on';
  const { id, problem } = fieldState({ ...field, value: undefined });
  return html`<div class="field field-check">
    <input id="${id}" name="${field.name}" type="checkbox" ${checked && 'checked'} /><label for="${id}">${field.label}</label>
    ${field.hint !== undefined && html`<p class="hint muted">${field.hint}</p>`}
    ${problem !== undefined && html`<p class="field-problem tone-danger">${icon('alert')} ${problem}</p>`}
  </div>`;
}

/** Some of some words, each to be ticked. Sent as a line for each. */
export function choicesField(field: Field & { options: readonly (string | { value: string; title: string })[] }): Html {
  const { id, value, problem } = fieldState(field);
  const chosen = new Set((value ?? '').split('\n'));
  return html`<fieldset class="field field-choices" ${problem !== undefined && html`aria-describedby="${id}-problem"`}>
    <legend>${field.label}</legend>
    <div class="choices">
      ${field.options.map((option) => {
        const { value: word, title } = typeof option === 'string' ? { value: option, title: option } : option;
        return html`<label
          ><input type="checkbox" name="${field.name}" value="${word}" ${chosen.has(word) && 'checked'} /> ${title}</label
        >`;
      })}
    </div>
    ${field.hint !== undefined && html`<p class="hint muted">${field.hint}</p>`}
    ${problem !== undefined && html`<p class="field-problem tone-danger" id="${id}-problem">${icon('alert')} ${problem}</p>`}
  </fieldset>`;
}

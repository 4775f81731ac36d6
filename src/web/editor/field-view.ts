import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { withCode } from '../parts/schema-form.ts';
import { showField } from './field-text.ts';
import { textOf, type EditorField } from './json-fields.ts';

/** What was said of a field: by the form, or by the check of the file. */
export type Remarks = ReadonlyMap<string, { message: string; severity: 'error' | 'warning' }>;

const idOf = (name: string): string => `field${name.replaceAll(/[^A-Za-z0-9_-]+/g, '-')}`;

function presetText({ preset }: EditorField): string {
  if (preset === undefined || preset === null || preset === '') return 'not set';
  return `default: ${Array.isArray(preset) ? preset.join(', ') : typeof preset === 'object' ? JSON.stringify(preset) : textOf(preset)}`;
}

function choice(field: EditorField, attributes: Html): Html {
  const value = showField(field);
  const options = field.kind === 'flag' ? ['true', 'false'] : field.options;
  const titles: Record<string, string> = field.kind === 'flag' ? { true: 'Yes', false: 'No' } : {};
  const unknown = value !== '' && !options.includes(value) ? [value] : [];
  const preset = field.kind === 'flag' && typeof field.preset === 'boolean' ? `default: ${field.preset ? 'yes' : 'no'}` : presetText(field);
  return html`<select ${attributes}>
    ${!(field.required && value !== '') && html`<option value="">${preset}</option>`}
    ${[...options, ...unknown].map((option) => html`<option value="${option}" ${option === value && 'selected'}>${titles[option] ?? option}</option>`)}
  </select>`;
}

function words(field: EditorField): Html {
  const chosen = new Set(showField(field).split('\n'));
  const preset = new Set(Array.isArray(field.preset) ? field.preset.map(String) : []);
  return html`<input type="hidden" name="${field.name}" value="" />
    <div class="editor-words">
      ${field.options.map(
        (word, index) =>
          html`<label class="${preset.has(word) && 'is-preset'}"
            ><input
              type="checkbox"
              name="${field.name}"
              value="${word}"
              id="${idOf(field.name)}-${index}"
              ${chosen.has(word) && 'checked'}
            /><span>${word}</span></label
          >`,
      )}
    </div>`;
}

function area(field: EditorField, attributes: Html): Html {
  const text = showField(field);
  const least = field.kind === 'area' ? 3 : field.kind === 'yaml' ? 2 : 1;
  const rows = Math.min(14, Math.max(least, text.split('\n').length));
  return html`<textarea ${attributes} rows="${rows}" class="code" spellcheck="false" placeholder="${field.placeholder.split('\n', 1)}">
${text}</textarea>`;
}

/** A control of the form with its name, what it is for, and what is wrong with it. */
export function fieldView(field: EditorField, remarks: Remarks): Html {
  const { name, kind, label, hint, required, placeholder } = field;
  const id = idOf(name);
  const remark = remarks.get(name);
  const described = [hint !== '' && `${id}-hint`, `${id}-problem`].filter(Boolean).join(' ');
  const attributes = html`id="${id}" name="${name}" aria-describedby="${described}"
  ${remark?.severity === 'error' && html`aria-invalid="true"`}`;
  const control =
    kind === 'words'
      ? words(field)
      : kind === 'choice' || kind === 'flag'
        ? choice(field, attributes)
        : kind === 'text'
          ? html`<input
              ${attributes}
              type="text"
              value="${showField(field)}"
              placeholder="${placeholder}"
              list="editor-expressions"
              autocomplete="off"
            />`
          : area(field, attributes);
  const mark = required && html`<span class="required" title="needed"> *</span>`;
  const note = kind === 'lines' ? 'One in each line. ' : kind === 'yaml' ? 'In YAML. ' : '';
  const heading =
    kind === 'words'
      ? html`<span class="editor-label" id="${id}-label">${label}${mark}</span>`
      : html`<label for="${id}">${label}${mark}</label>`;
  return html`<div class="field" data-field="${name}" ${kind === 'words' && html`role="group" aria-labelledby="${id}-label"`}>
    ${heading}${control} ${(hint !== '' || note !== '') && html`<p class="hint muted" id="${id}-hint">${note}${withCode(hint)}</p>`}
    ${remarkView(`${id}-problem`, remark)}
  </div>`;
}

/** What was said of one control; an empty place where nothing was. */
export function remarkView(id: string, remark: { message: string; severity: 'error' | 'warning' } | undefined): Html {
  if (remark === undefined) return html`<p class="field-problem" id="${id}" hidden></p>`;
  const tone = remark.severity === 'error' ? 'danger' : 'attention';
  return html`<p class="field-problem tone-${tone}" id="${id}">${icon('alert')} ${withCode(remark.message)}</p>`;
}

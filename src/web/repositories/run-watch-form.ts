import type { Repository, WatchItem } from '../../http/schemas/repository.ts';
import { html, type Html } from '../html.ts';
import type { View } from '../kit/view.ts';
import { checkField, form, selectField, textField } from '../parts/form.ts';

type Inputs = NonNullable<WatchItem['inputs']>;

/** What stands in front of the names of a watch's own inputs, so that none is mistaken for a field of the form. */
const prefix = 'text_inputs.';

function inputField(field: { view: View; path: string }, name: string, input: Inputs[string]): Html {
  const { type, required, description, default: value, options } = input;
  const shared = {
    ...field,
    name: `${prefix}${name}`,
    label: name,
    ...(typeof description === 'string' && { hint: html`<bdi>${description}</bdi>` }),
    required,
  };
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  if (type === 'boolean') return checkField({ ...shared, required: false, checked: value === true });
  if (type === 'choice' && Array.isArray(options))
    return selectField({
      ...shared,
      value: text,
      options: [...(required || text !== undefined ? [] : ['']), ...options.filter((option) => typeof option === 'string')],
    });
  return textField({ ...shared, value: text, type: type === 'number' ? 'number' : 'text' });
}

/** The form that starts a watch by hand: the branch, and what its `manual` trigger takes. */
export function runForm(view: View, { path, watch, repository }: { path: string; watch: WatchItem; repository: Repository }): Html {
  const field = { view, path };
  return form({
    view,
    path,
    submit: 'Run it',
    fields: html`${textField({ ...field, name: 'ref', label: 'Branch', value: repository.default_branch ?? '', hint: 'The default branch without it.' })}
    ${Object.entries(watch.inputs ?? {}).map(([name, input]) => inputField(field, name, input))}`,
  });
}

/** The body that the form makes. Ticks that are missing are a no where the watch declares a yes or no. */
export function readRunForm(values: Readonly<Record<string, string>>, inputs: Inputs): Record<string, unknown> {
  const given = Object.entries(inputs).flatMap(([name, { type }]): [string, string][] => {
    const value = values[`${prefix}${name}`];
    if (type === 'boolean') return [[name, value === 'on' ? 'true' : 'false']];
    return value === undefined || value === '' ? [] : [[name, value]];
  });
  return {
    ...(values['ref'] !== undefined && values['ref'].trim() !== '' && { ref: values['ref'].trim() }),
    text_inputs: Object.fromEntries(given),
  };
}

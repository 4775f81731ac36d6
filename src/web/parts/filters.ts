import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { pageUrl, type View } from '../kit/view.ts';

/** A word that can be chosen, or several under a heading. */
export type ChoiceOption = string | { value: string; title: string } | { group: string; options: readonly ChoiceOption[] };

/** A field by which a list is filtered. */
export type Filter =
  | { name: string; label: string; kind: 'text'; placeholder?: string; icon?: string; list?: readonly string[] }
  /** `needs` says what has to be chosen before this can be. */
  | { name: string; label: string; kind: 'choice'; options: readonly ChoiceOption[]; all?: string; needs?: string | undefined }
  | { name: string; label: string; kind: 'date'; hint?: string }
  /** Stays when another filter is chosen; the page shows it by itself. */
  | { name: string; kind: 'kept' };

function optionView(option: ChoiceOption, chosen: string | undefined): Html {
  if (typeof option !== 'string' && 'group' in option)
    return html`<optgroup label="${option.group}">${option.options.map((one) => optionView(one, chosen))}</optgroup>`;
  const { value, title } = typeof option === 'string' ? { value: option, title: option } : option;
  return html`<option value="${value}" ${value === chosen && 'selected'}>${title}</option>`;
}

function choiceView(
  filter: Filter & { kind: 'choice' },
  { id, label, value }: { id: string; label: Html; value: string | undefined },
): Html {
  return html`<span>
    ${label}<select id="${id}" name="${filter.name}" data-submit ${filter.needs !== undefined && html`disabled title="${filter.needs}"`}>
      <option value="">${filter.all ?? `${filter.label}: all`}</option>
      ${filter.options.map((option) => optionView(option, value))}
    </select></span
  >`;
}

function filterView(filter: Filter, value: string | undefined): Html {
  if (filter.kind === 'kept')
    return html`${value !== undefined && value !== '' && html`<input type="hidden" name="${filter.name}" value="${value}" />`}`;
  const id = `filter-${filter.name}`;
  const label = html`<label class="sr-only" for="${id}">${filter.label}</label>`;
  if (filter.kind === 'choice') return choiceView(filter, { id, label, value });
  if (filter.kind === 'date')
    return html`<span class="filter-date"
      ><label for="${id}">${filter.label}</label
      ><input
        id="${id}"
        type="date"
        name="${filter.name}"
        value="${value?.slice(0, 10)}"
        title="${filter.hint ?? filter.label}"
        data-submit
    /></span>`;
  return html`<span class="search">
    ${label}${icon(filter.icon ?? 'search')}<input
      id="${id}"
      type="search"
      name="${filter.name}"
      value="${value}"
      placeholder="${filter.placeholder ?? filter.label}"
      maxlength="200"
      ${filter.list !== undefined && html`list="${id}-list" autocomplete="off"`}
    />${
      filter.list !== undefined &&
      html`<datalist id="${id}-list">${filter.list.map((word) => html`<option value="${word}"></option>`)}</datalist>`
    }</span
  >`;
}

/**
 * The filters of a list, as a form that works without a script. What a filter may be when another one is chosen is for the page to say:
 * it gives the options.
 */
export function filterBar(view: View, filters: readonly Filter[]): Html {
  const [path] = view.url.split('?', 1);
  const used = filters.some(({ name }) => (view.query[name] ?? '') !== '');
  const none = Object.fromEntries(filters.map(({ name }) => [name, undefined]));
  return html`<form class="filters" method="get" action="${path}" aria-label="Filter">
    ${filters.map((filter) => filterView(filter, view.query[filter.name]))}
    <button class="btn" type="submit">Filter</button>
    ${used && html`<a class="clear" href="${pageUrl(view, none)}">Clear</a>`}
  </form>`;
}

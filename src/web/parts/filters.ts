import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { pageUrl, type View } from '../kit/view.ts';

/** A field by which a list is filtered. */
export type Filter =
  | { name: string; label: string; kind: 'text'; placeholder?: string; icon?: string }
  | { name: string; label: string; kind: 'choice'; options: readonly (string | { value: string; title: string })[]; all?: string }
  | { name: string; label: string; kind: 'date' };

function optionView(option: string | { value: string; title: string }, chosen: string | undefined): Html {
  const { value, title } = typeof option === 'string' ? { value: option, title: option } : option;
  return html`<option value="${value}" ${value === chosen && 'selected'}>${title}</option>`;
}

function filterView(filter: Filter, value: string | undefined): Html {
  const id = `filter-${filter.name}`;
  const label = html`<label class="sr-only" for="${id}">${filter.label}</label>`;
  if (filter.kind === 'choice')
    return html`<span>
      ${label}<select id="${id}" name="${filter.name}" data-submit>
        <option value="">${filter.all ?? `${filter.label}: all`}</option>
        ${filter.options.map((option) => optionView(option, value))}
      </select></span
    >`;
  if (filter.kind === 'date')
    return html`<label class="date"
      ><span class="muted">${filter.label}</span> <input id="${id}" type="date" name="${filter.name}" value="${value}" data-submit
    /></label>`;
  return html`<span class="search">
    ${label}${icon(filter.icon ?? 'search')}<input
      id="${id}"
      type="search"
      name="${filter.name}"
      value="${value}"
      placeholder="${filter.placeholder ?? filter.label}"
      maxlength="200"
  /></span>`;
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

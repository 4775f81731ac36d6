import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { pageUrl, type View } from '../kit/view.ts';
import type { ListAnswer } from '../kit/api-client.ts';

/** The way on through a list, and back to its newest; how many there are where it was counted. */
export function pager(view: View, meta: ListAnswer<unknown>['meta']): Html | false {
  const isFurther = view.query['cursor'] !== undefined;
  const counted = meta.total !== undefined && `${meta.total.toLocaleString('en')}${meta.total_is_at_least === true ? '+' : ''} in all`;
  if (meta.next === null && !isFurther) return counted !== false && html`<p class="pager muted">${counted}</p>`;
  return html`<nav class="pager" aria-label="Pages of the list">
    ${isFurther && html`<a class="btn" href="${pageUrl(view, {})}">${icon('chevron-left')}<span>To the beginning</span></a>`}
    ${counted !== false && html`<span class="muted">${counted}</span>`}
    ${meta.next !== null && html`<a class="btn" rel="next" href="${pageUrl(view, { cursor: meta.next })}"><span>Further</span>${icon('chevron-right')}</a>`}
  </nav>`;
}

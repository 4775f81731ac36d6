import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';

/** A place where there is nothing to show: what belongs here, and what to do so that there is. */
export interface Blank {
  icon: string;
  title: string;
  text: Html | string;
  action?: Html | undefined;
  /** The rank of its heading: 1 where it is all that the page has. */
  level?: 1 | 2 | 3;
}

/** Shows an empty place that teaches. */
export function blank({ icon: name, title, text, action, level = 2 }: Blank): Html {
  const heading = level === 1 ? html`<h1>${title}</h1>` : level === 2 ? html`<h2>${title}</h2>` : html`<h3>${title}</h3>`;
  return html`<div class="blank">
    <span class="blank-icon">${icon(name)}</span>
    ${heading}
    <p class="muted">${text}</p>
    ${action !== undefined && html`<p class="blank-action">${action}</p>`}
  </div>`;
}

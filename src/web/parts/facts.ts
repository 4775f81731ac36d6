import { html, type Html, type HtmlValue } from '../html.ts';

/** What is known of a thing, name by name; what is undefined, null or false is left out. */
export function facts(entries: readonly (readonly [string, HtmlValue] | false)[]): Html {
  const known = entries.filter(
    (entry) => entry !== false && entry[1] !== undefined && entry[1] !== null && entry[1] !== false && entry[1] !== '',
  );
  return html`<dl class="facts-list">
    ${known.map(
      (entry) =>
        entry !== false &&
        html`<div>
          <dt>${entry[0]}</dt>
          <dd>${entry[1]}</dd>
        </div>`,
    )}
  </dl>`;
}

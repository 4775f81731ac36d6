import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';

/** The way from nothing to the first push that does something. */
const stations = ['Register the App', 'Install it', 'Write the file', 'See the first push'] as const;

/** How far somebody is on the way: what is behind them, and what comes next. `at` is the station that is next, from 1; 5 when all is done. */
export function journey(at: number): Html {
  return html`<ol class="journey" aria-label="First steps">
    ${stations.map((title, index) => {
      const number = index + 1;
      const state = number < at ? 'done' : number === at ? 'next' : 'later';
      return html`<li class="journey-${state}" ${state === 'next' && html`aria-current="step"`}>
        <span class="journey-sign">${state === 'done' ? icon('check', 'done') : number}</span><span>${title}</span>
      </li>`;
    })}
  </ol>`;
}

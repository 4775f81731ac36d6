import type { Assets } from './assets.ts';
import { html, type Html, type HtmlValue } from './html.ts';
import { icon } from './icons.ts';
import { layout } from './layout.ts';

/** A page without the site's frame: for whoever has not signed in, and for setting up. */
export interface Sheet {
  /** Of the window, and the heading. */
  title: string;
  /** Stands under the heading. */
  lead?: HtmlValue;
  body: HtmlValue;
  /** Above the heading, such as how far the first steps are. */
  above?: Html | false;
  /** `wide` for two columns. */
  width?: 'narrow' | 'wide';
}

/** Shows such a page: the sign, one heading, its content. */
export function sheet(assets: Assets, { title, lead, body, above = false, width = 'narrow' }: Sheet): string {
  const content = html`<main class="sheet sheet-${width}">
    <p class="sheet-brand"><img src="${assets.icon.path}" width="40" height="40" alt="" /><span>RepoWatch</span></p>
    ${above}
    <header class="sheet-head">
      <h1>${title}</h1>
      ${lead !== undefined && html`<p class="muted">${lead}</p>`}
    </header>
    ${body}
  </main>`;
  return layout(assets, { title: `${title} · RepoWatch`, body: content, className: 'page-sheet' });
}

/** A page that says what went wrong. */
export function problemPage(assets: Assets, problem: { title: string; detail: string }): string {
  const { title, detail } = problem;
  const body = html`<div class="sheet-box sheet-center">
    <p class="tone-danger sheet-sign">${icon('alert')}</p>
    <p>${detail}</p>
    <p><a class="btn btn-block" href="/">Back to the page</a></p>
  </div>`;
  return sheet(assets, { title, body });
}

import { html, type Html, type HtmlValue } from '../html.ts';
import { icon } from '../icons.ts';

/** A part of a page that has parts, such as the branches of a repository. */
export interface Tab {
  title: string;
  path: string;
  icon?: string;
  /** Shown as a number beside the title. */
  count?: number | undefined;
}

/** The head of a page: where it is, what it is, what can be done. */
export interface PageHead {
  title: HtmlValue;
  icon?: string;
  /** One or two sentences on what this page is for. */
  intro?: HtmlValue;
  /** The way up, the highest first. */
  crumbs?: readonly { title: string; path: string }[];
  /** Buttons, the most important first. */
  actions?: HtmlValue;
  tabs?: readonly Tab[];
  /** The path of the tab that is shown. */
  tab?: string;
}

function tabsView(tabs: readonly Tab[], current: string | undefined): Html {
  return html`<nav class="tabs" aria-label="Parts of this page">
    <ul>
      ${tabs.map(
        ({ title, path, icon: name, count }) =>
          html`<li>
            <a href="${path}" ${path === current && html`aria-current="page"`}>
              ${name !== undefined && icon(name)}<span>${title}</span>${count !== undefined && html`<span class="counter">${count}</span>`}
            </a>
          </li>`,
      )}
    </ul>
  </nav>`;
}

/** Shows the head of a page, with the page's one heading of the first rank. */
export function pageHead({ title, icon: name, intro, crumbs = [], actions, tabs, tab }: PageHead): Html {
  return html`<header class="page-head">
    ${
      crumbs.length > 0 &&
      html`<nav class="crumbs" aria-label="Way up">
        <ol>
          ${crumbs.map(
            (crumb, index) =>
              html`<li>
                <a href="${crumb.path}" ${index === crumbs.length - 1 && html`data-up`}><bdi>${crumb.title}</bdi></a>
              </li>`,
          )}
        </ol>
      </nav>`
    }
    <div class="page-title">
      <h1>${name !== undefined && icon(name)} <bdi>${title}</bdi></h1>
      ${actions !== undefined && html`<div class="page-actions">${actions}</div>`}
    </div>
    ${intro !== undefined && html`<p class="intro muted">${intro}</p>`} ${tabs !== undefined && tabsView(tabs, tab)}
  </header>`;
}

/** A part of a page under a heading of its own. */
export function section(title: HtmlValue, content: HtmlValue, more: { id?: string; actions?: HtmlValue; intro?: HtmlValue } = {}): Html {
  return html`<section class="section" ${more.id !== undefined && html`id="${more.id}"`}>
    <div class="section-head">
      <h2>${title}</h2>
      ${more.actions !== undefined && html`<div class="page-actions">${more.actions}</div>`}
    </div>
    ${more.intro !== undefined && html`<p class="muted">${more.intro}</p>`} ${content}
  </section>`;
}

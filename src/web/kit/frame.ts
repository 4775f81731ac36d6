import type { Requester } from '../../people/requester.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { layout } from '../layout.ts';
import { digestNews } from '../live.ts';
import { menu, type MenuPlace, type Place } from './navigation.ts';
import { noticeText } from './notices.ts';
import type { Site } from './site.ts';
import { themeOf } from './theme.ts';
import type { PageContent, View } from './view.ts';

/** A part of a page that is kept fresh while the page is open; its content must also stand in the page's `live`. */
export function livePart(id: string, content: Html): Html {
  return html`<div id="${id}" class="live-part">${content}</div>`;
}

/** The fresh parts of a page, as htmx partials: each finds its place and is morphed into it. */
export function liveFragment(live: Readonly<Record<string, Html>>): string {
  const parts = Object.entries(live).map(
    ([id, content]) => html`<hx-partial hx-target="#${id}" hx-swap="innerMorph">${content}</hx-partial>`,
  );
  return html`${parts}`.text;
}

function placesFor({ admin }: Requester, places: readonly MenuPlace<Place>[]): MenuPlace<Place>[] {
  return places.filter((entry) => entry.admin !== true || admin);
}

function menuView(view: View, place: Place | undefined): Html {
  const groups = menu.map(({ title, places }) => {
    const shown = placesFor(view.requester, places);
    return html`${title !== '' && html`<h2>${title}</h2>`}
      <ul>
        ${shown.map(
          (entry) =>
            html`<li>
              <a href="${entry.path}" data-key="${entry.key}" ${entry.place === place && html`aria-current="page"`}>
                ${icon(entry.icon)}<span>${entry.title}</span>
              </a>
            </li>`,
        )}
      </ul>`;
  });
  return html`<nav class="menu" id="menu" aria-label="Site">${groups}</nav>`;
}

function topBar(site: Site, view: View, isLive: boolean): Html {
  const { login, admin } = view.requester;
  return html`<header class="top">
    <button class="btn btn-plain menu-button" type="button" aria-controls="menu" aria-expanded="false" data-menu>
      ${icon('three-bars', 'Menu')}
    </button>
    <a class="brand" href="/"><img src="${site.assets.icon.path}" width="28" height="28" alt="" /><span>RepoWatch</span></a>
    <form class="site-search" action="/search" method="get" role="search">
      <label class="sr-only" for="site-search">Search</label>${icon('search')}
      <input
        id="site-search"
        type="search"
        name="q"
        maxlength="200"
        placeholder="Search or jump to…"
        value="${view.url.startsWith('/search') && view.query['q']}"
      />
      <kbd aria-hidden="true">/</kbd>
    </form>
    ${
      isLive &&
      html`<p class="live" role="status">
        <span class="dot"></span><span class="live-on">Live</span><span class="live-off">Connecting…</span>
        <span class="live-lost">Connection lost</span>
      </p>`
    }
    <details class="person">
      <summary class="btn btn-plain">${icon('person')}<span>${login}</span></summary>
      <div class="person-menu">
        <p class="muted">Signed in as <strong>${login}</strong>${admin && ', administrator'}</p>
        <ul>
          <li><a href="/settings">${icon('gear')} Settings and appearance</a></li>
          <li><a href="/tokens">${icon('key-asterisk')} API tokens</a></li>
          <li><a href="/api/docs">${icon('code')} REST API</a></li>
        </ul>
        <form method="post" action="/logout">
          <button class="btn btn-block" type="submit">${icon('sign-out')}<span>Sign out</span></button>
        </form>
      </div>
    </details>
  </header>`;
}

/** What every key does: those of every page, and behind `g` the places of the menu that whoever looks has. */
function keysHelp({ requester }: View): Html {
  const keys = [
    ['/', 'Search'],
    ['j', 'Next row'],
    ['k', 'Row before'],
    ['Enter', 'Open the row'],
    ['u', 'Up: back to the list'],
    ['?', 'This help'],
  ] as const;
  return html`<dialog id="keys" class="dialog" aria-labelledby="keys-title">
    <h2 id="keys-title">Keyboard</h2>
    <dl class="keys">
      ${keys.map(
        ([key, what]) =>
          html`<dt><kbd>${key}</kbd></dt>
            <dd>${what}</dd>`,
      )}
      ${menu.flatMap(({ places }) =>
        placesFor(requester, places).map(
          ({ key, title }) =>
            html`<dt><kbd>g</kbd> <kbd>${key}</kbd></dt>
              <dd>${title}</dd>`,
        ),
      )}
    </dl>
    <form method="dialog"><button class="btn" type="submit">Close</button></form>
  </dialog>`;
}

function notice(view: View): Html | false {
  const text = noticeText(view.query['notice']);
  return text !== undefined && html`<p class="flash flash-success" role="status">${icon('check')} ${text}</p>`;
}

/** The stream of a page, which says what the page was made with: only what is different is sent. */
function livePath(view: View, live: Readonly<Record<string, Html>>): string {
  return `/live?of=${encodeURIComponent(view.url)}&have=${digestNews(liveFragment(live))}`;
}

/** A page inside the site's frame: bar, menu, what was done, content. */
export function framedPage(site: Site, view: View, page: PageContent & { place?: Place }): string {
  const isLive = page.live !== undefined;
  const body = html`<a class="skip" href="#content">Skip to the content</a>
    ${topBar(site, view, isLive)}
    <div class="site">
      ${menuView(view, page.place)}
      <main id="content" class="page ${page.width === 'wide' && 'page-wide'}" tabindex="-1">
        ${isLive && html`<div id="live-trouble" role="alert"></div>`}${notice(view)} ${page.body}
      </main>
    </div>
    ${keysHelp(view)} ${page.live !== undefined && html`<div hidden hx-sse:connect="${livePath(view, page.live)}" hx-swap="none"></div>`}`;
  return layout(site.assets, {
    title: page.title === 'RepoWatch' ? page.title : `${page.title} · RepoWatch`,
    body,
    className: 'framed',
    scripts: page.scripts,
    theme: themeOf(view.request),
  });
}

import type { Assets } from './assets.ts';
import { html, trustedHtml, type Html } from './html.ts';
import { icon } from './icons.ts';
import type { Theme } from './kit/theme.ts';

/** htmx keeps opened details open (`open` is the reader's), and does not touch what was loaded into `.lazy`. */
const htmxConfig = JSON.stringify({
  morphIgnore: ['data-htmx-powered', 'open'],
  morphSkipChildren: '.lazy',
  extensions: 'sse',
  history: false,
  includeIndicatorCSS: false,
});

/** What stands around a page's content. */
interface Sheet {
  title: string;
  body: Html;
  className?: string;
  /** Scripts beside the one of every page. */
  scripts?: readonly ('charts' | 'editor')[] | undefined;
  theme?: Theme;
}

/** A whole page around its content. */
export function layout(assets: Assets, page: Sheet): string {
  const { theme = 'auto' } = page;
  return html`${trustedHtml('<!doctype html>')}
    <html lang="en" ${theme !== 'auto' && html`data-theme="${theme}"`}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="htmx-config" content="${htmxConfig}" />
        <meta name="color-scheme" content="${theme === 'auto' ? 'light dark' : theme.split('-', 1)}" />
        <title>${page.title}</title>
        <link rel="icon" type="image/svg+xml" href="${assets.icon.path}" />
        <link rel="stylesheet" href="${assets.style.path}" />
        <script src="${assets.script.path}" defer></script>
        ${(page.scripts ?? []).map((name) => html`<script src="${assets[name].path}" defer></script>`)}
      </head>
      <body class="${page.className ?? ''}">
        ${page.body}
      </body>
    </html>`.text;
}

/** The page that asks who somebody is. */
export function loginPage(assets: Assets, page: { withGitHub: boolean; problem?: string; returnTo?: string | undefined }): string {
  const { withGitHub, problem, returnTo } = page;
  const github = returnTo === undefined ? '/auth/github' : `/auth/github?return_to=${encodeURIComponent(returnTo)}`;
  const body = html`<main class="login">
    <img src="${assets.icon.path}" width="56" height="56" alt="" />
    <h1>Sign in to RepoWatch</h1>
    ${problem !== undefined && html`<p class="flash flash-danger" role="alert">${icon('alert')} ${problem}</p>`}
    ${withGitHub && html`<p><a class="btn btn-primary" href="${github}">Sign in with GitHub</a></p>`}
    <form class="box" method="post" action="/login">
      ${returnTo !== undefined && html`<input type="hidden" name="return_to" value="${returnTo}" />`}
      <label for="token">Admin token</label>
      <input id="token" name="token" type="password" autocomplete="current-password" required autofocus />
      <button class="btn btn-primary" type="submit">Sign in</button>
    </form>
    <p class="muted">The token is the setting <code>ADMIN_TOKEN</code> of this server.</p>
  </main>`;
  return layout(assets, { title: 'Sign in · RepoWatch', body, className: 'page-login' });
}

/** A page that says what went wrong. */
export function problemPage(assets: Assets, problem: { title: string; detail: string }): string {
  const body = html`<main class="login">
    <img src="${assets.icon.path}" width="56" height="56" alt="" />
    <h1>${problem.title}</h1>
    <p class="muted">${problem.detail}</p>
    <p><a href="/">Back to the page</a></p>
  </main>`;
  return layout(assets, { title: `${problem.title} · RepoWatch`, body, className: 'page-login' });
}

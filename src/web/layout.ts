import type { Assets } from './assets.ts';
import { html, trustedHtml, type Html } from './html.ts';
import type { Theme } from './kit/theme.ts';

/**
 * htmx keeps opened details open (`open` is the reader's), and does not touch what was loaded into `.lazy`. A lost stream is tried again
 * every few seconds: people sit and wait for it.
 */
const htmxConfig = JSON.stringify({
  morphIgnore: ['data-htmx-powered', 'open'],
  morphSkipChildren: '.lazy',
  extensions: 'sse',
  sse: { reconnectMaxDelay: 5_000 },
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

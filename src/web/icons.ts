import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { html, trustedHtml, type Html } from './html.ts';

const require = createRequire(import.meta.url);

type Octicons = Record<string, { heights: Record<string, { path: string }> } | undefined>;

let octicons: Octicons | undefined;

/** One of GitHub's own icons, 16 pixels high, in the colour of the text around it. */
export function icon(name: string, label?: string): Html {
  octicons ??= JSON.parse(readFileSync(require.resolve('@primer/octicons/build/data.json'), 'utf8')) as Octicons;
  const path = octicons[name]?.heights['16']?.path;
  if (path === undefined) throw new Error(`There is no octicon ${name} of 16 pixels.`);
  const named = label === undefined ? trustedHtml('aria-hidden="true"') : html`role="img" aria-label="${label}"`;
  return html`<svg class="octicon" viewBox="0 0 16 16" width="16" height="16" ${named}>${trustedHtml(path)}</svg>`;
}

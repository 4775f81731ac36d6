import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

const files = {
  light: require.resolve('@primer/primitives/dist/css/functional/themes/light.css'),
  dark: require.resolve('@primer/primitives/dist/css/functional/themes/dark.css'),
  'light-high-contrast': require.resolve('@primer/primitives/dist/css/functional/themes/light-high-contrast.css'),
  'dark-high-contrast': require.resolve('@primer/primitives/dist/css/functional/themes/dark-high-contrast.css'),
};
type ThemeName = keyof typeof files;

function readTokens(theme: ThemeName): Map<string, string> {
  const css = readFileSync(files[theme], 'utf8').replace(/\/\*[^]*?\*\//g, '');
  const tokens = new Map<string, string>();
  for (const [, name, value] of css.matchAll(/(--[\w-]+):\s*([^;]+);/g)) {
    if (name !== undefined && value !== undefined && !tokens.has(name)) tokens.set(name, value);
  }
  return tokens;
}

function usedTokens(css: string, tokens: ReadonlyMap<string, string>, used = new Set<string>()): Set<string> {
  for (const [, name = ''] of css.matchAll(/var\((--[\w-]+)/g)) {
    const value = tokens.get(name);
    if (value === undefined || used.has(name)) continue;
    used.add(name);
    usedTokens(value, tokens, used);
  }
  return used;
}

/**
 * Primer's colours, cut down to those that the style uses: a few KB instead of 240 for each theme. Without a choice the system decides
 * between light and dark, and whether there is to be more contrast; `data-theme` on the root is somebody's own choice. Paper is white.
 */
export function selectTokens(css: string): string {
  const known = new Map<ThemeName, string>();
  const write = (theme: ThemeName) => {
    const tokens = readTokens(theme);
    const lines = [...usedTokens(css, tokens)].map((name) => `${name}:${tokens.get(name)};`);
    return `color-scheme:${theme.split('-', 1)[0]};${lines.join('')}`;
  };
  const rules = (theme: ThemeName) => {
    const text = known.get(theme) ?? write(theme);
    known.set(theme, text);
    return text;
  };
  const system = (query: string, theme: ThemeName) => `@media screen and ${query}{:root:not([data-theme]){${rules(theme)}}}`;
  const chosen = (theme: ThemeName) => `@media screen{:root[data-theme='${theme}']{${rules(theme)}}}`;
  return [
    `:root{${rules('light')}}`,
    system('(prefers-contrast:more)', 'light-high-contrast'),
    system('(prefers-color-scheme:dark)', 'dark'),
    system('(prefers-color-scheme:dark) and (prefers-contrast:more)', 'dark-high-contrast'),
    chosen('light-high-contrast'),
    chosen('dark'),
    chosen('dark-high-contrast'),
    '',
  ].join('\n');
}

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

/** A file of the page under an address that changes with its content. */
interface Asset {
  path: string;
  type: string;
  content: Buffer;
}

/** Everything the page loads. */
export interface Assets {
  style: Asset;
  script: Asset;
  icon: Asset;
  /** By the last part of the path. */
  byName: ReadonlyMap<string, Asset>;
}

const ownFile = (name: string) => readFileSync(fileURLToPath(new URL(`assets/${name}`, import.meta.url)), 'utf8');

const themes = {
  light: require.resolve('@primer/primitives/dist/css/functional/themes/light.css'),
  dark: require.resolve('@primer/primitives/dist/css/functional/themes/dark.css'),
};

function readTokens(theme: keyof typeof themes): Map<string, string> {
  const css = readFileSync(themes[theme], 'utf8').replace(/\/\*[^]*?\*\//g, '');
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

/** Primer's colours for light and dark, cut down to those that the style uses: 4 KB instead of 240. */
export function selectTokens(css: string): string {
  const block = (theme: keyof typeof themes) => {
    const tokens = readTokens(theme);
    const lines = [...usedTokens(css, tokens)].map((name) => `${name}:${tokens.get(name)};`);
    return `:root{color-scheme:${theme};${lines.join('')}}`;
  };
  return `${block('light')}\n@media (prefers-color-scheme:dark){${block('dark')}}\n`;
}

function createAsset(name: string, type: string, text: string): Asset {
  const content = Buffer.from(text);
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
  const [stem, extension] = name.split('.');
  return { path: `/assets/${stem}-${hash}.${extension}`, type, content };
}

/** Reads the page's files once: GitHub's tokens and our style, htmx with its stream extension and our script. */
export function loadAssets(): Assets {
  const css = ownFile('page.css');
  const style = createAsset('page.css', 'text/css; charset=utf-8', selectTokens(css) + css);
  const scripts = [
    readFileSync(require.resolve('htmx.org/dist/htmx.min.js'), 'utf8'),
    readFileSync(require.resolve('htmx.org/dist/ext/hx-sse.min.js'), 'utf8'),
    ownFile('page.js'),
  ].map((text) => text.replace(/^\/\/# sourceMappingURL=.*$/m, ''));
  const script = createAsset('page.js', 'text/javascript; charset=utf-8', scripts.join('\n;\n'));
  const icon = createAsset('icon.svg', 'image/svg+xml', ownFile('icon.svg'));
  const byName = new Map([style, script, icon].map((asset) => [asset.path.slice('/assets/'.length), asset]));
  return { style, script, icon, byName };
}

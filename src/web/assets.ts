import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { selectTokens } from './design-tokens.ts';

const require = createRequire(import.meta.url);

/** A file of the page under an address that changes with its content. */
interface Asset {
  path: string;
  type: string;
  content: Buffer;
  /** Made when somebody asks for it first. */
  readonly gzip: Buffer;
}

/** Everything the pages load. */
export interface Assets {
  style: Asset;
  /** What every page loads. */
  script: Asset;
  /** What pages with charts load besides. */
  charts: Asset;
  /** What the watch editor loads besides. */
  editor: Asset;
  icon: Asset;
  /** By the last part of the path. */
  byName: ReadonlyMap<string, Asset>;
}

const folder = fileURLToPath(new URL('assets/', import.meta.url));
const readOwn = (name: string) => readFileSync(`${folder}${name}`, 'utf8');
const readPackage = (path: string) => readFileSync(path, 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '');

/** The files of a folder, in the order of their names. */
function readFolder(name: string, extension: string): string[] {
  const names = readdirSync(`${folder}${name}`).filter((file) => file.endsWith(extension));
  return names.toSorted().map((file) => readOwn(`${name}/${file}`));
}

/** Our scripts do not see each other's names. */
const enclose = (script: string) => `(() => {\n${script}\n})();`;

function createAsset(name: string, type: string, text: string): Asset {
  const content = Buffer.from(text);
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
  const [stem, extension] = name.split('.');
  let gzip: Buffer | undefined;
  return {
    path: `/assets/${stem}-${hash}.${extension}`,
    type,
    content,
    get gzip() {
      return (gzip ??= gzipSync(content));
    },
  };
}

function createScript(name: string, parts: readonly string[]): Asset {
  return createAsset(name, 'text/javascript; charset=utf-8', parts.join('\n;\n'));
}

/** Reads the pages' files once: GitHub's tokens and our style, htmx with its stream extension and our scripts, uPlot for charts. */
export function loadAssets(): Assets {
  const css = [readPackage(require.resolve('uplot/dist/uPlot.min.css')), ...readFolder('css', '.css')].join('\n');
  const style = createAsset('page.css', 'text/css; charset=utf-8', selectTokens(css) + css);
  const own = (name: string) => readFolder(name, '.js').map(enclose);
  const script = createScript('page.js', [
    readPackage(require.resolve('htmx.org/dist/htmx.min.js')),
    readPackage(require.resolve('htmx.org/dist/ext/hx-sse.min.js')),
    ...own('js'),
  ]);
  const charts = createScript('charts.js', [readPackage(require.resolve('uplot/dist/uPlot.iife.min.js')), ...own('charts')]);
  const editor = createScript('editor.js', own('editor'));
  const icon = createAsset('icon.svg', 'image/svg+xml', readOwn('icon.svg'));
  const byName = new Map([style, script, charts, editor, icon].map((asset) => [asset.path.slice('/assets/'.length), asset]));
  return { style, script, charts, editor, icon, byName };
}

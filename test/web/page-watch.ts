import type { BrowserContext, Page } from 'playwright-core';

/** What went wrong on a page while somebody looked, and what it loaded. */
export interface PageWatch {
  /** Sentences; nothing of it may happen. */
  troubles: string[];
  /** Bytes on the wire by address, and what kind it was. */
  loaded: Map<string, { type: string; bytes: number }>;
  /** Waits until the sizes of everything are known. */
  counted(): Promise<void>;
}

/** Runs in each page before anything of it: collects what only the page itself can tell. As text, because it belongs to the browser. */
const collector = `
  window.__shift = 0;
  window.__violations = [];
  window.__moved = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue;
      window.__shift += entry.value;
      const name = ({ node }) => (node?.parentElement?.className ?? '') + ' > ' + node?.nodeName + '.' + (node?.className ?? '');
      window.__moved.push(entry.value.toFixed(3) + ' at ' + Math.round(entry.startTime) + ' ms: ' + entry.sources.slice(0, 3).map(name).join(', '));
    }
  }).observe({ type: 'layout-shift', buffered: true });
  document.addEventListener('securitypolicyviolation', (event) => {
    window.__violations.push(event.violatedDirective + ' ' + event.blockedURI + ' ' + (event.sample ?? ''));
  });
`;

/** Prepares a context: each of its pages collects what it meets. */
export async function prepareContext(context: BrowserContext): Promise<void> {
  await context.addInitScript(collector);
}

/** Watches a page from before its first request. */
export function watchPage(page: Page, home: string): PageWatch {
  const troubles: string[] = [];
  const loaded: PageWatch['loaded'] = new Map();
  const pending: Promise<void>[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(`console: ${message.text().slice(0, 300)}`);
  });
  page.on('pageerror', (error) => void troubles.push(`script failed: ${error.message.slice(0, 300)}`));
  page.on('dialog', (dialog) => {
    troubles.push(`a dialog opened: ${dialog.message().slice(0, 100)}`);
    void dialog.dismiss();
  });
  page.on('popup', () => void troubles.push('another window opened'));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${home}/`) && !url.startsWith('data:') && !url.startsWith('about:'))
      troubles.push(`asked somebody else: ${url.slice(0, 200)}`);
  });
  page.on('requestfinished', (request) => {
    const size = async () => {
      const { responseBodySize, responseHeadersSize } = await request.sizes();
      loaded.set(request.url(), { type: request.resourceType(), bytes: responseBodySize + responseHeadersSize });
    };
    // A request of a page that was closed meanwhile has no size.
    pending.push(size().catch(() => undefined));
  });
  return { troubles, loaded, counted: async () => void (await Promise.all(pending)) };
}

/** What a page collected by itself: how far things moved, and which; violations of the policy. */
interface Collected {
  shift: number;
  moved: string[];
  violations: string[];
}

/** Reads what a page has collected so far. */
export async function readCollected(page: Page): Promise<Collected> {
  return (await page.evaluate('({ shift: window.__shift, moved: window.__moved, violations: window.__violations })')) as Collected;
}

/** How much wider a document is than its window, with the element that is to blame; undefined when it fits. */
export async function findOverflow(page: Page): Promise<string | undefined> {
  return (await page.evaluate(`(() => {
    const root = document.documentElement;
    const width = root.clientWidth;
    if (root.scrollWidth <= width) return undefined;
    const scrolls = (element) => {
      for (let at = element.parentElement; at !== null && at !== root; at = at.parentElement)
        if (at !== document.body && getComputedStyle(at).overflowX !== 'visible') return true;
      return false;
    };
    const wide = [...document.body.querySelectorAll('*')].filter((element) => element.getBoundingClientRect().right > width + 0.5 && !scrolls(element));
    const name = (element) => element.tagName.toLowerCase() + (element.getAttribute('class') ? '.' + element.getAttribute('class').trim().split(/\\s+/).join('.') : '');
    return root.scrollWidth + ' px wide in ' + width + ': ' + wide.slice(0, 4).map(name).join(', ');
  })()`)) as string | undefined;
}

/** What a hostile text got through: its own scripts, handlers, addresses, or marks of htmx. */
export async function findIntruders(page: Page): Promise<string[]> {
  return (await page.evaluate(`(() => {
    const found = [];
    if (window.__pwned !== undefined) found.push('window.__pwned is ' + window.__pwned);
    for (const element of document.querySelectorAll('*')) {
      const name = element.tagName.toLowerCase();
      for (const { name: key, value } of element.attributes) {
        if (/^on/i.test(key)) found.push(name + ' has ' + key);
        if (/^(href|src|action|formaction|xlink:href)$/i.test(key) && /^\\s*(javascript|data|vbscript):/i.test(value)) found.push(name + ' leads to ' + value.slice(0, 60));
        if (/^hx-/.test(key) && value === '/logout') found.push(name + ' has ' + key + ' of a stranger');
        if (key === 'style' && value.includes('inset:0')) found.push(name + ' has a style of a stranger');
      }
      if (name === 'script' && element.src === '') found.push('a script of its own');
      if (name === 'meta' && element.httpEquiv === 'refresh') found.push('a refresh');
      if (name === 'img' && element.getAttribute('src') === 'x') found.push('an image of a stranger');
    }
    return [...new Set(found)];
  })()`)) as string[];
}

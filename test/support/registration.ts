/** A form of a page: where it goes and what it holds. */
export interface PageForm {
  action: string;
  fields: Record<string, string>;
}

const entities: Record<string, string> = { '&quot;': '"', '&amp;': '&', '&lt;': '<', '&gt;': '>', '&#39;': "'", '&#96;': '`' };

function decode(text: string): string {
  return text.replaceAll(/&(?:quot|amp|lt|gt|#39|#96);/g, (entity) => entities[entity] ?? entity);
}

/** The forms of a page that are sent with POST. */
export function readForms(page: string): PageForm[] {
  return [...page.matchAll(/<form[^>]*method="post"[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)].map(([, action = '', body = '']) => ({
    action: decode(action),
    fields: Object.fromEntries(
      [...body.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, decode(value)]),
    ),
  }));
}

/** What a browser came to: the page's status and text, and its address. */
export interface Visit {
  status: number;
  page: string;
  headers: Headers;
}

/** Loads a page as a browser that follows nothing by itself. */
export async function visit(address: string, options: { cookie?: string } = {}): Promise<Visit> {
  const response = await fetch(address, { redirect: 'manual', headers: options.cookie === undefined ? {} : { cookie: options.cookie } });
  return { status: response.status, page: await response.text(), headers: response.headers };
}

/** Sends the manifest of a registration page to GitHub and answers where GitHub sends the browser. */
export async function sendManifest(page: string): Promise<{ manifest: Record<string, unknown>; address: string; back: string }> {
  const [form] = readForms(page);
  if (form?.fields['manifest'] === undefined) throw new Error(`The page has no form with a manifest: ${page}`);
  const response = await fetch(form.action, { method: 'POST', redirect: 'manual', body: new URLSearchParams(form.fields) });
  const back = response.headers.get('location');
  if (back === null) throw new Error(`GitHub answered ${response.status}: ${await response.text()}`);
  return { manifest: JSON.parse(form.fields['manifest']) as Record<string, unknown>, address: form.action, back };
}

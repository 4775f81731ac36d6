import { adminToken } from './test-app.ts';

/** Somebody at the pages, without a browser. */
export interface SiteClient {
  cookie: string;
  /** The text of a page, with its status. */
  get(path: string): Promise<{ status: number; text: string; location: string | null }>;
  /** Sends a form from the page itself, as a browser does. */
  post(path: string, fields?: Record<string, string>): Promise<{ status: number; text: string; location: string | null }>;
}

/** Signs in with the admin token, or takes a session that there is. */
export async function openSite(url: string, session?: string): Promise<SiteClient> {
  const ask = async (path: string, init: RequestInit) => {
    const response = await fetch(`${url}${path}`, { redirect: 'manual', ...init });
    return { status: response.status, text: await response.text(), location: response.headers.get('location'), headers: response.headers };
  };
  const cookie = session ?? (await signIn());
  return {
    cookie,
    get: async (path) => await ask(path, { headers: { cookie, accept: 'text/html' } }),
    post: async (path, fields = {}) =>
      await ask(path, { method: 'POST', body: new URLSearchParams(fields), headers: { cookie, origin: url, accept: 'text/html' } }),
  };

  async function signIn(): Promise<string> {
    const { headers } = await ask('/login', { method: 'POST', body: new URLSearchParams({ token: adminToken }) });
    return headers.get('set-cookie')!.split(';', 1)[0]!;
  }
}

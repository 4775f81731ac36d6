import type { FastifyInstance, FastifyRequest } from 'fastify';

/** The path that people's addresses begin with, from the setting: empty, or such as `/repowatch`. */
export function basePathOf(publicUrl: string | undefined): string {
  return publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '');
}

/** Attributes that hold addresses of ours. What comes from outside cannot look like one: its quotes are escaped. */
const addresses = /( (?:href|src|action|formaction|hx-get|hx-post|hx-sse:connect|data-presence)=")\/(?!\/)/g;

/** Addresses of a page as seen from its own address, so that they are right under whatever path a proxy serves it. */
export function toRelativeAddresses(text: string, url: string): string {
  const [path = '/'] = url.split('?', 1);
  const up = '../'.repeat(Math.max(0, path.split('/').length - 2));
  return text.replaceAll(addresses, `$1${up === '' ? './' : up}`);
}

/** The address for people, of a path of this server: below the setting's path, else as this request reached it. */
export function publicAddress(request: Pick<FastifyRequest, 'protocol' | 'host'>, publicUrl: string | undefined, path: string): string {
  return `${(publicUrl ?? `${request.protocol}://${request.host}`).replace(/\/+$/, '')}${path}`;
}

/** Puts the path in front of the addresses of a page. */
export function addBasePath(text: string, base: string): string {
  return base === '' ? text : text.replaceAll(addresses, `$1${base}/`);
}

/**
 * Behind a proxy that serves this under a path and takes it away on the way in, every address of the pages gets it back on the way out: in
 * one place, so that no page has to think of it.
 */
export function addBasePathHook(app: FastifyInstance, publicUrl: string | undefined): void {
  const base = basePathOf(publicUrl);
  if (base === '') return;
  app.addHook('onSend', async (_request, reply, payload) => {
    const location = reply.getHeader('location');
    if (typeof location === 'string' && /^\/(?!\/)/.test(location) && !location.startsWith(`${base}/`))
      void reply.header('location', `${base}${location}`);
    const isPage = String(reply.getHeader('content-type') ?? '').startsWith('text/html');
    return isPage && typeof payload === 'string' ? addBasePath(payload, base) : payload;
  });
}

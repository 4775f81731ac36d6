import type { FastifyRequest } from 'fastify';
import { RepoWatchError } from '../core/errors.ts';

/** What a browser says about where a request comes from. */
export interface RequestOrigin {
  origin: string | undefined;
  host: string | undefined;
  /** `Sec-Fetch-Site`. */
  site: string | undefined;
}

/**
 * True when a write comes from our own page. Browsers send Origin with every POST; without it only clients that are no
 * browsers (and carry no cookie by themselves) remain, which `lenient` lets in.
 */
export function isSameOrigin(from: RequestOrigin, publicUrl: string | undefined, lenient = false): boolean {
  if (from.origin === undefined) return lenient && from.site === undefined;
  if (!URL.canParse(from.origin)) return false;
  const { host, origin } = new URL(from.origin);
  return host === from.host || (publicUrl !== undefined && origin === new URL(publicUrl).origin);
}

/** Refuses a request that a page of somebody else made. Throws `forbidden`. */
export function requireOwnPage({ headers }: FastifyRequest, publicUrl: string | undefined, lenient = false): void {
  const site = headers['sec-fetch-site'];
  const from = { origin: headers.origin, host: headers.host, site: typeof site === 'string' ? site : undefined };
  if (isSameOrigin(from, publicUrl, lenient)) return;
  throw otherPage();
}

/** Refuses what a browser says that a page of another site asks for; for looking, where it sends no Origin. Throws `forbidden`. */
export function refuseOtherSite({ headers }: FastifyRequest): void {
  const site = headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site') throw otherPage();
}

function otherPage(): RepoWatchError {
  return new RepoWatchError(
    'forbidden',
    'This request comes from another page. Use the page of this server, or the REST side with a token.',
  );
}

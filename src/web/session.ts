import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** The cookie's name. */
export const sessionCookie = 'repowatch_session';

/** How long a session lasts. Milliseconds. */
const lifetimeMs = 12 * 60 * 60 * 1000;

/** A person who gave the admin token. */
export interface Session {
  id: string;
  expiresAt: Date;
}

/** Makes and judges session cookies. */
export interface Sessions {
  /** A new cookie value. */
  create(now: Date): string;
  /** The session of a Cookie header; undefined when there is none, or none that is ours and in time. */
  find(cookies: string | undefined, now: Date): Session | undefined;
  /** Ends a session before its time, in this process. */
  end(session: Session, now: Date): void;
}

function cookieValue(cookies: string | undefined): string | undefined {
  const pairs = (cookies ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${sessionCookie}=`))?.slice(sessionCookie.length + 1);
}

/**
 * Sessions without a table: a random id and an end, signed under a key that derives from the admin token. The cookie does
 * not hold the token, and changing the token ends every session. A log-out is remembered by this process until the end.
 */
export function createSessions(adminToken: string): Sessions {
  const key = createHmac('sha256', adminToken).update('repowatch session cookie').digest();
  const ended = new Map<string, number>();
  const sign = (facts: string) => createHmac('sha256', key).update(facts).digest();
  return {
    create(now) {
      const facts = `${randomBytes(16).toString('hex')}.${now.getTime() + lifetimeMs}`;
      return `${facts}.${sign(facts).toString('base64url')}`;
    },
    find(cookies, now) {
      const [, facts, id, end, signature] = /^(([0-9a-f]{32})\.(\d{13}))\.([A-Za-z0-9_-]{43})$/.exec(cookieValue(cookies) ?? '') ?? [];
      if (facts === undefined || id === undefined || signature === undefined) return undefined;
      const given = Buffer.from(signature, 'base64url');
      const expected = sign(facts);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
      const expiresAt = new Date(Number(end));
      return expiresAt > now && !ended.has(id) ? { id, expiresAt } : undefined;
    },
    end({ id, expiresAt }, now) {
      for (const [known, end] of ended) if (end < now.getTime()) ended.delete(known);
      ended.set(id, expiresAt.getTime());
    },
  };
}

/** The Set-Cookie header of a session; an empty value removes it. */
export function writeCookie(value: string, secure: boolean): string {
  const age = value === '' ? 0 : lifetimeMs / 1000;
  return `${sessionCookie}=${value}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}

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

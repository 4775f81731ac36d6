import { sessionCookie } from '../http/identify.ts';
import { sessionSeconds } from '../people/sessions.ts';

/**
 * The Set-Cookie header of a session; an empty value removes it. Lax, not Strict: the way back from signing in on GitHub is a link
 * from another site. Writes ask for our own page besides (threat model D13).
 */
export function writeCookie(value: string, secure: boolean): string {
  const age = value === '' ? 0 : sessionSeconds;
  return `${sessionCookie}=${value}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}

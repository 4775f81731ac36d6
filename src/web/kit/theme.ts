import type { FastifyRequest } from 'fastify';
import { findCookie } from '../../http/identify.ts';

/** How the pages may look, in Primer's words. `auto` follows the system, its wish for more contrast included. */
export const themes = ['auto', 'light', 'dark', 'light-high-contrast', 'dark-high-contrast'] as const;
export type Theme = (typeof themes)[number];

/** The cookie that remembers a choice, in one browser. */
const themeCookie = 'repowatch_theme';
const yearSeconds = 365 * 86_400;

/** The theme that somebody chose in this browser. */
export function themeOf(request: FastifyRequest): Theme {
  const value = findCookie(request, themeCookie);
  return themes.find((theme) => theme === value) ?? 'auto';
}

/** The Set-Cookie header that remembers a theme. */
export function writeTheme(theme: Theme, secure: boolean): string {
  return `${themeCookie}=${theme}; Path=/; Max-Age=${yearSeconds}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}

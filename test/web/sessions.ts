import { visit } from '../support/registration.ts';
import { adminToken } from '../support/test-app.ts';

/** Signs in with the admin token as its form does, and answers the cookie of the session, `name=value`. */
export async function signInAsAdmin(url: string): Promise<string> {
  const body = new URLSearchParams({ token: adminToken });
  const answer = await fetch(`${url}/login`, { method: 'POST', redirect: 'manual', body });
  return sessionOf(answer, 'the admin token');
}

/** Signs somebody in with GitHub as a browser would, and answers the cookie of the session, `name=value`. */
export async function signIn(url: string, login: string): Promise<string> {
  const begun = await visit(`${url}/auth/github?return_to=${encodeURIComponent('/')}`);
  const errand = begun.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  const authorize = new URL(begun.headers.get('location') ?? '');
  authorize.searchParams.set('login', login);
  const callback = (await visit(authorize.href)).headers.get('location') ?? '';
  return sessionOf(await fetch(callback, { headers: { cookie: errand }, redirect: 'manual' }), login);
}

function sessionOf(answer: Response, who: string): string {
  const cookie = answer.headers.getSetCookie().find((text) => text.startsWith('repowatch_session='));
  if (cookie === undefined) throw new Error(`${who} was not let in: ${answer.status}`);
  return cookie.split(';', 1)[0] ?? '';
}

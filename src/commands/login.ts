import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { Me } from '../http/schemas/me.ts';
import { connectAnonymously, withToken, type ApiClient } from './api-client.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { refuse } from './print-list.ts';
import { readSecret } from './read-secret.ts';
import type { Words } from './remote-verb.ts';
import { printable } from './show-table.ts';
import { readLogins, writeLogins, type StoredLogin } from './stored-login.ts';

interface Device {
  device_code: string;
  user_code: string;
  verification_uri: string;
  expires_in: number;
  interval: number;
}

/** `repowatch login`: signs in with GitHub, or takes a token, and keeps it for this server in a file of this user. */
export async function login(context: CommandContext, { options }: Words): Promise<ExitCode> {
  const api = connectAnonymously(context);
  if (!api.ok) return refuse(context, api);
  const signed = options['token'] === true ? await takeToken(context, api.value) : await signIn(context, api.value);
  if (!signed.ok) return refuse(context, signed);
  const { servers } = readLogins(context.environment);
  const { url } = api.value;
  const kept = writeLogins(context.environment, { current: url, servers: { ...servers, [url]: signed.value } });
  if (!kept.ok) return refuse(context, kept);
  const { login: name, expires_at: end } = signed.value;
  context.print(printable(`Signed in to ${url} as ${name}${end === null ? '' : `, until ${end.slice(0, 10)}`}.`));
  context.tell(`The token is in ${kept.value}. repowatch logout forgets it.`);
  return 0;
}

async function takeToken(context: CommandContext, api: ApiClient): Promise<Outcome<StoredLogin>> {
  const token = await readSecret(context, 'The token');
  if (!token.ok) return token;
  const text = token.value.trim();
  // A header can hold nothing else, and what fetch says of it would show the token.
  if (!/^[\x21-\x7E]{8,500}$/.test(text)) return failed('token_malformed', 'This is no token. Copy all of it, and nothing else.');
  const me = await withToken(api, text).get<Me>('/api/me');
  if (!me.ok) return me;
  return ok({ token: text, login: me.value.login, expires_at: me.value.token?.expires_at ?? null, made: false });
}

async function signIn(context: CommandContext, api: ApiClient): Promise<Outcome<StoredLogin>> {
  const stop = context.listenForStop();
  const begun = await api.post<Device>('/api/sign-in/device');
  if (!begun.ok) {
    return begun.code === 'sign_in_off' ? failed('sign_in_off', `${begun.message} Take a token instead: repowatch login --token`) : begun;
  }
  const { device_code: code, user_code: word, verification_uri: page, expires_in: seconds, interval } = begun.value;
  context.tell(printable(`Open ${page} and type in: ${word}`));
  const name = `command line on ${hostname()}`.slice(0, 100);
  for (const end = Date.now() + seconds * 1000; Date.now() < end && !stop.aborted;) {
    await pause(interval * 1000, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) break;
    const signed = await api.post<{ token: string; login: string; expires_at: string }>('/api/sign-in/device/poll', {
      device_code: code,
      name,
    });
    if (signed.ok) return ok({ ...signed.value, made: true });
    if (signed.code !== 'sign_in_pending') return signed;
  }
  return failed('sign_in_refused', stop.aborted ? 'You stopped before you were signed in.' : 'The code is too old now. Begin again.');
}

/** `repowatch logout`: forgets the token of a server, and ends it when signing in had made it. */
export async function logout(context: CommandContext): Promise<ExitCode> {
  const api = connectAnonymously(context);
  if (!api.ok) return refuse(context, api);
  const { url } = api.value;
  const { current, servers } = readLogins(context.environment);
  const { [url]: stored, ...others } = servers;
  if (stored === undefined) {
    context.tell(`Nobody is signed in to ${url} here.`);
    return 2;
  }
  if (stored.made) await endToken(context, withToken(api.value, stored.token));
  const kept = writeLogins(context.environment, { current: current === url ? null : current, servers: others });
  if (!kept.ok) return refuse(context, kept);
  context.print(printable(`Signed out of ${url}.`));
  return 0;
}

async function endToken(context: CommandContext, api: ApiClient): Promise<void> {
  const me = await api.get<Me>('/api/me');
  const ended = me.ok && me.value.token !== null ? await api.delete(`/api/tokens/${me.value.token.id}`) : me;
  if (!ended.ok && !ended.code.startsWith('token_'))
    context.tell(printable(`The token could not be ended on the server: ${ended.message} It is forgotten here, and ends by itself.`));
}

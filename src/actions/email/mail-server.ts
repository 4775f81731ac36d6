import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { normaliseHost } from '../outbound-allow.ts';

/** A mail server and how to sign in there. */
export interface MailServer {
  /** True when it is spoken to by TLS from the first byte; otherwise STARTTLS follows. */
  secure: boolean;
  host: string;
  port: number;
  login: { user: string; password: string } | undefined;
}

const shape =
  'Write smtp://user:password@host:587 or smtps://user:password@host:465, with signs such as @ and / in the password encoded as %40 and %2F.';

/** Reads the address of a mail server. The text holds a password and is never part of a message. */
export function parseMailServer(text: string): Outcome<MailServer, 'action_input_invalid'> {
  const refuse = (why: string) => failed('action_input_invalid', `The address of the mail server ${why}. ${shape}`);
  const url = URL.parse(text.trim());
  if (url === null || !/^smtps?:$/.test(url.protocol)) return refuse('is not one that begins with smtp:// or smtps://');
  if (url.hostname === '') return refuse('names no host');
  if (!/^\/?$/.test(url.pathname) || url.search !== '' || url.hash !== '') return refuse('goes on after the port');
  const secure = url.protocol === 'smtps:';
  // Spelled as an https address would be, so that the allow list, which is, compares like with like.
  const host = URL.parse(`https://${url.hostname}/`)?.hostname;
  if (host === undefined) return refuse('has a host that cannot be one');
  const port = url.port === '' ? (secure ? 465 : 587) : Number(url.port);
  try {
    const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
    if (/\p{Cc}/u.test(user + password)) return refuse('has control characters in user or password');
    return ok({ secure, host: normaliseHost(host), port, login: user === '' ? undefined : { user, password } });
  } catch {
    return refuse('has a % that is not followed by two hexadecimal digits');
  }
}

/** One address with the name that is shown for it. */
export interface Mailbox {
  name: string;
  address: string;
}

const plain = /^[^\s<>@,;:"()[\]\\]{1,64}@[A-Za-z0-9\u00a1-\uffff](?:[A-Za-z0-9.\u00a1-\uffff-]{0,251}[A-Za-z0-9\u00a1-\uffff])?$/;

/**
 * Reads `ada@example.com` or `Ada Lovelace <ada@example.com>`: exactly one address, so that no text can add a recipient, and no line
 * break, so that none can add a header.
 */
export function parseMailbox(text: string): Outcome<Mailbox, 'action_input_invalid'> {
  const { name = '', inner, outer } = /^(?:(?<name>[^<>]{0,200}?)\s*<(?<inner>[^<>]*)>|(?<outer>[^<>]*))$/u.exec(text.trim())?.groups ?? {};
  const address = inner ?? outer ?? '';
  if (!/\p{Cc}/u.test(text) && plain.test(address) && !address.includes('..'))
    return ok({ name: name.trim().replace(/^"(.*)"$/, '$1'), address });
  return failed('action_input_invalid', explainMailbox(text));
}

/** Why a text is no mailbox. It is cut, so whoever stores this masks the text before. */
export function explainMailbox(text: string): string {
  return `${JSON.stringify(text.slice(0, 100))} is not one e-mail address in one line. Write name@host or Name <name@host>.`;
}

import type { ErrorCode } from '../../core/error-catalogue.ts';
import { catalogue } from '../../core/error-catalogue.ts';

/** What a failed try to send comes to. */
export interface MailFailure {
  code: ErrorCode;
  message: string;
  retryable: boolean;
}

/** What the SMTP client says of a failure. */
interface SmtpError {
  code?: unknown;
  responseCode?: unknown;
  response?: unknown;
  message?: unknown;
}

const certificateWords = /certificate|self[- ]signed|altnames|CERT_|UNABLE_TO_(?:VERIFY|GET_ISSUER)|wrong version number/i;

/**
 * Judges a failure: statuses from 400 say "not now", those from 500 "never" (RFC 5321 4.2.1). `where` is `host:port`; the server's words are
 * masked before they are cut.
 */
export function judgeMailFailure(error: unknown, where: string, mask: (text: string) => string): MailFailure {
  const { code, responseCode, message } = (typeof error === 'object' && error !== null ? error : {}) as SmtpError;
  const said = typeof message === 'string' ? oneLine(mask(message)) : 'no reason was given';
  const end = (failure: ErrorCode, text: string): MailFailure => ({
    code: failure,
    message: text,
    retryable: catalogue[failure].retryable,
  });
  if (code === 'ETLS' || certificateWords.test(said))
    return end('email_insecure', `The mail server ${where} offers no trusted encryption: ${said}. Nothing was sent.`);
  if (typeof responseCode === 'number' && responseCode >= 500) return end('email_refused', `The mail server ${where} refused: ${said}.`);
  if (typeof responseCode === 'number' && responseCode >= 400)
    return end('email_failed', `The mail server ${where} cannot take the message now: ${said}. It is tried again by the retry schedule.`);
  if (code === 'EAUTH') return end('email_refused', `The mail server ${where} did not let us sign in: ${said}. Check user and password.`);
  if (code === 'ETIMEDOUT') return end('email_timeout', `The mail server ${where} did not answer in time.`);
  if (code === 'ECONNECTION' || code === 'ESOCKET' || code === 'EDNS')
    return end('email_unreachable', `The mail server ${where} could not be reached, or cut the connection: ${said}.`);
  if (code === 'EMESSAGE' || code === 'EENVELOPE') return end('email_refused', `The message for ${where} cannot be sent: ${said}.`);
  return end('email_failed', `The mail server ${where} gave an answer that is none of SMTP: ${said}.`);
}

/** The words of a server in one line of at most 500 characters. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 500)
    .replace(/\.+$/, '');
}

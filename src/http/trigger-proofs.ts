import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { RepoWatchError } from '../core/errors.ts';
import type { TriggerProvider } from '../core/statuses.ts';
import { checkHeaders, readSignature, signatureFits } from './intake.ts';

/** What the headers of a message say, and how its sender proves that it knows the secret. */
export interface Proof {
  /** Undefined when it stands in the body. */
  event: string | undefined;
  /** What is the same for every repetition of the message; undefined when the sender names none, and the bytes decide. */
  guid: string | undefined;
  /** True where the signature covers `guid`: whoever has caught a message cannot send it again as another one. */
  hasSignedGuid?: true;
  onChunk(chunk: Buffer): void;
  /** Throws `signature_invalid`. */
  verify(): void;
}

/** How old a Standard Webhooks timestamp may be, and how far ahead. Seconds; the tolerance of the reference library (handbook L3). */
const toleranceSeconds = 300;

const wrong = (what: string) =>
  new RepoWatchError('signature_invalid', `${what} does not fit. Check that the secret of this trigger is the one that the sender uses.`);

/** Each provider's own way to prove who sends. Each throws before the body when a header is missing or malformed. */
export const proofs: Readonly<Record<TriggerProvider, (request: IncomingMessage, secrets: readonly string[], now: Date) => Proof>> = {
  github: proveGitHub,
  gitlab: proveGitLab,
  generic: (request, secrets, now) =>
    request.headers['webhook-signature'] === undefined ? proveGeneric(request, secrets) : proveStandard(request, secrets, now),
};

/** X-Hub-Signature-256, as the App's own webhook (handbook A2). */
function proveGitHub(request: IncomingMessage, secrets: readonly string[]): Proof {
  const { signature, event, guid } = checkHeaders(request);
  return { ...hashBody(secrets, signature), event, guid };
}

/** X-Gitlab-Token is the secret itself; GitLab's Idempotency-Key stays the same when it sends a message again. */
function proveGitLab({ headers }: IncomingMessage, secrets: readonly string[]): Proof {
  const token = header(headers, 'x-gitlab-token');
  if (token === undefined)
    throw new RepoWatchError('signature_missing', 'The header X-Gitlab-Token is missing. Set the secret token of the webhook on GitLab.');
  const event = header(headers, 'x-gitlab-event');
  if (event === undefined) throw new RepoWatchError('header_missing', 'The header X-Gitlab-Event is missing.');
  const fits = secrets.filter((secret) => isSame(token, secret)).length > 0;
  return {
    event: toWord(event.replace(/ hook$/i, '')),
    guid: harmless(header(headers, 'idempotency-key')),
    onChunk: () => {},
    verify() {
      if (!fits) throw wrong('X-Gitlab-Token');
    },
  };
}

/** HMAC-SHA256 of the body, hex, as `sha256=…` in X-Signature-256 or X-Hub-Signature-256. */
function proveGeneric({ headers }: IncomingMessage, secrets: readonly string[]): Proof {
  const name = header(headers, 'x-signature-256') === undefined ? 'x-hub-signature-256' : 'x-signature-256';
  const given = header(headers, name);
  if (given === undefined) {
    const message =
      'The message is not signed: send X-Signature-256: sha256=<HMAC-SHA256 of the body>, or the headers of Standard Webhooks.';
    throw new RepoWatchError('signature_missing', message);
  }
  const guid = header(headers, 'x-delivery-id') ?? header(headers, 'idempotency-key') ?? header(headers, 'x-github-delivery');
  return { ...hashBody(secrets, readSignature(given, name)), event: wordOf(headers), guid: harmless(guid) };
}

/** Standard Webhooks 1.0.0: `id.timestamp.body` under HMAC-SHA256, one of several signatures has to fit. */
function proveStandard({ headers }: IncomingMessage, secrets: readonly string[], now: Date): Proof {
  const id = harmless(header(headers, 'webhook-id'));
  const seconds = Number(header(headers, 'webhook-timestamp'));
  if (id === undefined || !Number.isInteger(seconds))
    throw new RepoWatchError('header_missing', 'webhook-id or webhook-timestamp is missing or malformed.');
  if (Math.abs(now.getTime() / 1000 - seconds) > toleranceSeconds)
    throw new RepoWatchError(
      'signature_invalid',
      'webhook-timestamp is more than five minutes away from the time here. Send the message signed anew, or set the clock.',
    );
  const given = (header(headers, 'webhook-signature') ?? '').split(' ').filter((part) => part.startsWith('v1,'));
  const signatures = given.map((part) => Buffer.from(part.slice(3), 'base64')).filter((bytes) => bytes.length === 32);
  const hmacs = secrets.map((secret) => createHmac('sha256', keyOf(secret)).update(`${id}.${seconds}.`));
  return {
    event: wordOf(headers),
    guid: id,
    hasSignedGuid: true,
    onChunk: (chunk) => hmacs.forEach((hmac) => hmac.update(chunk)),
    verify() {
      const made = hmacs.map((hmac) => hmac.digest());
      const fitting = made.flatMap((bytes) => signatures.filter((signature) => timingSafeEqual(signature, bytes)));
      if (fitting.length === 0) throw wrong('webhook-signature');
    },
  };
}

/** `whsec_` and base64, as Standard Webhooks writes keys, or the text as it stands. */
function keyOf(secret: string): Buffer {
  const [, base64] = /^whsec_(.+)$/.exec(secret) ?? [];
  return base64 === undefined ? Buffer.from(secret, 'utf8') : Buffer.from(base64, 'base64');
}

function hashBody(secrets: readonly string[], signature: Buffer): Pick<Proof, 'onChunk' | 'verify'> {
  const hmacs = secrets.map((secret) => createHmac('sha256', secret));
  return {
    onChunk: (chunk) => hmacs.forEach((hmac) => hmac.update(chunk)),
    verify() {
      if (!signatureFits(hmacs, signature)) throw wrong('The signature');
    },
  };
}

/** In constant time, whatever the lengths. */
function isSame(given: string, secret: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(secret));
}

function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function wordOf(headers: IncomingHttpHeaders): string | undefined {
  const word = header(headers, 'x-event') ?? header(headers, 'x-event-type') ?? header(headers, 'x-github-event');
  return word === undefined ? undefined : toWord(word);
}

/** A word that can be a filter and a log line: `Push`, `merge request` become `push`, `merge_request`. */
export function toWord(text: string): string {
  return (
    text
      .trim()
      .toLowerCase()
      .replaceAll(/[^a-z0-9_.-]+/g, '_')
      .slice(0, 100) || 'message'
  );
}

/** An identity that can stand in a log; anything else is none, and the bytes decide. */
function harmless(text: string | undefined): string | undefined {
  return text !== undefined && /^[A-Za-z0-9_.:-]{1,200}$/.test(text) ? text : undefined;
}

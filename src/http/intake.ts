import { createHash, createHmac, timingSafeEqual, type Hmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { RepoWatchError } from '../core/errors.ts';
import { readDeliveryFacts } from '../inbox/delivery-facts.ts';
import { createDeliveryDoor, requireJson, type BareHandler, type DoorOptions, type Expected } from './receive-delivery.ts';

/** What the intake works with. */
export interface IntakeOptions extends DoorOptions {
  /** The current webhook secret first, then the previous one while it is being rotated. */
  secrets: string[];
  /** True where deliveries are read from GitHub's record instead: then nothing is taken here. */
  off?: boolean;
  /** The App's id: a delivery addressed to another App is worth a warning (handbook A1). */
  appId?: string;
}

/** What a sender is told where INTAKE is poll. */
const intakeOff = "This server takes no webhooks: INTAKE is poll, and deliveries are read from GitHub's record of them.";

/** The door for GitHub's deliveries to the App: headers, and the signature over the raw bytes. */
export function createIntake(options: IntakeOptions): BareHandler {
  return createDeliveryDoor(options, (request) => {
    if (options.off === true) throw new RepoWatchError('intake_off', intakeOff);
    return expectDelivery(options, checkHeaders(request));
  });
}

function expectDelivery(options: IntakeOptions, headers: IntakeHeaders): Expected {
  const hmacs = options.secrets.map((secret) => createHmac('sha256', secret));
  const digest = createHash('sha256');
  return {
    onChunk(chunk) {
      for (const hmac of hmacs) hmac.update(chunk);
      digest.update(chunk);
    },
    verify() {
      if (signatureFits(hmacs, headers.signature)) return;
      throw new RepoWatchError(
        'signature_invalid',
        'The signature does not fit the body. Check that the webhook secret here and on GitHub are the same.',
      );
    },
    read(body) {
      const facts = readDeliveryFacts(headers, body);
      if (options.appId !== undefined && facts.targetAppId !== undefined && facts.targetAppId !== options.appId) {
        options.log.warn(
          { guid: facts.delivery.guid, target: facts.targetAppId },
          'A delivery is addressed to another App: its webhook address points here by mistake',
        );
      }
      return { ...facts.delivery, digest: digest.digest('hex') };
    },
  };
}

/** The headers of a delivery, checked before a byte of the body is read. */
export interface IntakeHeaders {
  signature: Buffer;
  event: string;
  guid: string;
  all: IncomingMessage['headers'];
}

/** Reads the headers that GitHub sends with every delivery (handbook A1). Throws what to tell the sender. */
export function checkHeaders(request: IncomingMessage): IntakeHeaders {
  requireJson(request);
  const event = requiredHeader(request, 'x-github-event');
  const guid = requiredHeader(request, 'x-github-delivery');
  const signature = request.headers['x-hub-signature-256'];
  if (typeof signature !== 'string')
    throw new RepoWatchError('signature_missing', 'The header X-Hub-Signature-256 is missing. Set a webhook secret on GitHub.');
  return { signature: readSignature(signature, 'X-Hub-Signature-256'), event, guid, all: request.headers };
}

/** The bytes of `sha256=` and 64 hex digits. Throws `signature_invalid`. */
export function readSignature(text: string, header: string): Buffer {
  const hex = /^sha256=([0-9a-f]{64})$/i.exec(text)?.[1];
  if (hex !== undefined) return Buffer.from(hex, 'hex');
  throw new RepoWatchError('signature_invalid', `The header ${header} is not sha256= and 64 hex digits.`);
}

function requiredHeader(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  if (typeof value !== 'string' || value === '') throw new RepoWatchError('header_missing', `The header ${name} is missing.`);
  if (!/^[A-Za-z0-9_.-]{1,100}$/.test(value))
    throw new RepoWatchError('header_invalid', `The header ${name} has a value that is not allowed.`);
  return value;
}

/** Compares with every secret, always all of them and in constant time, so that the time tells nothing (handbook A2, A4). */
export function signatureFits(hmacs: readonly Hmac[], signature: Buffer): boolean {
  let fits = false;
  for (const hmac of hmacs) if (timingSafeEqual(hmac.digest(), signature)) fits = true;
  return fits;
}

import { createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What a receiver can say of a request: `unchecked` without a key, `unsigned` without a signature, `late` for one that fits but is too old. */
export type SignatureVerdict = 'verified' | 'invalid' | 'late' | 'unsigned' | 'unchecked';

/** How far a timestamp may be from the time here; the tolerance of the reference library (handbook L3). Seconds. */
const toleranceSeconds = 300;

/** What comes before the 32 bytes of a public ed25519 key in SubjectPublicKeyInfo (RFC 8410). */
const spkiHead = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * Judges a request as a receiver has to, by any of the keys: `whsec_` and base64 or plain text for HMAC, `whpk_` and base64 for ed25519.
 * Knows Standard Webhooks 1.0.0, and GitHub's X-Hub-Signature-256 for `format: github`.
 */
export function judgeSignature(
  request: { headers: IncomingHttpHeaders; body: Buffer },
  keys: readonly string[],
  now: Date,
): SignatureVerdict {
  if (keys.length === 0) return 'unchecked';
  const { headers, body } = request;
  const given = text(headers['webhook-signature']);
  const hub = text(headers['x-hub-signature-256']);
  if (given === '') return hub === '' ? 'unsigned' : keys.some((key) => fitsHub(hub, key, body)) ? 'verified' : 'invalid';
  const seconds = text(headers['webhook-timestamp']);
  const content = Buffer.concat([Buffer.from(`${text(headers['webhook-id'])}.${seconds}.`), body]);
  const fits = keys.some((key) => given.split(' ').some((entry) => fitsStandard(entry, key, content)));
  if (!fits) return 'invalid';
  return Math.abs(now.getTime() / 1000 - Number(seconds)) <= toleranceSeconds ? 'verified' : 'late';
}

function fitsStandard(entry: string, key: string, content: Buffer): boolean {
  const [version, encoded = ''] = entry.split(',');
  const signature = Buffer.from(encoded, 'base64');
  if (version === 'v1' && !key.startsWith('whpk_')) return isSame(signature, createHmac('sha256', bytesOf(key)).update(content).digest());
  if (version !== 'v1a' || !key.startsWith('whpk_')) return false;
  const publicBytes = Buffer.from(key.slice('whpk_'.length), 'base64');
  if (publicBytes.length !== 32) return false;
  return verify(null, content, createPublicKey({ key: Buffer.concat([spkiHead, publicBytes]), format: 'der', type: 'spki' }), signature);
}

function fitsHub(given: string, key: string, body: Buffer): boolean {
  return isSame(Buffer.from(given.replace(/^sha256=/, ''), 'hex'), createHmac('sha256', key).update(body).digest());
}

function bytesOf(key: string): Buffer {
  return key.startsWith('whsec_') ? Buffer.from(key.slice('whsec_'.length), 'base64') : Buffer.from(key, 'utf8');
}

function isSame(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function text(value: string | string[] | undefined): string {
  return Array.isArray(value) ? value.join(' ') : (value ?? '');
}

import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { failed, ok, type Outcome } from '../../core/outcome.ts';

/** A key that messages are signed with: a shared one (HMAC, `v1`), or a private one whose public half everybody may know (ed25519, `v1a`). */
export type SigningKey = { kind: 'hmac'; bytes: Buffer } | { kind: 'ed25519'; privateKey: KeyObject; publicKey: string };

/** What comes before the 32 bytes of a private ed25519 key in PKCS #8 (RFC 8410). */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * Reads a signing secret: `whsec_` and base64 for HMAC, `whsk_` and base64 for ed25519 (the 32 bytes of the key, or 64 with the public half
 * behind them), or any other text as it stands for HMAC (handbook L2). Fails with action_input_invalid when the base64 is broken.
 */
export function readSigningSecret(secret: string): Outcome<SigningKey, 'action_input_invalid'> {
  if (secret.startsWith('whpk_'))
    return refuse('The signing secret is a public key (whpk_), which is for the receiver; store the private one, which begins with whsk_.');
  const prefix = ['whsec_', 'whsk_'].find((start) => secret.startsWith(start));
  if (prefix === undefined) return ok({ kind: 'hmac', bytes: Buffer.from(secret, 'utf8') });
  const encoded = secret.slice(prefix.length);
  const wellFormed = /^[A-Za-z0-9+/]+={0,2}$/.test(encoded) && encoded.replace(/=+$/, '').length % 4 !== 1;
  if (!wellFormed)
    return refuse(`The signing secret starts with ${prefix} but what follows is not base64; store it again as the receiver shows it.`);
  const bytes = Buffer.from(encoded, 'base64');
  return prefix === 'whsec_' ? ok({ kind: 'hmac', bytes }) : readPrivateKey(bytes);
}

function readPrivateKey(bytes: Buffer): Outcome<SigningKey, 'action_input_invalid'> {
  if (bytes.length !== 32 && bytes.length !== 64)
    return refuse(
      'The signing secret starts with whsk_ but is not an ed25519 key of 32 or 64 bytes; make one with POST /api/signing-keys.',
    );
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Head, bytes.subarray(0, 32)]), format: 'der', type: 'pkcs8' });
  const publicBytes = publicBytesOf(privateKey);
  if (bytes.length === 64 && !bytes.subarray(32).equals(publicBytes))
    return refuse('The signing secret starts with whsk_ but its two halves do not belong together; store it again.');
  return ok({ kind: 'ed25519', privateKey, publicKey: `whpk_${publicBytes.toString('base64')}` });
}

/** The last 32 bytes of SubjectPublicKeyInfo are the key. */
function publicBytesOf(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
}

/** A new secret, and for ed25519 the public key that the receiver verifies with. */
export interface NewSigningKey {
  secret: string;
  publicKey: string | null;
}

/** Makes a signing secret of the length that Standard Webhooks asks for. Kept nowhere. */
export function createSigningKey(kind: SigningKey['kind']): NewSigningKey {
  if (kind === 'hmac') return { secret: `whsec_${randomBytes(32).toString('base64')}`, publicKey: null };
  const { privateKey } = generateKeyPairSync('ed25519');
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
  const publicBytes = publicBytesOf(privateKey);
  return {
    secret: `whsk_${Buffer.concat([seed, publicBytes]).toString('base64')}`,
    publicKey: `whpk_${publicBytes.toString('base64')}`,
  };
}

function refuse(message: string) {
  return failed('action_input_invalid', message);
}

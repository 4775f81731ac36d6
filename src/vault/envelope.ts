import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { KeyRing, WrappedKey } from './key-ring.ts';

/** An encrypted value: its own data key, itself encrypted by the ring. This is all that a stolen database holds. */
export interface Envelope extends WrappedKey {
  ciphertext: Buffer;
  nonce: Buffer;
  tag: Buffer;
}

/**
 * Encrypts a value for one place. `context` names that place (row, scope, owner, name) and is authenticated with it, so
 * that a ciphertext copied into another row does not open there.
 */
export function sealEnvelope(ring: KeyRing, value: string, context: string): Envelope {
  const dataKey = randomBytes(32);
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', dataKey, nonce).setAAD(Buffer.from(`value:${context}`));
  const ciphertext = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  const envelope = { ciphertext, nonce, tag: cipher.getAuthTag(), ...ring.wrap(dataKey, context) };
  dataKey.fill(0);
  return envelope;
}

/** Decrypts a value. Fails with `secrets_key_missing` when the ring cannot, or anything of the envelope was changed. */
export function openEnvelope(ring: KeyRing, envelope: Envelope, context: string): Outcome<string, 'secrets_key_missing'> {
  const dataKey = ring.unwrap(envelope, context);
  if (!dataKey.ok) return dataKey;
  try {
    const decipher = createDecipheriv('aes-256-gcm', dataKey.value, envelope.nonce, { authTagLength: 16 });
    decipher.setAAD(Buffer.from(`value:${context}`)).setAuthTag(envelope.tag);
    return ok(Buffer.concat([decipher.update(envelope.ciphertext), decipher.final()]).toString('utf8'));
  } catch {
    return failed('secrets_key_missing', 'The stored value was changed outside RepoWatch and cannot be trusted. Set the secret again.');
  } finally {
    dataKey.value.fill(0);
  }
}

/** Wraps the data key anew with the ring's current key; the value itself is not touched. */
export function rewrapEnvelope(ring: KeyRing, envelope: WrappedKey, context: string): Outcome<WrappedKey, 'secrets_key_missing'> {
  const dataKey = ring.unwrap(envelope, context);
  if (!dataKey.ok) return dataKey;
  const wrapped = ring.wrap(dataKey.value, context);
  dataKey.value.fill(0);
  return ok(wrapped);
}

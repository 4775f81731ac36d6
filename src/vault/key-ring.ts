import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { failed, ok, type Outcome } from '../core/outcome.ts';

/** A data key as it lies in the database: encrypted by the ring's key with this id. */
export interface WrappedKey {
  keyId: string;
  wrappedKey: Buffer;
  wrapNonce: Buffer;
  wrapTag: Buffer;
}

/** The key-encryption keys of SECRETS_KEY. The first one wraps; the others only unwrap what was wrapped before a rotation. */
export interface KeyRing {
  readonly currentId: string;
  /** The ids of all keys, the current one first. */
  readonly ids: readonly string[];
  /** Encrypts a data key for one place; `context` says which, and must be given again to unwrap it. */
  wrap(dataKey: Buffer, context: string): WrappedKey;
  /** Fails with `secrets_key_missing` when the ring has no such key, or its key is not the one that wrapped. */
  unwrap(wrapped: WrappedKey, context: string): Outcome<Buffer, 'secrets_key_missing'>;
}

function wrapWith(id: string, key: Buffer): KeyRing['wrap'] {
  return (dataKey, context) => {
    const wrapNonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, wrapNonce).setAAD(Buffer.from(`key:${id}:${context}`));
    const wrappedKey = Buffer.concat([cipher.update(dataKey), cipher.final()]);
    return { keyId: id, wrappedKey, wrapNonce, wrapTag: cipher.getAuthTag() };
  };
}

function unwrapWith(keys: Map<string, Buffer>): KeyRing['unwrap'] {
  return (wrapped, context) => {
    const key = keys.get(wrapped.keyId);
    if (key === undefined) {
      return failed(
        'secrets_key_missing',
        `SECRETS_KEY has no key "${wrapped.keyId}". Add it after the current one: current,${wrapped.keyId}:….`,
      );
    }
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, wrapped.wrapNonce, { authTagLength: 16 });
      decipher.setAAD(Buffer.from(`key:${wrapped.keyId}:${context}`)).setAuthTag(wrapped.wrapTag);
      return ok(Buffer.concat([decipher.update(wrapped.wrappedKey), decipher.final()]));
    } catch {
      return failed(
        'secrets_key_missing',
        `The key "${wrapped.keyId}" of SECRETS_KEY is not the one that encrypted this value, or the row was changed. Restore the key, or set the secret again.`,
      );
    }
  };
}

/**
 * Reads `id:base64key[,id:base64key]` (32 bytes each, the first is the current one). To rotate, put a new pair in front
 * and keep the old one until everything was rewrapped. Never repeats key text in its messages.
 */
export function parseKeyRing(text: string): Outcome<KeyRing, 'settings_invalid'> {
  const keys = new Map<string, Buffer>();
  for (const [index, entry] of text.split(',').entries()) {
    const { id, base64 } = /^(?<id>[A-Za-z0-9_.-]{1,40}):(?<base64>[A-Za-z0-9+/_-]+={0,2})$/.exec(entry.trim())?.groups ?? {};
    if (id === undefined || base64 === undefined) return failed('settings_invalid', `entry ${index + 1} is not written as id:base64key`);
    const key = Buffer.from(base64, 'base64');
    if (key.length !== 32) return failed('settings_invalid', `the key "${id}" has ${key.length} bytes, it must have 32`);
    if (keys.has(id)) return failed('settings_invalid', `the id "${id}" is there twice`);
    keys.set(id, key);
  }
  const [[id, key]] = [...keys] as [[string, Buffer]];
  return ok({ currentId: id, ids: [...keys.keys()], wrap: wrapWith(id, key), unwrap: unwrapWith(keys) });
}

/** A ring that nobody knows and that ends with the process, for what need not be read by another one. */
export function createPassingKeyRing(): KeyRing {
  const ring = parseKeyRing(`passing:${randomBytes(32).toString('base64')}`);
  if (ring.ok) return ring.value;
  throw new Error('A random key is always one');
}

import { createHmac } from 'node:crypto';
import { failed, ok, type Outcome } from '../../core/outcome.ts';

/** What a signature covers. The id stays the same over all attempts, the timestamp is this attempt's (handbook L1). */
export interface SignedMessage {
  id: string;
  timestamp: Date;
  body: string | Uint8Array;
}

/**
 * The bytes of a signing secret: `whsec_` and base64 as Standard Webhooks writes it, or any other text as it stands.
 * Fails with action_input_invalid when the base64 is broken.
 */
export function readSigningKey(secret: string): Outcome<Buffer, 'action_input_invalid'> {
  if (!secret.startsWith('whsec_')) return ok(Buffer.from(secret, 'utf8'));
  const encoded = secret.slice('whsec_'.length);
  const wellFormed = /^[A-Za-z0-9+/]+={0,2}$/.test(encoded) && encoded.replace(/=+$/, '').length % 4 !== 1;
  if (!wellFormed)
    return failed(
      'action_input_invalid',
      'The signing secret starts with whsec_ but what follows is not base64; store it again as the receiver shows it.',
    );
  return ok(Buffer.from(encoded, 'base64'));
}

/** The three headers of Standard Webhooks 1.0.0; the signature only when there are keys, one entry per key (during rotation old and new). */
export function signMessage(message: SignedMessage, keys: readonly Buffer[]): Record<string, string> {
  const seconds = String(Math.floor(message.timestamp.getTime() / 1000));
  const headers: Record<string, string> = { 'webhook-id': message.id, 'webhook-timestamp': seconds };
  if (keys.length > 0) headers['webhook-signature'] = keys.map((key) => `v1,${sign(key, message, seconds)}`).join(' ');
  return headers;
}

function sign(key: Buffer, message: SignedMessage, seconds: string): string {
  return createHmac('sha256', key).update(`${message.id}.${seconds}.`).update(message.body).digest('base64');
}

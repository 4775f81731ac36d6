import { createHmac, sign as signBytes } from 'node:crypto';
import type { SigningKey } from './signing-key.ts';

/** What a signature covers. The id stays the same over all attempts, the timestamp is this attempt's (handbook L1). */
export interface SignedMessage {
  id: string;
  timestamp: Date;
  body: string | Uint8Array;
}

/** The three headers of Standard Webhooks 1.0.0; the signature only when there are keys, one entry per key (during rotation old and new). */
export function signMessage(message: SignedMessage, keys: readonly SigningKey[]): Record<string, string> {
  const seconds = String(Math.floor(message.timestamp.getTime() / 1000));
  const headers: Record<string, string> = { 'webhook-id': message.id, 'webhook-timestamp': seconds };
  if (keys.length > 0) headers['webhook-signature'] = keys.map((key) => sign(key, message, seconds)).join(' ');
  return headers;
}

function sign(key: SigningKey, message: SignedMessage, seconds: string): string {
  const content = Buffer.concat([Buffer.from(`${message.id}.${seconds}.`), Buffer.from(message.body)]);
  if (key.kind === 'ed25519') return `v1a,${signBytes(null, content, key.privateKey).toString('base64')}`;
  return `v1,${createHmac('sha256', key.bytes).update(content).digest('base64')}`;
}

/** GitHub's signature of a body, for receivers that were written for GitHub. */
export function signForGitHub(body: string, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

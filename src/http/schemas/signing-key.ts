import { z } from 'zod';

/** Which key to make, or of which the public half is wanted. */
export const signingKeyBody = z.strictObject({
  kind: z
    .enum(['hmac', 'ed25519'])
    .default('hmac')
    .describe('hmac: both sides know the secret (v1). ed25519: the receiver only knows the public key (v1a)'),
  secret: z.string().min(1).max(500).optional().describe('A whsk_ of your own: answered is its public key, and nothing new is made'),
});

/** A signing secret; kept nowhere. */
export const signingKeySchema = z
  .object({
    kind: z.enum(['hmac', 'ed25519']),
    secret: z.string().nullable().describe('For a secret of the watch’s repository; shown this once. null for one that was sent'),
    public_key: z.string().nullable().describe('For the receiver, whpk_ and base64; null for hmac'),
  })
  .meta({ id: 'SigningKey' });

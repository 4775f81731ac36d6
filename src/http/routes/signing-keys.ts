import { createSigningKey, readSigningSecret } from '../../actions/webhook/signing-key.ts';
import { RepoWatchError } from '../../core/errors.ts';
import type { Api } from '../api.ts';
import { problems } from '../schemas/problem.ts';
import { signingKeyBody, signingKeySchema } from '../schemas/signing-key.ts';

const tags = ['destinations'];

/** Makes signing keys for webhooks, and tells the public half of one. Nothing of it is kept. */
export function addSigningKeyRoutes(api: Api): void {
  api.post(
    '/signing-keys',
    {
      config: { access: { right: 'write', on: 'anything' } },
      schema: {
        summary: 'Make a signing secret for webhooks, or read the public key of a private one; nothing is stored',
        tags,
        body: signingKeyBody,
        response: { 200: signingKeySchema, ...problems(413, 415, 422) },
      },
    },
    async ({ body: { kind, secret } }) => {
      if (secret === undefined) {
        const made = createSigningKey(kind);
        return { kind, secret: made.secret, public_key: made.publicKey };
      }
      const key = readSigningSecret(secret);
      if (!key.ok) throw new RepoWatchError('request_invalid', key.message);
      return { kind: key.value.kind, secret: null, public_key: key.value.kind === 'ed25519' ? key.value.publicKey : null };
    },
  );
}

import { createHmac, timingSafeEqual } from 'node:crypto';

/** Makes and judges texts that travel through somebody else's hands and must come back unchanged. */
export interface StateSigner {
  sign(text: string): string;
  /** The text when the state was signed here, otherwise undefined. */
  open(state: string): string | undefined;
}

/** Creates a signer for one purpose; states of another purpose, or of another secret, are refused. */
export function createStateSigner(secret: string, purpose: string): StateSigner {
  const key = createHmac('sha256', secret).update(`repowatch ${purpose}`).digest();
  const digest = (text: string) => createHmac('sha256', key).update(text).digest();
  return {
    sign: (text) => `${Buffer.from(text).toString('base64url')}.${digest(text).toString('base64url')}`,
    open(state) {
      const [, body = '', signature = ''] = /^([\w-]{1,2000})\.([\w-]{43})$/.exec(state) ?? [];
      const text = Buffer.from(body, 'base64url').toString();
      const given = Buffer.from(signature, 'base64url');
      const expected = digest(text);
      return given.length === expected.length && timingSafeEqual(given, expected) ? text : undefined;
    },
  };
}

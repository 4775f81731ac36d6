import { createHash } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { failed, ok, type Outcome } from '../core/outcome.ts';

/** How one request proves itself and whom it believes, beyond the system's certificates. PEM texts. */
export interface TlsIdentity {
  /** Whom to believe, instead of the system's authorities. */
  ca?: string;
  /** The certificate to show, with those that lead to its issuer. */
  cert?: string;
  key?: string;
}

/** Every identity has connections of its own, so few of them are kept. */
const maxIdentities = 64;

/** Something that is made for an identity and can be let go. */
interface Closable {
  close(): Promise<void>;
}

/** What one door has open, by identity: a connection that showed one certificate must never carry another step's request. */
export class DoorIdentities<Pool extends Closable> {
  readonly #create: (identity: TlsIdentity) => Pool;
  readonly #pools = new Map<string, Pool>();

  constructor(create: (identity: TlsIdentity) => Pool) {
    this.#create = create;
  }

  /** The connections of an identity. Fails with action_input_invalid for what is no certificate, or no key that fits it. */
  open(identity: TlsIdentity): Outcome<Pool, 'action_input_invalid'> {
    const key = createHash('sha256')
      .update(JSON.stringify([identity.ca, identity.cert, identity.key]))
      .digest('base64');
    const known = this.#pools.get(key);
    if (known !== undefined) {
      // The one that was used last is the last to go.
      this.#pools.delete(key);
      this.#pools.set(key, known);
      return ok(known);
    }
    const flaw = judgeIdentity(identity);
    if (flaw !== undefined) return failed('action_input_invalid', flaw);
    const created = this.#create(identity);
    this.#pools.set(key, created);
    this.#drop();
    return ok(created);
  }

  /** Everything that is open. */
  list(): readonly Pool[] {
    return [...this.#pools.values()];
  }

  #drop(): void {
    const [oldest] = this.#pools.keys();
    if (this.#pools.size <= maxIdentities || oldest === undefined) return;
    const pool = this.#pools.get(oldest);
    this.#pools.delete(oldest);
    // What is under way ends by itself.
    pool?.close().catch(() => undefined);
  }
}

/** What is wrong with an identity; never a word of what is in it. */
function judgeIdentity({ ca, cert, key }: TlsIdentity): string | undefined {
  if ((cert === undefined) !== (key === undefined))
    return 'client_cert and client_key belong together; give both, the certificate and the key that it was made for.';
  if (ca !== undefined && !isCertificates(ca))
    return 'ca is not a list of certificates in PEM; each begins with -----BEGIN CERTIFICATE-----.';
  if (cert !== undefined && !isCertificates(cert))
    return 'client_cert is not a certificate in PEM; it begins with -----BEGIN CERTIFICATE-----.';
  try {
    createSecureContext({ ...(ca !== undefined && { ca }), ...(cert !== undefined && { cert, key }) });
    return undefined;
  } catch {
    return key === undefined
      ? 'ca has a certificate that cannot be read; perhaps lines are missing.'
      : 'client_cert and client_key cannot be used: one of them cannot be read, the key has a passphrase, or it is not the key of the certificate.';
  }
}

function isCertificates(text: string): boolean {
  return /-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/.test(text);
}

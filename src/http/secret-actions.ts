import type { ErrorCode } from '../core/error-catalogue.ts';
import type { Outcome } from '../core/outcome.ts';
import type { MissingSecret } from '../flow/find-missing-secrets.ts';
import type { SecretUse } from '../flow/find-secret-uses.ts';
import type { KeyReport } from '../flow/rotate-keys.ts';
import type { SecretOwner } from './read/secrets.ts';

/** What is done with secrets and with the keys that they are encrypted with. */
export interface SecretActions {
  /** Writes a secret; `created` is false when it replaced a value. */
  put(secret: PutSecret): Promise<Outcome<{ created: boolean; version: number }, ErrorCode>>;
  /** Forgets a secret. `not_found` when there is none. */
  delete(secret: { owner: SecretOwner; name: string }): Promise<Outcome<unknown, ErrorCode>>;
  /** The watches in force in these repositories, by their ids on GitHub, that name a secret. */
  findUses(wanted: { githubIds: string[]; name: string }): Promise<SecretUse[]>;
  /** The secrets that watches in force in these repositories name and do not get. */
  findMissing(githubIds: readonly string[]): Promise<MissingSecret[]>;
  /** How the keys of SECRETS_KEY stand. */
  readKeys(): Promise<KeyReport>;
  /** Begins to wrap everything with the current key, as a job. `conflict` while a running process lacks it. */
  rotateKey(requestedBy: string): Promise<Outcome<{ jobId: string }, ErrorCode>>;
}

/** A secret to be written. */
export interface PutSecret {
  owner: SecretOwner;
  name: string;
  value: string;
  /** Null allows every destination, undefined those of the former value. */
  destinations: string[] | null | undefined;
  /** Who sets it, for people. */
  by: string;
  /** Refuses to replace a value: `conflict`. */
  onlyNew?: boolean;
}

import { createId } from '../core/ids.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Db } from '../db/connect.ts';
import { openEnvelope, sealEnvelope } from '../vault/envelope.ts';
import type { KeyRing } from '../vault/key-ring.ts';
import type { SealedTable } from '../vault/sealed-rows.ts';
import { fingerprintOf, type Token } from './token.ts';

/** Which token: of an installation (by its id on GitHub), whole (`''`) or narrowed. */
export interface TokenKey {
  host: string;
  installation: string;
  scope: string;
}

/** What the database knows about a token that may be shared. */
export interface TokenState {
  /** Our id of the installation. */
  installationId: string;
  /** False once the installation is suspended or deleted: nothing is shared then. */
  active: boolean;
  /** What the installation grants now; null while that is not known. */
  granted: string | null;
  /** The shared token, when there is one that this process can read and that was made under these grants. */
  token: Token | undefined;
}

interface Row {
  installation_id: string;
  active: boolean;
  granted: string | null;
  id: string | null;
  ciphertext: Buffer | null;
  nonce: Buffer;
  tag: Buffer;
  wrapped_key: Buffer;
  wrap_nonce: Buffer;
  wrap_tag: Buffer;
  key_id: string;
  minted_under: string | null;
  minted_at: Date;
  expires_at: Date;
}

/** What a token keeps for its whole life: a change of it asks for another token (handbook E12). Nothing while GitHub has not told it. */
const grantedSql = `case when i.permissions <> '{}' then cast(i.permissions as text) || ' ' || i.repository_selection end`;

function contextOf(id: string, installationId: string, scope: string): string {
  return JSON.stringify(['installation token', id, installationId, scope]);
}

function openRow(ring: KeyRing, row: Row, scope: string): Outcome<string> {
  const envelope = {
    ciphertext: row.ciphertext!,
    nonce: row.nonce,
    tag: row.tag,
    wrappedKey: row.wrapped_key,
    wrapNonce: row.wrap_nonce,
    wrapTag: row.wrap_tag,
    keyId: row.key_id,
  };
  return openEnvelope(ring, envelope, contextOf(row.id!, row.installation_id, scope));
}

/**
 * Finds the shared token; undefined while the installation itself is not known. A token that no key of the ring opens is as
 * good as none: another is made and takes its place, so that keys may come and go.
 */
export async function findToken(db: Db, ring: KeyRing, key: TokenKey): Promise<TokenState | undefined> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select i.id as installation_id, i.suspended_at is null and i.deleted_at is null as active, ${grantedSql} as granted,
       t.id, t.ciphertext, t.nonce, t.tag, t.wrapped_key, t.wrap_nonce, t.wrap_tag, t.key_id, t.granted as minted_under, t.minted_at, t.expires_at
     from installations i left join installation_tokens t on t.installation_id = i.id and t.scope = :scope
     where i.host = :host and i.github_id = :installation`,
    { ...key },
  );
  const row = rows[0];
  if (!row) return undefined;
  const { installation_id: installationId, active, granted } = row;
  const state = { installationId, active, granted, token: undefined };
  const isCurrent = row.minted_under === null || granted === null || row.minted_under === granted;
  if (!active || row.ciphertext === null || !isCurrent) return state;
  const text = openRow(ring, row, key.scope);
  if (!text.ok) return state;
  const token = { text: text.value, fingerprint: fingerprintOf(text.value), mintedAt: row.minted_at, expiresAt: row.expires_at };
  return { ...state, token };
}

/**
 * Claims the making of a token for `seconds`: of all processes one is answered true until it stores, releases, or its time is
 * over. A claim instead of an open transaction, because GitHub may take ten seconds to answer, and connections are few.
 */
export async function claimMint(db: Db, installationId: string, claim: { scope: string; seconds: number }): Promise<boolean> {
  const { rows } = await db.raw<{ rows: unknown[] }>(
    `insert into installation_tokens as t (installation_id, scope, id, minting_until)
     values (:installationId, :scope, :id, now() + make_interval(secs => :seconds))
     on conflict (installation_id, scope) do update set minting_until = excluded.minting_until
     where t.minting_until is null or t.minting_until <= now()
     returning 1`,
    { installationId, id: createId(), ...claim },
  );
  return rows.length > 0;
}

/** Encrypts a new token and puts it in the place that was claimed; answers of former tokens lose their worth with them (handbook D9). */
export async function storeToken(
  db: Db,
  ring: KeyRing,
  minted: { installationId: string; scope: string; granted: string | null; token: Token },
): Promise<void> {
  const { installationId, scope, granted, token } = minted;
  const id = createId();
  const envelope = sealEnvelope(ring, token.text, contextOf(id, installationId, scope));
  await db.raw(
    `with stored as (
       update installation_tokens set id = :id, ciphertext = :ciphertext, nonce = :nonce, tag = :tag, wrapped_key = :wrappedKey,
         wrap_nonce = :wrapNonce, wrap_tag = :wrapTag, key_id = :keyId, fingerprint = :fingerprint, granted = cast(:granted as text), minted_at = :mintedAt,
         expires_at = :expiresAt, minting_until = null
       where installation_id = :installationId and scope = :scope and minting_until is not null
         and exists (select 1 from installations i where i.id = :installationId and i.suspended_at is null and i.deleted_at is null)
     )
     delete from github_answers where installation_id = :installationId and fingerprint <> :fingerprint and :scope = ''`,
    {
      id,
      installationId,
      scope,
      granted,
      ...envelope,
      fingerprint: token.fingerprint,
      mintedAt: token.mintedAt,
      expiresAt: token.expiresAt,
    },
  );
}

/** Gives a claim back, when GitHub gave no token. */
export async function releaseMint(db: Db, installationId: string, scope: string): Promise<void> {
  const place = { installation_id: installationId, scope };
  await db('installation_tokens').where(place).whereNull('ciphertext').delete();
  await db('installation_tokens').where(place).update({ minting_until: null });
}

/** Forgets the tokens of an installation: all of them, or the one with this fingerprint. */
export async function deleteTokens(db: Db, key: { host: string; installation: string; fingerprint?: string }): Promise<void> {
  await db.raw(
    `delete from installation_tokens t using installations i
     where i.id = t.installation_id and i.host = :host and i.github_id = :installation
       and (cast(:fingerprint as text) is null or t.fingerprint = :fingerprint)`,
    { host: key.host, installation: key.installation, fingerprint: key.fingerprint ?? null },
  );
}

/** Forgets all tokens of an installation that was suspended or deleted, in the transaction that writes that down; by our id. */
export async function forgetTokens(db: Db, installationId: string): Promise<void> {
  await db('installation_tokens').where({ installation_id: installationId }).delete();
}

/** Removes tokens that ended. */
export async function deleteEndedTokens(db: Db): Promise<void> {
  await db.raw('delete from installation_tokens where expires_at < now() and (minting_until is null or minting_until < now())');
}

/** Tokens of installations, among everything that is encrypted. What no key opens is replaced when a token is needed. */
export const sealedInstallationTokens: SealedTable = {
  name: 'installation_tokens',
  what: 'tokens of installations',
  columns: ['installation_id', 'scope'],
  contextOf: ({ id, installation_id: installationId, scope }) => contextOf(id, installationId ?? '', scope ?? ''),
};

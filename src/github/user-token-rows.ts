import { createId } from '../core/ids.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { Db } from '../db/connect.ts';
import { transaction } from '../db/transaction.ts';
import { openEnvelope, sealEnvelope, type Envelope } from '../vault/envelope.ts';
import type { KeyRing } from '../vault/key-ring.ts';
import type { SealedTable } from '../vault/sealed-rows.ts';
import type { ErrorCode } from '../core/error-catalogue.ts';
import type { UserTokens } from './oauth.ts';

/** A token that ends within this is replaced before it is used. Milliseconds. */
const marginMs = 60_000;

function contextOf(id: string, userId: string): string {
  return JSON.stringify(['user token', id, userId]);
}

/** Keeps what GitHub gave a person, encrypted, in the place of what it gave before. */
export async function storeUserTokens(db: Db, ring: KeyRing, { userId, tokens }: { userId: string; tokens: UserTokens }): Promise<void> {
  const id = createId();
  const envelope = sealEnvelope(ring, JSON.stringify({ access: tokens.access, refresh: tokens.refresh }), contextOf(id, userId));
  await db.raw(
    `insert into user_tokens (user_id, id, ciphertext, nonce, tag, wrapped_key, wrap_nonce, wrap_tag, key_id, expires_at, refresh_expires_at)
     values (:userId, :id, :ciphertext, :nonce, :tag, :wrappedKey, :wrapNonce, :wrapTag, :keyId, :expiresAt, :refreshExpiresAt)
     on conflict (user_id) do update set id = excluded.id, ciphertext = excluded.ciphertext, nonce = excluded.nonce, tag = excluded.tag,
       wrapped_key = excluded.wrapped_key, wrap_nonce = excluded.wrap_nonce, wrap_tag = excluded.wrap_tag, key_id = excluded.key_id,
       expires_at = excluded.expires_at, refresh_expires_at = excluded.refresh_expires_at, updated_at = now()`,
    { userId, id, ...envelope, expiresAt: tokens.expiresAt, refreshExpiresAt: tokens.refreshExpiresAt } as unknown as Record<
      string,
      string
    >,
  );
}

interface Row extends Envelope {
  id: string;
  expiresAt: Date | null;
}

async function lockTokens(trx: Db, ring: KeyRing, userId: string): Promise<Omit<UserTokens, 'refreshExpiresAt'> | undefined> {
  const { rows } = await trx.raw<{ rows: Row[] }>(
    `select t.id, t.ciphertext, t.nonce, t.tag, t.wrapped_key as "wrappedKey", t.wrap_nonce as "wrapNonce", t.wrap_tag as "wrapTag",
       t.key_id as "keyId", t.expires_at as "expiresAt" from user_tokens t where t.user_id = ? for update`,
    [userId],
  );
  const [row] = rows;
  const opened = row && openEnvelope(ring, row, contextOf(row.id, userId));
  // One that no key opens is as good as none: the person signs in again.
  if (row === undefined || !opened?.ok) return undefined;
  const { access, refresh } = JSON.parse(opened.value) as { access: string; refresh: string | null };
  return { access, refresh, expiresAt: row.expiresAt };
}

/**
 * The access token of a person, replaced when it has ended. Under the row's lock from reading to writing, because a refresh token
 * works once: a second process that used the same one would end the session (handbook I10). `sign_in_refused` when they have to sign in again.
 */
export async function takeUserToken(
  db: Db,
  tools: { ring: KeyRing; refresh(refreshToken: string): Promise<Outcome<UserTokens, ErrorCode>> },
  userId: string,
): Promise<Outcome<string, ErrorCode>> {
  const over = failed('sign_in_refused', 'What GitHub gave RepoWatch for this person has ended. They have to sign in again.');
  return await transaction(db, async (trx): Promise<Outcome<string, ErrorCode>> => {
    const known = await lockTokens(trx, tools.ring, userId);
    if (known === undefined) return over;
    if (known.expiresAt === null || known.expiresAt.getTime() > Date.now() + marginMs) return ok(known.access);
    if (known.refresh === null) return over;
    const next = await tools.refresh(known.refresh);
    if (next.ok) {
      await storeUserTokens(trx, tools.ring, { userId, tokens: next.value });
      return ok(next.value.access);
    }
    if (next.code !== 'github_refused') return next;
    await deleteUserTokens(trx, userId);
    return over;
  });
}

/** Forgets what GitHub gave a person. */
export async function deleteUserTokens(db: Db, userId: string): Promise<void> {
  await db.raw('delete from user_tokens where user_id = ?', [userId]);
}

/** What GitHub gave people, among everything that is encrypted. What no key opens is replaced when they sign in again. */
export const sealedUserTokens: SealedTable = {
  name: 'user_tokens',
  what: 'tokens of people',
  columns: ['user_id'],
  contextOf: ({ id, user_id: userId }) => contextOf(id, userId ?? ''),
};

import type { Db } from '../db/connect.ts';
import type { TokenScope } from './requester.ts';
import { createTokenText, hashToken, hintOf } from './token-text.ts';

/** An API token as it is kept: nothing of it tells its text. Lists of ids are null where nothing restricts it. */
export interface ApiToken {
  id: string;
  userId: string | null;
  name: string;
  scopes: TokenScope[];
  installations: string[] | null;
  repositories: string[] | null;
  projects: string[] | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
}

/** What a new token is to be. */
export interface NewToken extends Omit<ApiToken, 'id' | 'revokedAt'> {
  createdBy: string;
  /** Our id of the token that asks for it: it cannot be outlived by what it makes. */
  parentId?: string | null;
}

/** How seldom the last use of a token is written down: each time would be a write for each request. Seconds. */
const lastUseSeconds = 60;

/** Makes a token; its text is answered here and nowhere else. */
export async function insertToken(db: Db, token: NewToken): Promise<{ id: string; text: string }> {
  const text = createTokenText();
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `insert into api_tokens (user_id, name, hash, hint, scopes, installations, repositories, projects, created_by, expires_at)
     values (:userId, :name, :hash, :hint, :scopes, :installations, :repositories, :projects, :createdBy,
       least(cast(:expiresAt as timestamptz), (select p.expires_at from api_tokens p where p.id = :parentId))) returning id`,
    { ...token, parentId: token.parentId ?? null, hash: hashToken(text), hint: hintOf(text) } as unknown as Record<string, string>,
  );
  return { id: rows[0]!.id, text };
}

/** The token with this text, also one that has ended; `isUseNew` when its last use is to be written down. */
export async function findToken(db: Db, text: string): Promise<(ApiToken & { isUseNew: boolean }) | undefined> {
  const { rows } = await db.raw<{ rows: (ApiToken & { isUseNew: boolean })[] }>(
    `select t.id, t.user_id as "userId", t.name, t.scopes, t.installations, t.repositories, t.projects, t.expires_at as "expiresAt",
       t.revoked_at as "revokedAt", coalesce(t.last_used_at < now() - make_interval(secs => ?), true) as "isUseNew"
     from api_tokens t where t.hash = ?`,
    [lastUseSeconds, hashToken(text)],
  );
  return rows[0];
}

/** Writes down that a token was used. */
export async function noteTokenUse(db: Db, id: string): Promise<void> {
  await db.raw('update api_tokens set last_used_at = now() where id = ?', [id]);
}

/** Ends a token; answers false when it had ended so before. */
export async function revokeToken(db: Db, id: string): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>('update api_tokens set revoked_at = now() where id = ? and revoked_at is null', [
    id,
  ]);
  return rowCount > 0;
}

/** Ends every token of a person; answers how many. */
export async function revokeTokensOf(db: Db, userId: string): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    'update api_tokens set revoked_at = now() where user_id = ? and revoked_at is null',
    [userId],
  );
  return rowCount;
}
